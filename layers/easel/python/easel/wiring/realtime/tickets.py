"""Tickets of real time."""

from easel.clock import system_clock
from easel.repositories.realtime.tickets import DynamoUsedTickets
from easel.services.realtime.create_ticket import Tickets
from easel.wiring.aws import dynamodb
from easel.wiring.env import EphemeralTable, SigningKey
from easel.wiring.secrets import signing_keys


class TicketEnv(EphemeralTable, SigningKey):
    """What tickets take."""


def tickets(env: TicketEnv) -> Tickets:
    """Makes and redeems tickets."""
    return Tickets(
        keys=signing_keys(env),
        used=DynamoUsedTickets(dynamodb(), env.EPHEMERAL_TABLE_NAME),
        clock=system_clock,
    )

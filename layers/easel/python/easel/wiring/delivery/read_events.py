"""Reading the log of events."""

from easel.clock import system_clock
from easel.repositories.delivery.event_log import DynamoEventLog
from easel.repositories.delivery.listeners import DynamoListeners
from easel.services.delivery.read_events import ReadEvents
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def read_events(env: CoreTable) -> ReadEvents:
    """Pages of the log, and single events."""
    return ReadEvents(
        log=DynamoEventLog(dynamodb(), env.CORE_TABLE_NAME),
        listeners=DynamoListeners(dynamodb(), env.CORE_TABLE_NAME),
        clock=system_clock,
    )

"""The daily check of the catalogue against the vendors' model lists."""

from easel.clock import system_clock
from easel.domain.catalogue import load_catalogue
from easel.domain.events import Event
from easel.repositories.delivery.listeners import DynamoListeners
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.money.ledger_audit import DynamoLedgerAudit
from easel.services.catalogue.check_catalogue import CheckCatalogue
from easel.services.catalogue.tell_retirements import TellRetirements
from easel.wiring.aws import dynamodb
from easel.wiring.catalogue.vendors import providers
from easel.wiring.env import EventTargets, Money
from easel.wiring.env_objects import Vendors
from easel.wiring.publishers import publishers


class CatalogueCheckEnv(Vendors, EventTargets, Money):
    """Environment of the check."""


def check_catalogue(env: CatalogueCheckEnv) -> CheckCatalogue:
    """Compare the catalogue with what each vendor lists, and publish the differences."""
    targets = publishers(env)

    def publish(event: Event) -> None:
        for target in targets:
            target.publish(event)

    return CheckCatalogue(
        catalogue=load_catalogue(system_clock),
        names=sorted(env.PROVIDER_SETTINGS),
        providers=providers(env).get,
        publish=publish,
        tell_workspaces=TellRetirements(
            workspaces=DynamoLedgerAudit(dynamodb(), env.LEDGER_TABLE_NAME).workspaces,
            listeners=DynamoListeners(dynamodb(), env.CORE_TABLE_NAME),
            outbox=DynamoOutbox(dynamodb(), env.CORE_TABLE_NAME),
            unit_of_work=DynamoTransactions(dynamodb()),
            clock=system_clock,
        ),
        clock=system_clock,
    )

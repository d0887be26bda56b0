"""The audit of the ledger."""

from easel.clock import system_clock
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.money.ledger import DynamoLedger
from easel.repositories.money.ledger_audit import DynamoLedgerAudit
from easel.services.money.reconcile_ledger import ReconcileLedger
from easel.wiring.aws import dynamodb
from easel.wiring.env import Money


def reconcile_ledger(env: Money) -> ReconcileLedger:
    """Compare each wallet with its entries and open holds."""
    return ReconcileLedger(
        audit=DynamoLedgerAudit(dynamodb(), env.LEDGER_TABLE_NAME),
        wallet=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME).wallet,
        generation=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME).get,
        clock=system_clock,
    )

"""The submission of generations."""

from easel.clock import system_clock
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.generations.idempotency import DynamoIdempotencyClaims
from easel.repositories.money.budgets import DynamoBudgets
from easel.repositories.money.ledger import DynamoLedger
from easel.repositories.money.usage import DynamoUsageCounters
from easel.services.accounts.ensure_user import EnsureAccount
from easel.services.generations.submit_generation import SubmitGeneration
from easel.wiring.accounts.users import ensure_user
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.env import GenerationsQueue, Wallets
from easel.wiring.money.quote_generation import QuoteReferencesEnv
from easel.wiring.money.quotes import appraise, quote_signer
from easel.wiring.money.wallets import open_account
from easel.wiring.references.resolve_references import resolve_references
from easel.workflow.queues import SqsGenerationQueue


class SubmitEnv(QuoteReferencesEnv, Wallets, GenerationsQueue):
    """Environment of whatever submits generations."""


def submit_generation(env: SubmitEnv) -> SubmitGeneration:
    """Check, price, hold the credits, store and queue a generation."""
    return SubmitGeneration(
        appraise=appraise(env),
        references=resolve_references(env),
        quotes=quote_signer(env),
        usage=DynamoUsageCounters(dynamodb(), env.CORE_TABLE_NAME),
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        budgets=DynamoBudgets(dynamodb(), env.LEDGER_TABLE_NAME),
        open_account=EnsureAccount(ensure_user=ensure_user(env), open_account=open_account(env)),
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        claims=DynamoIdempotencyClaims(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        queue=SqsGenerationQueue(aws_client("sqs"), env.GENERATIONS_QUEUE_URL),
        clock=system_clock,
    )

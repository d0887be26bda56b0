"""Use cases about credits, budgets and usage."""
# ruff: noqa: PLC0415 - what a factory needs is imported when it is first called; see __init__.py

from __future__ import annotations

from typing import TYPE_CHECKING

from easel.bootstrap.aws import dynamodb
from easel.bootstrap.parts import open_account, standing
from easel.clock import system_clock

if TYPE_CHECKING:
    from easel.bootstrap.environments import AccountEnv, MoneyEnv, UsageEnv
    from easel.services.money.grant_credits import GrantCredits
    from easel.services.money.read_budgets import ReadBudgets
    from easel.services.money.read_usage import ReadUsage
    from easel.services.money.read_wallet import ReadWallet
    from easel.services.money.reconcile_ledger import ReconcileLedger
    from easel.services.money.set_budgets import SetBudgets


def read_wallet(env: AccountEnv) -> ReadWallet:
    """Balances and statements."""
    from easel.repositories.money.ledger import DynamoLedger
    from easel.services.money.read_wallet import ReadWallet

    return ReadWallet(ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME), open_account=open_account(env))


def grant_credits(env: UsageEnv) -> GrantCredits:
    """Grants of credits, and their opposite."""
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.money.ledger import DynamoLedger
    from easel.services.money.grant_credits import GrantCredits

    return GrantCredits(
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        open_account=open_account(env),
        standing=standing(env),
        clock=system_clock,
    )


def read_usage(env: UsageEnv) -> ReadUsage:
    """What was used, and what may still be."""
    from easel.repositories.money.usage import DynamoUsageCounters, DynamoUsageSummaries
    from easel.services.money.read_usage import ReadUsage

    return ReadUsage(
        reports=DynamoUsageSummaries(dynamodb(), env.CORE_TABLE_NAME),
        counters=DynamoUsageCounters(dynamodb(), env.CORE_TABLE_NAME),
        wallets=read_wallet(env),
        clock=system_clock,
    )


def read_budgets(env: MoneyEnv) -> ReadBudgets:
    """Monthly budgets."""
    from easel.repositories.accounts.api_keys import DynamoApiKeys
    from easel.repositories.money.budgets import DynamoBudgets
    from easel.services.money.read_budgets import ReadBudgets

    return ReadBudgets(
        budgets=DynamoBudgets(dynamodb(), env.LEDGER_TABLE_NAME),
        find_key=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME).get,
        clock=system_clock,
    )


def set_budgets(env: MoneyEnv) -> SetBudgets:
    """Monthly budgets, to be changed."""
    from easel.repositories.accounts.api_keys import DynamoApiKeys
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.money.budgets import DynamoBudgets
    from easel.services.money.set_budgets import SetBudgets

    return SetBudgets(
        budgets=DynamoBudgets(dynamodb(), env.LEDGER_TABLE_NAME),
        find_key=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME).get,
        standing=standing(env),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )


def reconcile_ledger(env: MoneyEnv) -> ReconcileLedger:
    """The auditor."""
    from easel.repositories.generations.generations import DynamoGenerations
    from easel.repositories.money.ledger import DynamoLedger
    from easel.repositories.money.ledger_audit import DynamoLedgerAudit
    from easel.services.money.reconcile_ledger import ReconcileLedger

    return ReconcileLedger(
        audit=DynamoLedgerAudit(dynamodb(), env.LEDGER_TABLE_NAME),
        wallet=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME).wallet,
        generation=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME).get,
        clock=system_clock,
    )

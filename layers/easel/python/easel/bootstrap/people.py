"""Use cases about people, workspaces and keys."""
# ruff: noqa: PLC0415 - what a factory needs is imported when it is first called; see __init__.py

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from easel.bootstrap.aws import dynamodb, recent_secret
from easel.bootstrap.parts import open_account, standing
from easel.clock import system_clock

if TYPE_CHECKING:
    from easel.bootstrap.environments import AuthorizerEnv, CoreTable, MoneyEnv, PeopleEnv, RateEnv, TelegramSignInEnv
    from easel.services.accounts.authenticate import Authenticate
    from easel.services.accounts.debug_users import ListUsers
    from easel.services.accounts.ensure_user import EnsureUser
    from easel.services.accounts.exchange_telegram import ExchangeTelegram
    from easel.services.accounts.impersonation import ActForTelegram, EnterWorkspace
    from easel.services.accounts.manage_api_keys import ManageApiKeys
    from easel.services.accounts.manage_members import ManageMembers
    from easel.services.accounts.manage_workspaces import ManageWorkspaces
    from easel.services.accounts.provision_workspace import ProvisionWorkspace
    from easel.services.accounts.rate_limits import LimitRequests
    from easel.services.accounts.read_api_keys import ReadApiKeys
    from easel.services.accounts.read_workspaces import ReadWorkspaces
    from easel.services.accounts.sync_users import TelegramUsers
    from easel.services.catalogue.manage_routing import ManageRouting
    from easel.services.ports.accounts import TokenVerifier


@cache
def authenticate(env: AuthorizerEnv) -> Authenticate:
    """From a credential to a principal; one per process, because it remembers."""
    from easel.repositories.accounts.api_keys import DynamoApiKeys
    from easel.repositories.accounts.workspaces import DynamoWorkspaces
    from easel.services.accounts.authenticate import Authenticate

    return Authenticate(
        api_keys=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        verify_token=_tokens(env),
        clock=system_clock,
    )


def enter_workspace(env: CoreTable) -> EnterWorkspace:
    """For requests that name a workspace elsewhere than in the header."""
    from easel.repositories.accounts.workspaces import DynamoWorkspaces
    from easel.services.accounts.impersonation import EnterWorkspace

    return EnterWorkspace(workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME))


def act_for_telegram(env: CoreTable) -> ActForTelegram:
    """For a bot's requests that name a person elsewhere than in the header."""
    from easel.repositories.accounts.users import DynamoUsers
    from easel.services.accounts.impersonation import ActForTelegram

    return ActForTelegram(users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME))


def ensure_user(env: CoreTable) -> EnsureUser:
    """Makes the records of a new person."""
    from easel.repositories.accounts.users import DynamoUsers
    from easel.repositories.accounts.workspaces import DynamoWorkspaces
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.services.accounts.ensure_user import EnsureUser

    return EnsureUser(
        users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )


def read_workspaces(env: CoreTable) -> ReadWorkspaces:
    """What a caller sees of their workspaces."""
    from easel.repositories.accounts.workspaces import DynamoWorkspaces
    from easel.services.accounts.read_workspaces import ReadWorkspaces

    workspaces = DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME)
    return ReadWorkspaces(workspaces=workspaces, ensure_user=ensure_user(env))


def manage_workspaces(env: CoreTable) -> ManageWorkspaces:
    """Making and naming workspaces."""
    from easel.repositories.accounts.workspaces import DynamoWorkspaces
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.services.accounts.manage_workspaces import ManageWorkspaces

    return ManageWorkspaces(
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        ensure_user=ensure_user(env),
        unit_of_work=DynamoTransactions(dynamodb()),
        standing=standing(env),
        clock=system_clock,
    )


def manage_members(env: CoreTable) -> ManageMembers:
    """Who belongs to a workspace."""
    from easel.repositories.accounts.api_keys import DynamoApiKeys
    from easel.repositories.accounts.users import DynamoUsers
    from easel.repositories.accounts.workspaces import DynamoWorkspaces
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.services.accounts.manage_members import ManageMembers

    return ManageMembers(
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME),
        api_keys=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        standing=standing(env),
        clock=system_clock,
    )


def read_api_keys(env: CoreTable) -> ReadApiKeys:
    """Keys of a workspace, to be listed."""
    from easel.repositories.accounts.api_keys import DynamoApiKeys
    from easel.services.accounts.read_api_keys import ReadApiKeys

    return ReadApiKeys(api_keys=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME))


def manage_api_keys(env: MoneyEnv) -> ManageApiKeys:
    """Keys of a workspace."""
    from easel.repositories.accounts.api_keys import DynamoApiKeys
    from easel.repositories.accounts.workspaces import DynamoWorkspaces
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.money.budgets import DynamoBudgets
    from easel.services.accounts.manage_api_keys import ManageApiKeys

    return ManageApiKeys(
        api_keys=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        budgets=DynamoBudgets(dynamodb(), env.LEDGER_TABLE_NAME),
        standing=standing(env),
        clock=system_clock,
    )


def telegram_users(env: PeopleEnv) -> TelegramUsers:
    """The people whom a bot brings."""
    from easel.repositories.accounts.users import DynamoUsers
    from easel.repositories.money.ledger import DynamoLedger
    from easel.services.accounts.sync_users import TelegramUsers

    return TelegramUsers(
        users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME),
        ensure_user=ensure_user(env),
        open_account=open_account(env),
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        clock=system_clock,
    )


def list_users(env: CoreTable) -> ListUsers:
    """All users of the system."""
    from easel.repositories.accounts.users import DynamoUsers
    from easel.services.accounts.debug_users import ListUsers

    return ListUsers(users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME))


def sign_in_with_telegram(env: TelegramSignInEnv) -> ExchangeTelegram:
    """From a Mini App's sign-in to a token."""
    from datetime import timedelta

    from easel.identity.sessions import Sessions
    from easel.identity.telegram import MiniAppSignature, read_bot
    from easel.repositories.accounts.users import DynamoInitDataClaims
    from easel.repositories.accounts.workspaces import DynamoWorkspaces
    from easel.services.accounts.exchange_telegram import ExchangeTelegram

    return ExchangeTelegram(
        verify=MiniAppSignature(
            lambda: read_bot(recent_secret(env.TELEGRAM_BOT_SECRET_ARN)),
            max_age=timedelta(seconds=env.INIT_DATA_MAX_AGE_SECONDS),
        ),
        claims=DynamoInitDataClaims(dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        telegram_users=telegram_users(env),
        sign=Sessions(lambda: recent_secret(env.SESSION_SECRET_ARN)).sign,
        clock=system_clock,
    )


def provision_workspace(env: MoneyEnv) -> ProvisionWorkspace:
    """The operator's way in."""
    from easel.repositories.accounts.api_keys import DynamoApiKeys
    from easel.repositories.accounts.users import DynamoUsers
    from easel.repositories.accounts.workspaces import DynamoWorkspaces
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.money.ledger import DynamoLedger
    from easel.services.accounts.provision_workspace import ProvisionWorkspace

    return ProvisionWorkspace(
        users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        api_keys=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME),
        ensure_user=ensure_user(env),
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )


def _tokens(env: AuthorizerEnv) -> TokenVerifier:
    from easel.identity.sessions import Sessions
    from easel.identity.tokens import Tokens, trusted_issuers

    return Tokens(trusted_issuers(env.TOKEN_ISSUERS), Sessions(lambda: recent_secret(env.SESSION_SECRET_ARN)))


@cache
def rate_limits(env: RateEnv) -> LimitRequests:
    """Counts requests; one per process, because it remembers what it left behind."""
    from easel.domain.plans import RateLimits
    from easel.observability import count
    from easel.repositories.accounts.rate_counters import DynamoRateCounters
    from easel.services.accounts.rate_limits import LimitRequests

    return LimitRequests(
        counters=DynamoRateCounters(dynamodb(), env.EPHEMERAL_TABLE_NAME),
        standard=RateLimits(
            user_per_minute=env.RATE_LIMIT_USER_PER_MINUTE,
            workspace_per_hour=env.RATE_LIMIT_WORKSPACE_PER_HOUR,
            address_per_minute=env.RATE_LIMIT_ADDRESS_PER_MINUTE,
        ),
        clock=system_clock,
        on_failure=lambda: count("RequestsNotCounted"),
    )


def manage_routing(env: CoreTable) -> ManageRouting:
    """What workspaces want of providers."""
    from easel.domain.catalogue import load_catalogue
    from easel.repositories.accounts.workspaces import DynamoWorkspaces
    from easel.repositories.catalogue.routing_defaults import DynamoRoutingDefaults
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.services.catalogue.manage_routing import ManageRouting

    return ManageRouting(
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        settings=DynamoRoutingDefaults(dynamodb(), env.CORE_TABLE_NAME),
        catalogue=load_catalogue(),
        standing=standing(env),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )

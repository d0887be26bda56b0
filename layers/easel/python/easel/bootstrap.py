"""The composition root: the only place that knows concrete classes, and that reads secrets and makes AWS clients.

Each factory takes a function's `Env` and gives a use case. What a factory needs is imported when it is first called,
because an import that a function does not use is paid for by every cold start of it.
"""
# ruff: noqa: PLC0415 - see the docstring: imports inside of the factories are the point of this module

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

import boto3
from botocore.config import Config

from easel.clock import system_clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from easel.domain.events import Event
    from easel.domain.prompts import TemplateSet
    from easel.events.outbox import PublishEvents
    from easel.http.pagination import CursorSigner
    from easel.providers.registry import ProviderSettings
    from easel.repositories.circuits import DynamoProviderHealth
    from easel.services.account_ports import TokenVerifier
    from easel.services.act_for import ActForTelegram, EnterWorkspace
    from easel.services.api_keys import ManageApiKeys
    from easel.services.authenticate import Authenticate
    from easel.services.budgets import ManageBudgets
    from easel.services.callbacks import CallbackSigner, ReceiveCallback, SignedAddresses
    from easel.services.check_catalogue import CheckCatalogue
    from easel.services.close_generation import CancelGeneration, CloseGeneration, SettleGeneration
    from easel.services.collect_image import CollectImage
    from easel.services.expire_grants import ExpireGrants
    from easel.services.first_sight import FirstSight
    from easel.services.follow_callback import FollowCallback
    from easel.services.grants import GiveCredits
    from easel.services.image_work import ImageWork
    from easel.services.links import LinkMaker
    from easel.services.open_account import OpenAccount
    from easel.services.ports import ModelLatencies
    from easel.services.prompt_templates import ManagePromptTemplates, ReadPromptTemplates
    from easel.services.provision_workspace import ProvisionWorkspace
    from easel.services.quotes import Appraise, QuoteGeneration, QuoteSigner
    from easel.services.rate_limits import LimitRequests
    from easel.services.read_generations import ReadGenerations
    from easel.services.read_images import ReadImages
    from easel.services.reconcile_ledger import ReconcileLedger
    from easel.services.render_image import RenderImage
    from easel.services.routes import Routes
    from easel.services.routing_settings import ManageRouting
    from easel.services.start_generation import StartGeneration
    from easel.services.submit_generation import SubmitGeneration
    from easel.services.sweep_generations import SweepGenerations
    from easel.services.telegram_sign_in import SignInWithTelegram
    from easel.services.usage import ReadUsage
    from easel.services.users import ListUsers, TelegramUsers
    from easel.services.wallets import ReadWallet
    from easel.services.workspaces import ManageMembers, ManageWorkspaces, ReadWorkspaces
    from easel.workflow.queues import MessageHold
    from easel.workflow.step_functions import StepFunctionsWorkflow

_BOTO: Final = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=10,
)


class CoreTable(Protocol):
    """Environment of everything that uses the `core` table."""

    @property
    def CORE_TABLE_NAME(self) -> str: ...  # noqa: N802 - spelled as the variable


class LedgerTable(Protocol):
    """Environment of everything that uses the `ledger` table."""

    @property
    def LEDGER_TABLE_NAME(self) -> str: ...  # noqa: N802 - as above


class MoneyEnv(CoreTable, LedgerTable, Protocol):
    """Environment of whatever moves credits with something else."""


class AccountEnv(LedgerTable, Protocol):
    """Environment of whatever may see a workspace first, and so gives it its trial."""

    @property
    def TRIAL_CREDITS(self) -> int: ...  # noqa: N802 - as above
    @property
    def TRIAL_DAYS(self) -> int: ...  # noqa: N802 - as above


class SessionEnv(Protocol):
    """Environment of whatever signs or reads our own tokens."""

    @property
    def SESSION_SECRET_ARN(self) -> str: ...  # noqa: N802 - as above


class AuthorizerEnv(CoreTable, SessionEnv, Protocol):
    """Environment of the authorizer."""

    @property
    def TOKEN_ISSUERS(self) -> str: ...  # noqa: N802 - as above


class PeopleEnv(AccountEnv, CoreTable, Protocol):
    """Environment of whatever makes people known."""


class TelegramSignInEnv(PeopleEnv, SessionEnv, Protocol):
    """Environment of the exchange of Mini App sign-ins."""

    @property
    def TELEGRAM_BOT_SECRET_ARN(self) -> str: ...  # noqa: N802 - as above
    @property
    def INIT_DATA_MAX_AGE_SECONDS(self) -> int: ...  # noqa: N802 - as above


class RateEnv(Protocol):
    """Environment of whatever counts requests."""

    @property
    def EPHEMERAL_TABLE_NAME(self) -> str: ...  # noqa: N802 - as above
    @property
    def RATE_LIMIT_USER_PER_MINUTE(self) -> int: ...  # noqa: N802 - as above
    @property
    def RATE_LIMIT_WORKSPACE_PER_HOUR(self) -> int: ...  # noqa: N802 - as above
    @property
    def RATE_LIMIT_ADDRESS_PER_MINUTE(self) -> int: ...  # noqa: N802 - as above


class QueueEnv(Protocol):
    """Environment of whatever queues generations."""

    @property
    def GENERATIONS_QUEUE_URL(self) -> str: ...  # noqa: N802 - as above


class SigningEnv(Protocol):
    """Environment of whatever signs cursors or quotes."""

    @property
    def SIGNING_SECRET_ARN(self) -> str: ...  # noqa: N802 - as above


class QuoteEnv(CoreTable, SigningEnv, Protocol):
    """Environment of whatever prices a request without taking it."""


class UsageEnv(MoneyEnv, AccountEnv, Protocol):
    """Environment of whatever shows usage."""


class SubmitEnv(MoneyEnv, AccountEnv, QueueEnv, SigningEnv, Protocol):
    """Environment of a front door."""


class LinksEnv(Protocol):
    """Environment of whatever shows links."""

    @property
    def IMAGES_BUCKET_NAME(self) -> str: ...  # noqa: N802 - as above
    @property
    def PUBLIC_BASE_URL(self) -> str: ...  # noqa: N802 - as above


class WorkflowEnv(Protocol):
    """Environment of whatever talks to the state machine."""

    @property
    def STATE_MACHINE_ARN(self) -> str: ...  # noqa: N802 - as above


class CallbackEnv(SigningEnv, Protocol):
    """Environment of whatever takes callbacks of vendors."""

    @property
    def COLLECT_QUEUE_URLS(self) -> str: ...  # noqa: N802 - as above
    @property
    def PROVIDER_SETTINGS(self) -> str: ...  # noqa: N802 - as above


class HealthEnv(Protocol):
    """Environment of whatever knows how providers do, or how long images take."""

    @property
    def EPHEMERAL_TABLE_NAME(self) -> str: ...  # noqa: N802 - as above


class RoutingEnv(CoreTable, HealthEnv, Protocol):
    """Environment of whatever chooses providers."""

    @property
    def ROUTING(self) -> str: ...  # noqa: N802 - as above


class StartEnv(WorkflowEnv, RoutingEnv, Protocol):
    """Environment of the worker that starts generations."""

    @property
    def RENDER_QUEUE_URLS(self) -> str: ...  # noqa: N802 - as above


class SettleEnv(MoneyEnv, Protocol):
    """Environment of whatever ends a generation."""

    @property
    def PUBLIC_BASE_URL(self) -> str: ...  # noqa: N802 - as above


class CancelEnv(SettleEnv, WorkflowEnv, Protocol):
    """Environment of a front door that cancels."""


class PublishEnv(CoreTable, Protocol):
    """Environment of whatever sends events."""

    @property
    def EVENT_BUS_NAME(self) -> str: ...  # noqa: N802 - as above
    @property
    def INTEGRATION_QUEUE_URL(self) -> str: ...  # noqa: N802 - as above


class CatalogueCheckEnv(Protocol):
    """Environment of the daily check of the catalogue."""

    @property
    def PROVIDER_SETTINGS(self) -> str: ...  # noqa: N802 - as above
    @property
    def EVENT_BUS_NAME(self) -> str: ...  # noqa: N802 - as above
    @property
    def INTEGRATION_QUEUE_URL(self) -> str: ...  # noqa: N802 - as above


class SweepEnv(QueueEnv, CancelEnv, PublishEnv, Protocol):
    """Environment of the sweeper."""


class ImageWorkerEnv(StartEnv, SigningEnv, Protocol):
    """Environment of the image workers."""

    @property
    def IMAGES_BUCKET_NAME(self) -> str: ...  # noqa: N802 - as above
    @property
    def COLLECT_QUEUE_URLS(self) -> str: ...  # noqa: N802 - as above
    @property
    def PROVIDER_SETTINGS(self) -> str: ...  # noqa: N802 - as above
    @property
    def REFERENCE_TRUSTED_ORIGINS(self) -> str: ...  # noqa: N802 - as above
    @property
    def WORKER_SECONDS(self) -> int: ...  # noqa: N802 - as above
    @property
    def PUBLIC_BASE_URL(self) -> str: ...  # noqa: N802 - as above


# --- AWS ------------------------------------------------------------------------------------------------------------


@cache
def aws_client(service: str) -> Any:
    """The client of a service: one per process, from one session, made when first wanted."""
    return boto3.client(service, config=_BOTO)  # type: ignore[call-overload]  # the name is only known at run time


def _dynamodb() -> DynamoDBClient:
    client: DynamoDBClient = aws_client("dynamodb")
    return client


@cache
def _s3() -> S3Client:
    from easel.storage.s3 import client_config

    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    return boto3.client("s3", config=_BOTO.merge(client_config(endpoint)))


@cache
def secret(arn: str) -> str:
    """The text of a secret, read once per process; a rotated secret reaches new processes."""
    text: str = aws_client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    return text


_RECENT_SECONDS: Final = 300.0


@cache
def _recent_secrets() -> dict[str, tuple[float, str]]:
    return {}


def recent_secret(arn: str) -> str:
    """The text of a secret, at most five minutes old: for those whose replacement must reach warm processes."""
    until, text = _recent_secrets().get(arn, (float("-inf"), ""))
    if time.monotonic() >= until:
        text = aws_client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
        _recent_secrets()[arn] = (time.monotonic() + _RECENT_SECONDS, text)
    return text


# --- front doors ----------------------------------------------------------------------------------------------------


def submit_generation(env: SubmitEnv) -> SubmitGeneration:
    """The one way in."""
    from easel.repositories.budgets import DynamoBudgets
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.generations import DynamoGenerations
    from easel.repositories.idempotency import DynamoIdempotencyClaims
    from easel.repositories.ledger import DynamoLedger
    from easel.repositories.usage import DynamoUsageCounters
    from easel.services.first_sight import OpenAccountAtFirstSight
    from easel.services.submit_generation import SubmitGeneration

    return SubmitGeneration(
        appraise=_appraise(env),
        quotes=_quote_signer(env),
        usage=DynamoUsageCounters(_dynamodb(), env.CORE_TABLE_NAME),
        ledger=DynamoLedger(_dynamodb(), env.LEDGER_TABLE_NAME),
        budgets=DynamoBudgets(_dynamodb(), env.LEDGER_TABLE_NAME),
        open_account=OpenAccountAtFirstSight(first_sight=first_sight(env), open_account=open_account(env)),
        generations=DynamoGenerations(_dynamodb(), env.CORE_TABLE_NAME),
        claims=DynamoIdempotencyClaims(_dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(_dynamodb()),
        queue=_generation_queue(env),
        clock=system_clock,
    )


def quote_generation(env: QuoteEnv) -> QuoteGeneration:
    """What a request would cost."""
    from easel.services.quotes import QuoteGeneration

    return QuoteGeneration(appraise=_appraise(env), signer=_quote_signer(env))


def read_prompt_templates(env: CoreTable) -> ReadPromptTemplates:
    """Prompt templates, and what they make."""
    from easel.domain.catalogue import load_catalogue
    from easel.repositories.prompt_templates import DynamoPromptTemplates
    from easel.services.prompt_templates import ReadPromptTemplates

    templates = DynamoPromptTemplates(_dynamodb(), env.CORE_TABLE_NAME)
    return ReadPromptTemplates(templates=templates, catalogue=load_catalogue())


def manage_prompt_templates(env: CoreTable) -> ManagePromptTemplates:
    """A workspace's own prompt templates."""
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.prompt_templates import DynamoPromptTemplates
    from easel.services.prompt_templates import ManagePromptTemplates

    return ManagePromptTemplates(
        templates=DynamoPromptTemplates(_dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(_dynamodb()),
        clock=system_clock,
    )


def open_account(env: AccountEnv) -> OpenAccount:
    """Gives a workspace its wallet when it is first seen."""
    from datetime import timedelta

    from easel.domain.credits import MILLI
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.ledger import DynamoLedger
    from easel.services.open_account import OpenAccount, TrialOffer

    return OpenAccount(
        ledger=DynamoLedger(_dynamodb(), env.LEDGER_TABLE_NAME),
        unit_of_work=DynamoTransactions(_dynamodb()),
        trial=TrialOffer(env.TRIAL_CREDITS * MILLI, timedelta(days=env.TRIAL_DAYS)),
        clock=system_clock,
    )


def read_generations(env: CoreTable) -> ReadGenerations:
    """Status and lists."""
    from easel.repositories.generations import DynamoGenerations
    from easel.services.read_generations import ReadGenerations

    return ReadGenerations(generations=DynamoGenerations(_dynamodb(), env.CORE_TABLE_NAME))


def read_images(env: CoreTable) -> ReadImages:
    """Single pictures."""
    from easel.repositories.gallery import DynamoGallery
    from easel.repositories.generations import DynamoGenerations
    from easel.services.read_images import ReadImages

    return ReadImages(
        generations=DynamoGenerations(_dynamodb(), env.CORE_TABLE_NAME),
        gallery=DynamoGallery(_dynamodb(), env.CORE_TABLE_NAME),
    )


def cancel_generation(env: CancelEnv) -> CancelGeneration:
    """The caller's end of a generation."""
    from easel.services.close_generation import CancelGeneration

    return CancelGeneration(close=_close_generation(env), workflow=_workflow(env))


def links(env: LinksEnv) -> LinkMaker:
    """Links to pictures."""
    from easel.services.links import LinkMaker
    from easel.storage.s3 import S3ImageStore

    return LinkMaker(
        store=S3ImageStore(_s3(), env.IMAGES_BUCKET_NAME),
        public_base_url=env.PUBLIC_BASE_URL,
        clock=system_clock,
    )


@cache
def receive_callback(env: CallbackEnv) -> ReceiveCallback:
    """Take a vendor's callback; one per process, because adapters are made once."""
    from easel.observability import count
    from easel.providers.registry import Providers
    from easel.services.callbacks import ReceiveCallback
    from easel.workflow.queues import SqsImageQueue

    providers = _provider_settings(env.PROVIDER_SETTINGS)

    def note(provider: str, outcome: str) -> None:
        # The name comes from whoever calls, and each that is counted is billed.
        count("CallbacksReceived", provider=provider if provider in providers else "unknown", outcome=outcome)

    return ReceiveCallback(
        signer=_callback_signer(env),
        providers=Providers(providers).get,
        queue=SqsImageQueue(
            aws_client("sqs"), render_queue_urls={}, collect_queue_urls=json.loads(env.COLLECT_QUEUE_URLS)
        ),
        note=note,
    )


def cursor_signer(env: SigningEnv) -> CursorSigner:
    """Signs and reads page cursors. The key is read when the first cursor is."""
    from easel.http.pagination import CursorSigner

    return CursorSigner(lambda: secret(env.SIGNING_SECRET_ARN).encode("utf-8"))


# --- people, workspaces and keys -------------------------------------------------------------------------------------


@cache
def authenticate(env: AuthorizerEnv) -> Authenticate:
    """From a credential to a principal; one per process, because it remembers."""
    from easel.repositories.api_keys import DynamoApiKeys
    from easel.repositories.workspaces import DynamoWorkspaces
    from easel.services.authenticate import Authenticate

    return Authenticate(
        api_keys=DynamoApiKeys(_dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(_dynamodb(), env.CORE_TABLE_NAME),
        verify_token=_tokens(env),
        clock=system_clock,
    )


def enter_workspace(env: CoreTable) -> EnterWorkspace:
    """For requests that name a workspace elsewhere than in the header."""
    from easel.repositories.workspaces import DynamoWorkspaces
    from easel.services.act_for import EnterWorkspace

    return EnterWorkspace(workspaces=DynamoWorkspaces(_dynamodb(), env.CORE_TABLE_NAME))


def act_for_telegram(env: CoreTable) -> ActForTelegram:
    """For a bot's requests that name a person elsewhere than in the header."""
    from easel.repositories.accounts import DynamoUsers
    from easel.services.act_for import ActForTelegram

    return ActForTelegram(users=DynamoUsers(_dynamodb(), env.CORE_TABLE_NAME))


def first_sight(env: CoreTable) -> FirstSight:
    """Makes the records of a new person."""
    from easel.repositories.accounts import DynamoUsers
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.workspaces import DynamoWorkspaces
    from easel.services.first_sight import FirstSight

    return FirstSight(
        users=DynamoUsers(_dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(_dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(_dynamodb()),
        clock=system_clock,
    )


def read_workspaces(env: CoreTable) -> ReadWorkspaces:
    """What a caller sees of their workspaces."""
    from easel.repositories.workspaces import DynamoWorkspaces
    from easel.services.workspaces import ReadWorkspaces

    workspaces = DynamoWorkspaces(_dynamodb(), env.CORE_TABLE_NAME)
    return ReadWorkspaces(workspaces=workspaces, first_sight=first_sight(env))


def manage_workspaces(env: CoreTable) -> ManageWorkspaces:
    """Making and naming workspaces."""
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.workspaces import DynamoWorkspaces
    from easel.services.workspaces import ManageWorkspaces

    return ManageWorkspaces(
        workspaces=DynamoWorkspaces(_dynamodb(), env.CORE_TABLE_NAME),
        first_sight=first_sight(env),
        unit_of_work=DynamoTransactions(_dynamodb()),
        clock=system_clock,
    )


def manage_members(env: CoreTable) -> ManageMembers:
    """Who belongs to a workspace."""
    from easel.repositories.accounts import DynamoUsers
    from easel.repositories.api_keys import DynamoApiKeys
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.workspaces import DynamoWorkspaces
    from easel.services.workspaces import ManageMembers

    return ManageMembers(
        workspaces=DynamoWorkspaces(_dynamodb(), env.CORE_TABLE_NAME),
        users=DynamoUsers(_dynamodb(), env.CORE_TABLE_NAME),
        api_keys=DynamoApiKeys(_dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(_dynamodb()),
        clock=system_clock,
    )


def manage_api_keys(env: CoreTable) -> ManageApiKeys:
    """Keys of a workspace."""
    from easel.repositories.api_keys import DynamoApiKeys
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.services.api_keys import ManageApiKeys

    return ManageApiKeys(
        api_keys=DynamoApiKeys(_dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(_dynamodb()),
        clock=system_clock,
    )


def telegram_users(env: PeopleEnv) -> TelegramUsers:
    """The people whom a bot brings."""
    from easel.repositories.accounts import DynamoUsers
    from easel.repositories.ledger import DynamoLedger
    from easel.services.users import TelegramUsers

    return TelegramUsers(
        users=DynamoUsers(_dynamodb(), env.CORE_TABLE_NAME),
        first_sight=first_sight(env),
        open_account=open_account(env),
        ledger=DynamoLedger(_dynamodb(), env.LEDGER_TABLE_NAME),
        clock=system_clock,
    )


def list_users(env: CoreTable) -> ListUsers:
    """All users of the system."""
    from easel.repositories.accounts import DynamoUsers
    from easel.services.users import ListUsers

    return ListUsers(users=DynamoUsers(_dynamodb(), env.CORE_TABLE_NAME))


def sign_in_with_telegram(env: TelegramSignInEnv) -> SignInWithTelegram:
    """From a Mini App's sign-in to a token."""
    from datetime import timedelta

    from easel.identity.sessions import Sessions
    from easel.identity.telegram import MiniAppSignature, read_bot
    from easel.repositories.accounts import DynamoInitDataClaims
    from easel.repositories.workspaces import DynamoWorkspaces
    from easel.services.telegram_sign_in import SignInWithTelegram

    return SignInWithTelegram(
        verify=MiniAppSignature(
            lambda: read_bot(recent_secret(env.TELEGRAM_BOT_SECRET_ARN)),
            max_age=timedelta(seconds=env.INIT_DATA_MAX_AGE_SECONDS),
        ),
        claims=DynamoInitDataClaims(_dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(_dynamodb(), env.CORE_TABLE_NAME),
        telegram_users=telegram_users(env),
        sign=Sessions(lambda: recent_secret(env.SESSION_SECRET_ARN)).sign,
        clock=system_clock,
    )


def provision_workspace(env: MoneyEnv) -> ProvisionWorkspace:
    """The operator's way in."""
    from easel.repositories.accounts import DynamoUsers
    from easel.repositories.api_keys import DynamoApiKeys
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.ledger import DynamoLedger
    from easel.repositories.workspaces import DynamoWorkspaces
    from easel.services.provision_workspace import ProvisionWorkspace

    return ProvisionWorkspace(
        users=DynamoUsers(_dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(_dynamodb(), env.CORE_TABLE_NAME),
        api_keys=DynamoApiKeys(_dynamodb(), env.CORE_TABLE_NAME),
        first_sight=first_sight(env),
        ledger=DynamoLedger(_dynamodb(), env.LEDGER_TABLE_NAME),
        unit_of_work=DynamoTransactions(_dynamodb()),
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
    from easel.repositories.rates import DynamoRateCounters
    from easel.services.rate_limits import LimitRequests

    return LimitRequests(
        counters=DynamoRateCounters(_dynamodb(), env.EPHEMERAL_TABLE_NAME),
        standard=RateLimits(
            user_per_minute=env.RATE_LIMIT_USER_PER_MINUTE,
            workspace_per_hour=env.RATE_LIMIT_WORKSPACE_PER_HOUR,
            address_per_minute=env.RATE_LIMIT_ADDRESS_PER_MINUTE,
        ),
        clock=system_clock,
        on_failure=lambda: count("RequestsNotCounted"),
    )


# --- money ----------------------------------------------------------------------------------------------------------


def read_wallet(env: AccountEnv) -> ReadWallet:
    """Balances and statements."""
    from easel.repositories.ledger import DynamoLedger
    from easel.services.wallets import ReadWallet

    return ReadWallet(ledger=DynamoLedger(_dynamodb(), env.LEDGER_TABLE_NAME), open_account=open_account(env))


def give_credits(env: AccountEnv) -> GiveCredits:
    """Grants of credits, and their opposite."""
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.ledger import DynamoLedger
    from easel.services.grants import GiveCredits

    return GiveCredits(
        ledger=DynamoLedger(_dynamodb(), env.LEDGER_TABLE_NAME),
        unit_of_work=DynamoTransactions(_dynamodb()),
        open_account=open_account(env),
        clock=system_clock,
    )


def read_usage(env: UsageEnv) -> ReadUsage:
    """What was used, and what may still be."""
    from easel.repositories.usage import DynamoUsageCounters, DynamoUsageSummaries
    from easel.services.usage import ReadUsage

    return ReadUsage(
        reports=DynamoUsageSummaries(_dynamodb(), env.CORE_TABLE_NAME),
        counters=DynamoUsageCounters(_dynamodb(), env.CORE_TABLE_NAME),
        wallets=read_wallet(env),
        clock=system_clock,
    )


def manage_budgets(env: MoneyEnv) -> ManageBudgets:
    """Monthly budgets."""
    from easel.repositories.api_keys import DynamoApiKeys
    from easel.repositories.budgets import DynamoBudgets
    from easel.services.budgets import ManageBudgets

    api_keys = DynamoApiKeys(_dynamodb(), env.CORE_TABLE_NAME)
    return ManageBudgets(
        budgets=DynamoBudgets(_dynamodb(), env.LEDGER_TABLE_NAME),
        key_exists=lambda workspace_id, key_id: api_keys.get(workspace_id, key_id) is not None,
        clock=system_clock,
    )


def reconcile_ledger(env: MoneyEnv) -> ReconcileLedger:
    """The auditor."""
    from easel.repositories.generations import DynamoGenerations
    from easel.repositories.ledger import DynamoLedger
    from easel.repositories.ledger_audit import DynamoLedgerAudit
    from easel.services.reconcile_ledger import ReconcileLedger

    return ReconcileLedger(
        audit=DynamoLedgerAudit(_dynamodb(), env.LEDGER_TABLE_NAME),
        wallet=DynamoLedger(_dynamodb(), env.LEDGER_TABLE_NAME).wallet,
        generation=DynamoGenerations(_dynamodb(), env.CORE_TABLE_NAME).get,
        clock=system_clock,
    )


def provider_health(env: HealthEnv) -> DynamoProviderHealth:
    """What is held against providers."""
    from easel.repositories.circuits import DynamoProviderHealth

    return DynamoProviderHealth(_dynamodb(), env.EPHEMERAL_TABLE_NAME)


def manage_routing(env: CoreTable) -> ManageRouting:
    """What workspaces want of providers."""
    from easel.domain.catalogue import load_catalogue
    from easel.repositories.routing_defaults import DynamoRoutingDefaults
    from easel.repositories.workspaces import DynamoWorkspaces
    from easel.services.routing_settings import ManageRouting

    return ManageRouting(
        workspaces=DynamoWorkspaces(_dynamodb(), env.CORE_TABLE_NAME),
        settings=DynamoRoutingDefaults(_dynamodb(), env.CORE_TABLE_NAME),
        catalogue=load_catalogue(),
        clock=system_clock,
    )


# --- workers --------------------------------------------------------------------------------------------------------


def start_generation(env: StartEnv) -> StartGeneration:
    """From the queue into the state machine."""
    from easel.repositories.generations import begin_keys
    from easel.services.start_generation import StartGeneration

    return StartGeneration(
        workflow=_workflow(env),
        routes=_routes(env),
        render_queue_urls=json.loads(env.RENDER_QUEUE_URLS),
        begin_keys=begin_keys,
    )


@cache
def render_image(env: ImageWorkerEnv) -> RenderImage:
    """Have a provider make an image; one per process, because adapters keep connections."""
    from easel.imaging.reference_cleaner import PillowReferenceCleaner
    from easel.providers.references import SafeReferenceFetcher
    from easel.services.render_image import RenderImage

    trusted = [origin for origin in env.REFERENCE_TRUSTED_ORIGINS.split(",") if origin]
    return RenderImage(
        work=_image_work(env),
        references=SafeReferenceFetcher(trusted_origins=trusted),
        cleaner=PillowReferenceCleaner(),
    )


@cache
def collect_image(env: ImageWorkerEnv) -> CollectImage:
    """Ask a provider for a job; one per process, because adapters keep connections."""
    from easel.services.collect_image import CollectImage

    return CollectImage(work=_image_work(env))


@cache
def follow_callback(env: ImageWorkerEnv) -> FollowCallback:
    """Look at the job that a callback named; one per process, because adapters keep connections."""
    from easel.observability import count
    from easel.services.collect_image import CollectImage
    from easel.services.follow_callback import FollowCallback

    def note(provider: str, outcome: str) -> None:
        count("CallbacksFollowed", provider=provider, outcome=outcome)

    work = _image_work(env)
    return FollowCallback(work=work, collect=CollectImage(work=work), note=note)


def hold_message(worker_seconds: int) -> MessageHold:
    """Keeps a message from coming again while a worker that lives so long is at it."""
    from easel.services.image_work import hold_of
    from easel.workflow.queues import MessageHold

    return MessageHold(aws_client("sqs"), hold_of(worker_seconds))


def settle_generation(env: SettleEnv) -> SettleGeneration:
    """The regular end of a generation."""
    from easel.repositories.image_tasks import DynamoImageTasks
    from easel.services.close_generation import SettleGeneration

    return SettleGeneration(close=_close_generation(env), tasks=DynamoImageTasks(_dynamodb(), env.CORE_TABLE_NAME))


def sweep_generations(env: SweepEnv) -> SweepGenerations:
    """Repairs what fell between two steps."""
    from easel.repositories.generations import DynamoGenerations
    from easel.repositories.outbox import DynamoOutbox
    from easel.services.sweep_generations import SweepGenerations

    return SweepGenerations(
        generations=DynamoGenerations(_dynamodb(), env.CORE_TABLE_NAME),
        queue=_generation_queue(env),
        settle=settle_generation(env),
        workflow=_workflow(env),
        waiting_events=DynamoOutbox(_dynamodb(), env.CORE_TABLE_NAME).waiting_since,
        publish=publish_events(env),
        expire_grants=_expire_grants(env),
        clock=system_clock,
    )


def publish_events(env: PublishEnv) -> PublishEvents:
    """From the outbox to the world."""
    from easel.events.outbox import PublishEvents
    from easel.events.publishers import EventBridgePublisher, SqsIntegrationPublisher
    from easel.repositories.outbox import DynamoOutbox

    return PublishEvents(
        publishers=[
            EventBridgePublisher(aws_client("events"), env.EVENT_BUS_NAME),
            SqsIntegrationPublisher(aws_client("sqs"), env.INTEGRATION_QUEUE_URL),
        ],
        forget=DynamoOutbox(_dynamodb(), env.CORE_TABLE_NAME).remove,
    )


def model_latencies(env: HealthEnv) -> ModelLatencies:
    """How long callers lately waited for the images of a model."""
    from easel.repositories.latencies import DynamoLatencies

    return DynamoLatencies(_dynamodb(), env.EPHEMERAL_TABLE_NAME)


def check_catalogue(env: CatalogueCheckEnv) -> CheckCatalogue:
    """The daily look at what vendors offer."""
    from easel.domain.catalogue import load_catalogue
    from easel.events.publishers import EventBridgePublisher, SqsIntegrationPublisher
    from easel.providers.registry import Providers
    from easel.services.check_catalogue import CheckCatalogue

    bus = EventBridgePublisher(aws_client("events"), env.EVENT_BUS_NAME)
    queue = SqsIntegrationPublisher(aws_client("sqs"), env.INTEGRATION_QUEUE_URL)
    known = _provider_settings(env.PROVIDER_SETTINGS)

    def publish(event: Event) -> None:
        bus.publish(event)
        queue.publish(event)

    return CheckCatalogue(
        catalogue=load_catalogue(system_clock),
        names=sorted(known),
        providers=Providers(known).get,
        publish=publish,
        clock=system_clock,
    )


# --- parts ----------------------------------------------------------------------------------------------------------


def _expire_grants(env: MoneyEnv) -> ExpireGrants:
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.ledger import DynamoLedger
    from easel.services.expire_grants import ExpireGrants

    return ExpireGrants(
        ledger=DynamoLedger(_dynamodb(), env.LEDGER_TABLE_NAME),
        unit_of_work=DynamoTransactions(_dynamodb()),
        clock=system_clock,
    )


def _appraise(env: CoreTable) -> Appraise:
    from easel.domain.catalogue import load_catalogue
    from easel.domain.pricing import load_price_book
    from easel.services.quotes import Appraise

    def find_template(workspace_id: str, template_id: str, version: int | None) -> TemplateSet | None:
        return read_prompt_templates(env).find(workspace_id, template_id, version)

    return Appraise(catalogue=load_catalogue(), prices=load_price_book(), find_template=find_template)


def _quote_signer(env: SigningEnv) -> QuoteSigner:
    from easel.services.quotes import QuoteSigner

    return QuoteSigner(lambda: secret(env.SIGNING_SECRET_ARN).encode("utf-8"), system_clock)


def _callback_signer(env: SigningEnv) -> CallbackSigner:
    from easel.services.callbacks import CallbackSigner

    return CallbackSigner(lambda: secret(env.SIGNING_SECRET_ARN).encode("utf-8"), system_clock)


def _generation_queue(env: QueueEnv) -> Any:
    from easel.workflow.queues import SqsGenerationQueue

    return SqsGenerationQueue(aws_client("sqs"), env.GENERATIONS_QUEUE_URL)


def _workflow(env: WorkflowEnv) -> StepFunctionsWorkflow:
    from easel.workflow.step_functions import StepFunctionsWorkflow

    return StepFunctionsWorkflow(aws_client("stepfunctions"), env.STATE_MACHINE_ARN)


def _close_generation(env: SettleEnv) -> CloseGeneration:
    from easel.domain.events import generation_ended
    from easel.domain.generation import Generation, Image
    from easel.repositories.budgets import DynamoBudgets
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.generations import DynamoGenerations
    from easel.repositories.ledger import DynamoLedger
    from easel.repositories.outbox import DynamoOutbox
    from easel.repositories.usage import DynamoUsageCounters, DynamoUsageSummaries
    from easel.services.close_generation import CloseGeneration
    from easel.services.links import permalink

    def permalink_of(generation: Generation, image: Image) -> str:
        return permalink(env.PUBLIC_BASE_URL, generation.workspace_id, image.id, generation.permalink_secret)

    def describe_end(generation: Generation) -> Event:
        return generation_ended(generation, permalink_of)

    return CloseGeneration(
        generations=DynamoGenerations(_dynamodb(), env.CORE_TABLE_NAME),
        outbox=DynamoOutbox(_dynamodb(), env.CORE_TABLE_NAME),
        ledger=DynamoLedger(_dynamodb(), env.LEDGER_TABLE_NAME),
        budgets=DynamoBudgets(_dynamodb(), env.LEDGER_TABLE_NAME),
        usage=DynamoUsageCounters(_dynamodb(), env.CORE_TABLE_NAME),
        summaries=DynamoUsageSummaries(_dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(_dynamodb()),
        describe_end=describe_end,
        clock=system_clock,
    )


def _routes(env: RoutingEnv) -> Routes:
    from easel.domain.catalogue import load_catalogue
    from easel.domain.generation import Fallback
    from easel.repositories.routing_defaults import DynamoRoutingDefaults
    from easel.services.routes import Routes, RoutingPolicy

    policy = json.loads(env.ROUTING)
    return Routes(
        catalogue=load_catalogue(),
        health=provider_health(env),
        defaults=DynamoRoutingDefaults(_dynamodb(), env.CORE_TABLE_NAME),
        policy=RoutingPolicy(
            providers=tuple(policy["providers"]),
            preferred=tuple(policy["preferred"]),
            fallback=Fallback(policy["fallback"]),
        ),
        clock=system_clock,
    )


def _image_work(env: ImageWorkerEnv) -> ImageWork:
    from easel.domain.generation import Generation, Image
    from easel.imaging.pillow_processor import PillowImageProcessor
    from easel.providers.registry import Providers
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.gallery import DynamoGallery
    from easel.repositories.generations import DynamoGenerations
    from easel.repositories.image_tasks import DynamoImageTasks
    from easel.repositories.latencies import DynamoLatencies
    from easel.repositories.usage import DynamoUsageSummaries
    from easel.services.image_work import ImageWork
    from easel.storage.keys import image_prefix, unmarked_prefix
    from easel.storage.s3 import S3ImageStore
    from easel.workflow.queues import SqsImageQueue

    def prefix_of(generation: Generation, image: Image) -> str:
        return image_prefix(generation.workspace_id, generation.id, image.id)

    def unmarked_prefix_of(generation: Generation, image: Image) -> str:
        return unmarked_prefix(generation.workspace_id, generation.id, image.id)

    table = env.CORE_TABLE_NAME
    return ImageWork(
        routes=_routes(env),
        latencies=DynamoLatencies(_dynamodb(), env.EPHEMERAL_TABLE_NAME),
        worker_seconds=env.WORKER_SECONDS,
        generations=DynamoGenerations(_dynamodb(), table),
        tasks=DynamoImageTasks(_dynamodb(), table),
        gallery=DynamoGallery(_dynamodb(), table),
        summaries=DynamoUsageSummaries(_dynamodb(), table),
        unit_of_work=DynamoTransactions(_dynamodb()),
        providers=Providers(_provider_settings(env.PROVIDER_SETTINGS)).get,
        processor=PillowImageProcessor(),
        store=S3ImageStore(_s3(), env.IMAGES_BUCKET_NAME),
        image_prefix=prefix_of,
        unmarked_prefix=unmarked_prefix_of,
        queue=SqsImageQueue(
            aws_client("sqs"),
            render_queue_urls=json.loads(env.RENDER_QUEUE_URLS),
            collect_queue_urls=json.loads(env.COLLECT_QUEUE_URLS),
        ),
        workflow=_workflow(env),
        clock=system_clock,
        callbacks=_callback_addresses(env),
    )


def _callback_addresses(env: ImageWorkerEnv) -> SignedAddresses:
    """Where providers with `callbacks` call back. The key is read when the first address is made."""
    from easel.services.callbacks import SignedAddresses

    told = [name for name, said in json.loads(env.PROVIDER_SETTINGS).items() if said.get("callbacks")]
    return SignedAddresses(signer=_callback_signer(env), base_url=env.PUBLIC_BASE_URL, providers=told)


def _provider_settings(text: str) -> dict[str, ProviderSettings]:
    """`PROVIDER_SETTINGS`: JSON, provider -> settings, all of them optional.

    They are baseUrl, secretArn, syncMode, variant, options, callbacks, and webhookSecretArn where callbacks come in.
    """
    from easel.providers.registry import ProviderSettings

    return {
        name: ProviderSettings(
            base_url=said.get("baseUrl", ""),
            api_key=_api_key(said.get("secretArn")),
            sync_mode=said.get("syncMode", True),
            variant=said.get("variant", ""),
            options=said.get("options", {}),
            webhook_secret=_webhook_secret(said.get("webhookSecretArn")),
        )
        for name, said in json.loads(text).items()
    }


UNSET_SECRET: Final = "unset"  # noqa: S105 - what a provider's secret says until an operator has written the key


def _api_key(arn: str | None) -> Callable[[], str]:
    def read() -> str:
        key = secret(arn) if arn else ""
        return "" if key == UNSET_SECRET else key

    return read


def _webhook_secret(arn: str | None) -> Callable[[], str] | None:
    """What a vendor signs its callbacks with; None while nobody has said, as our own ticket counts in any case."""
    known = secret(arn) if arn else UNSET_SECRET
    return None if known == UNSET_SECRET else lambda: known

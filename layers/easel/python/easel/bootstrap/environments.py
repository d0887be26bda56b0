"""What each factory reads of a function's environment: the `Env` of a handler has at least these fields."""

from __future__ import annotations

from typing import Protocol


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
    def REFERENCE_TRUSTED_ORIGINS(self) -> tuple[str, ...]: ...  # noqa: N802 - as above
    @property
    def WORKER_SECONDS(self) -> int: ...  # noqa: N802 - as above
    @property
    def PUBLIC_BASE_URL(self) -> str: ...  # noqa: N802 - as above

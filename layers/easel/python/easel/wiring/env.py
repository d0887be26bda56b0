"""The environment variables of functions: each is spelled once, here, and typed.

A class holds variables that are used together. A factory takes the class, or a combination of classes, that has what it
reads; the `Env` of a function is made of those that its factories take.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Json
from pydantic.alias_generators import to_camel

from easel.domain.request import Fallback
from easel.settings import Settings, Text, Words


class OpenDoors(Settings):
    """The front doors of this deployment."""

    EASEL_DOORS: Words


class CoreTable(Settings):
    """Table of generations, images, people and keys."""

    CORE_TABLE_NAME: Text


class LedgerTable(Settings):
    """Table of wallets and transfers."""

    LEDGER_TABLE_NAME: Text


class EphemeralTable(Settings):
    """Table of counters that expire: request rates, provider health, latencies."""

    EPHEMERAL_TABLE_NAME: Text


class Wallets(LedgerTable):
    """Wallets, and the trial with which a workspace's wallet is opened."""

    TRIAL_CREDITS: int
    TRIAL_DAYS: int


class Money(CoreTable, LedgerTable):
    """Credits, and what they are moved together with."""


class Accounts(CoreTable, Wallets):
    """Workspaces and their wallets, created when they are first needed."""


class SigningKey(Settings):
    """Key for cursors, quotes and callback tickets."""

    SIGNING_SECRET_ARN: Text


class SessionKey(Settings):
    """Key for our own session tokens."""

    SESSION_SECRET_ARN: Text


class BotSecret(Settings):
    """The Telegram bot of the deployment: its token and its workspace."""

    TELEGRAM_BOT_SECRET_ARN: Text


class TelegramBot(BotSecret):
    """The bot whose Mini Apps may sign in."""

    INIT_DATA_MAX_AGE_SECONDS: int


class Stars(Settings):
    """What Telegram Stars buy: credits per Star as a fraction (`1/10`), and the fewest Stars that are taken."""

    STARS_RATE: Text
    STARS_MINIMUM: int


class RateLimitDefaults(EphemeralTable):
    """Requests that are allowed where a plan sets no limits of its own."""

    RATE_LIMIT_USER_PER_MINUTE: int
    RATE_LIMIT_WORKSPACE_PER_HOUR: int
    RATE_LIMIT_ADDRESS_PER_MINUTE: int


class PublicAddress(Settings):
    """Where clients reach the API."""

    PUBLIC_BASE_URL: Text


class ImagesBucket(Settings):
    """Bucket of the pictures, and the address before it that links have; empty for the bucket's own."""

    IMAGES_BUCKET_NAME: Text
    IMAGES_BASE_URL: str


class TopUp(Settings):
    """Where credits can be bought; empty where they cannot."""

    TOP_UP_URL: str


class UploadScan(Settings):
    """Whether uploads are scanned for malware before they are used."""

    UPLOAD_SCAN: bool


class UploadsQueue(Settings):
    """Queue of uploads that are to be checked."""

    UPLOADS_QUEUE_URL: Text


class Links(ImagesBucket, PublicAddress):
    """Links to pictures."""


class AddressKey(Settings):
    """Key of KMS for addresses of reference pictures that carry a secret."""

    ADDRESS_KEY_ID: Text


class TelegramApi(BotSecret):
    """How files are fetched from Telegram."""

    TELEGRAM_API_URL: Text


class TrustedReferences(Settings):
    """Origins from which reference pictures are fetched although they are not public; may be empty."""

    REFERENCE_TRUSTED_ORIGINS: Words


class Studio(Settings):
    """The model of the studio, for requests that name none."""

    STUDIO_MODEL: Text


class ContentSettings(Settings):
    """The model of pictures of content items, and the provider that is asked first or `any`."""

    CONTENT_MODEL: Text
    CONTENT_PROVIDER: Text


class GenerationsQueue(Settings):
    """Queue of generations that are to be started."""

    GENERATIONS_QUEUE_URL: Text


class RenderQueues(Settings):
    """Queues of images to make, by provider."""

    RENDER_QUEUE_URLS: Json[Mapping[str, Text]]


class CollectQueues(Settings):
    """Queues of jobs to poll, by provider."""

    COLLECT_QUEUE_URLS: Json[Mapping[str, Text]]


class ArchivesQueue(Settings):
    """Queue of archives to build."""

    ARCHIVES_QUEUE_URL: Text


class DeletionsQueue(Settings):
    """Queue of deletions to finish."""

    DELETIONS_QUEUE_URL: Text


class BatchesQueue(Settings):
    """Queue of batches that are running."""

    BATCHES_QUEUE_URL: Text


class IntakeQueue(Settings):
    """Queue through which other systems ask for images."""

    INTAKE_QUEUE_URL: Text


class IntakeDeadLetterQueue(Settings):
    """Queue of the intake's messages that were set aside."""

    INTAKE_DEAD_LETTERS_URL: Text


class StateMachine(Settings):
    """The state machine of generations."""

    STATE_MACHINE_ARN: Text


class WorkerTime(Settings):
    """How long an image worker may run."""

    WORKER_SECONDS: int


class EventTargets(Settings):
    """Where events go."""

    EVENT_BUS_NAME: Text
    INTEGRATION_QUEUE_URL: Text


class _JsonObject(BaseModel):
    """Base of JSON objects in variables. Names are camelCase; an unknown one would otherwise pass for a default."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, defer_build=True)


class Vendor(_JsonObject):
    """How one provider is reached; everything is optional."""

    base_url: str = ""
    secret_arn: str | None = None
    webhook_secret_arn: str | None = None
    sync_mode: bool = True
    variant: str = ""
    options: Mapping[str, str] = {}
    callbacks: bool = False


class Vendors(Settings):
    """The providers that a function may call."""

    PROVIDER_SETTINGS: Json[Mapping[str, Vendor]]


class RoutingDefaults(_JsonObject):
    """Providers of this deployment, those that it prefers, and which may stand in for another by default."""

    providers: tuple[str, ...]
    preferred: tuple[str, ...]
    fallback: Fallback


class Routing(CoreTable, EphemeralTable):
    """The choice of providers: the deployment's defaults, the workspaces' settings, the providers' health."""

    ROUTING: Json[RoutingDefaults]


class Issuer(_JsonObject):
    """One identity provider whose tokens are accepted."""

    issuer: Text
    audiences: frozenset[Text]
    jwks_url: Text
    groups_claim: str | None = None
    operator_group: str | None = None


class TokenIssuers(Settings):
    """Identity providers whose tokens are accepted."""

    TOKEN_ISSUERS: Json[tuple[Issuer, ...]]

"""The environment variables of functions: each is spelled once, here, and typed.

A class holds variables that are used together. A factory takes the class, or a combination of classes, that has what it
reads; the `Env` of a function is made of those that its factories take. `env_objects.py` has variables that hold JSON.
"""

from __future__ import annotations

from typing import Literal

from easel.settings import Settings, Text, Words


class OpenDoors(Settings):
    """The front doors of this deployment."""

    EASEL_DOORS: Words


class LightClients(Settings):
    """The client of `easel.aws` instead of botocore's, for functions that every request waits for."""

    AWS_CLIENTS: Literal["light", "botocore"] = "botocore"
    """Read by `wiring/aws.py` when it is imported."""


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


class VendorSecrets(Settings):
    """The secrets with the keys of vendors."""

    VENDOR_SECRET_ARNS: Words


class InternalNetworks(Settings):
    """Networks from which a few addresses may be used without a credential; none as a rule."""

    INTERNAL_NETWORKS: Words


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


class Release(Settings):
    """What is deployed, and where."""

    EASEL_VERSION: Text
    EASEL_STAGE: Text


class PublicAddress(Settings):
    """Where clients reach the API."""

    PUBLIC_BASE_URL: Text


class ImagesBucket(Settings):
    """Bucket of the pictures, and the address before it that links have; empty for the bucket's own."""

    IMAGES_BUCKET_NAME: Text
    IMAGES_BASE_URL: str


class TrashTime(Settings):
    """How long pictures stay in the trash."""

    TRASH_DAYS: int


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
    """Key of KMS for secrets of tenants: addresses of reference pictures that carry one, and those of webhooks."""

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


class ContentAddress(Settings):
    """Where pictures of content items are reached: the API's own address, or that of a CDN before it."""

    CONTENT_BASE_URL: Text


class ContentSettings(Settings):
    """The model of pictures of content items, and the provider that is asked first or `any`."""

    CONTENT_MODEL: Text
    CONTENT_PROVIDER: Text


class GenerationsQueue(Settings):
    """Queue of generations that are to be started."""

    GENERATIONS_QUEUE_URL: Text


class ArchivesQueue(Settings):
    """Queue of archives to build."""

    ARCHIVES_QUEUE_URL: Text


class DeletionsQueue(Settings):
    """Queue of deletions to finish."""

    DELETIONS_QUEUE_URL: Text


class WebhookQueues(Settings):
    """The two lanes of deliveries to webhooks."""

    WEBHOOKS_QUEUE_URL: Text
    SLOW_WEBHOOKS_QUEUE_URL: Text


class WebSockets(Settings):
    """Where API Gateway takes what is sent through WebSockets. A mere path is below the emulator's address."""

    WEBSOCKETS_URL: Text


class RealtimeAddress(Settings):
    """Where clients open a WebSocket."""

    REALTIME_URL: Text


class TrustedWebhooks(Settings):
    """Origins that webhooks may be posted to although they are not public; may be empty."""

    WEBHOOK_TRUSTED_ORIGINS: Words


class TrustedOrigins(TrustedReferences, TrustedWebhooks):
    """Of whatever reads requests that name references and webhooks."""


class Destinations(Settings):
    """Who delivers to queues, buses and buckets of customers, and whether those of our own account are among them."""

    DELIVERY_ROLE_ARN: Text
    OWN_ACCOUNT_DESTINATIONS: bool


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


class WorkerMemory(Settings):
    """The memory of an image worker, from which its limits for pictures follow."""

    WORKER_MEMORY_MB: int


class EventTargets(Settings):
    """Where events go."""

    EVENT_BUS_NAME: Text
    INTEGRATION_QUEUE_URL: Text

"""The environment variables of our functions: each is spelled here once, and functions merge the groups they need."""

import json

from aws_cdk import Stack
from infra.constructs.data import Data
from infra.constructs.events import Events
from infra.constructs.http_front import HttpFront
from infra.constructs.pictures import Pictures
from infra.constructs.queues import Queues, WorkQueue
from infra.constructs.sockets import Sockets
from infra.settings import StageSettings

from constructs import Construct


class Variables:
    """Groups of environment variables, ready to be merged with `|`."""

    def __init__(
        self,
        scope: Construct,
        *,
        settings: StageSettings,
        front: HttpFront,
        sockets: Sockets,
        data: Data,
        pictures: Pictures,
        queues: Queues,
        bus: Events,
    ) -> None:
        self._stack, self._settings = Stack.of(scope), settings
        self.light_clients = {"AWS_CLIENTS": "light"}
        self.core = {"CORE_TABLE_NAME": data.core.table_name}
        self.ledger = {"LEDGER_TABLE_NAME": data.ledger.table_name}
        self.ephemeral = {"EPHEMERAL_TABLE_NAME": data.ephemeral.table_name}
        self.images = {"IMAGES_BUCKET_NAME": data.images.bucket_name, "IMAGES_BASE_URL": pictures.base_url}
        self.signing = {"SIGNING_SECRET_ARN": data.secrets.signing.secret_arn}
        self.addresses = {"ADDRESS_KEY_ID": data.key.key_arn}
        self.bot = {"TELEGRAM_BOT_SECRET_ARN": data.secrets.telegram_bot.secret_arn}
        self.session = {"SESSION_SECRET_ARN": data.secrets.session.secret_arn}
        self.edge = front.edge.variables if front.edge else {}
        self.realtime_url = {"REALTIME_URL": sockets.url}
        self.websockets = {"WEBSOCKETS_URL": sockets.management_url}
        self.base_url = {"PUBLIC_BASE_URL": front.base_url}
        self.content_address = {"CONTENT_BASE_URL": settings.content_base_url or front.base_url}
        self.generations_queue = {"GENERATIONS_QUEUE_URL": queues.generations.url}
        self.uploads_queue = {"UPLOADS_QUEUE_URL": queues.uploads.url}
        self.upload_scan = {"UPLOAD_SCAN": str(settings.upload_scan).lower()}
        self.deletions_queue = {"DELETIONS_QUEUE_URL": queues.deletions.url}
        self.archives_queue = {"ARCHIVES_QUEUE_URL": queues.archives.url}
        self.render_queues = {"RENDER_QUEUE_URLS": self._urls(queues.render)}
        self.collect_queues = {"COLLECT_QUEUE_URLS": self._urls(queues.collect)}
        self.doors = {"EASEL_DOORS": ",".join(settings.doors)}
        self.internal_networks = {"INTERNAL_NETWORKS": ",".join(settings.internal_networks)}
        self.telegram_bot = self.bot | {
            "INIT_DATA_MAX_AGE_SECONDS": str(settings.sign_in.init_data_max_age_seconds),
        }
        self.webhook_queues = {
            "WEBHOOKS_QUEUE_URL": queues.webhooks.url,
            "SLOW_WEBHOOKS_QUEUE_URL": queues.slow_webhooks.url,
        }
        self.batches_queue = {"BATCHES_QUEUE_URL": queues.batches.url}
        self.intake_queue = {"INTAKE_QUEUE_URL": queues.intake.url}
        self.intake_dead_letters = {"INTAKE_DEAD_LETTERS_URL": queues.intake.dead_letters.queue_url}
        self.publishing = {"EVENT_BUS_NAME": bus.bus.event_bus_name, "INTEGRATION_QUEUE_URL": queues.integration.url}

    @property
    def trial(self) -> dict[str, str]:
        """What a new workspace is given; for functions that may be the first to see one."""
        return {"TRIAL_CREDITS": str(self._settings.trial_credits), "TRIAL_DAYS": str(self._settings.trial_days)}

    @property
    def submitting(self) -> dict[str, str]:
        """For every function that submits generations; see `Room.allow_submitting`."""
        stores = self.core | self.ledger | self.generations_queue
        return stores | self.signing | self.base_url | self.trial | self.references | self.addresses | self.bot

    @property
    def trash(self) -> dict[str, str]:
        """How long pictures stay in the trash."""
        return {"TRASH_DAYS": str(self._settings.trash_days)}

    @property
    def stars(self) -> dict[str, str]:
        """What Telegram Stars buy."""
        return {"STARS_RATE": self._settings.stars_rate, "STARS_MINIMUM": str(self._settings.stars_minimum)}

    @property
    def top_up(self) -> dict[str, str]:
        """Where credits can be bought; empty where they cannot."""
        return {"TOP_UP_URL": self._settings.top_up_url or ""}

    @property
    def references(self) -> dict[str, str]:
        """The origins from which reference pictures may be fetched over plain http."""
        return {"REFERENCE_TRUSTED_ORIGINS": ",".join(self._settings.reference_trusted_origins)}

    @property
    def trusted_webhooks(self) -> dict[str, str]:
        """The origins that webhooks may be posted to over plain http."""
        return {"WEBHOOK_TRUSTED_ORIGINS": ",".join(self._settings.webhook_trusted_origins)}

    @property
    def batch_lines(self) -> dict[str, str]:
        """For every function that reads lines of batches."""
        return self.references | self.trusted_webhooks | self.doors | self.studio

    @property
    def telegram(self) -> dict[str, str]:
        """How files are fetched from Telegram."""
        return self.bot | {"TELEGRAM_API_URL": self._settings.telegram_api_url}

    @property
    def studio(self) -> dict[str, str]:
        """The model of the studio."""
        return {"STUDIO_MODEL": self._settings.studio_model}

    @property
    def content(self) -> dict[str, str]:
        """How pictures of content items are made."""
        chosen = self._settings.content
        return {"CONTENT_MODEL": chosen.model, "CONTENT_PROVIDER": chosen.provider or "any"}

    @property
    def routing(self) -> dict[str, str]:
        """Which providers there are, which are preferred, and who may stand in for another."""
        routing = {
            "providers": [provider.name for provider in self._settings.providers],
            "preferred": list(self._settings.routing.preferred),
            "fallback": self._settings.routing.fallback,
        }
        return {**self.core, **self.ephemeral, "ROUTING": json.dumps(routing)}

    @property
    def rate_limits(self) -> dict[str, str]:
        """For the function that counts requests."""
        limits = self._settings.rate_limits
        return {
            "RATE_LIMIT_USER_PER_MINUTE": str(limits.user_per_minute),
            "RATE_LIMIT_WORKSPACE_PER_HOUR": str(limits.workspace_per_hour),
            "RATE_LIMIT_ADDRESS_PER_MINUTE": str(limits.address_per_minute),
        }

    def _urls(self, queues: dict[str, WorkQueue]) -> str:
        return self._stack.to_json_string({provider: queue.url for provider, queue in queues.items()})

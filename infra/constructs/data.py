"""Everything that is kept: the tables, the bucket of pictures, the secrets."""

from collections.abc import Iterable
from typing import Final

from aws_cdk import ArnFormat, Duration, SecretValue, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secrets
from infra.constructs.nag import acknowledge
from infra.constructs.retention import removal_policy
from infra.settings import WAVESPEED, StageSettings
from infra.tables import CORE_INDEXES, LEDGER_INDEXES, Index

from constructs import Construct

ENDING: Final = tuple(f"dynamodb:{action}" for action in ("Query", "BatchGetItem", "PutItem", "UpdateItem"))
"""What the end of a generation, or of an image, does to the core table."""
SETTLING: Final = tuple(f"dynamodb:{action}" for action in ("GetItem", "BatchGetItem", "PutItem", "UpdateItem"))
"""What the end of a generation does to the ledger."""
GENERATED_PREFIX: Final = "generated/"
UNMARKED_PREFIX: Final = "unmarked/"
"""Pictures as they were before a watermark was drawn: no role may read them."""
INCOMING_PREFIX: Final = "incoming/"
"""What callers send, until it is checked."""
UPLOADS_PREFIX: Final = "uploads/"
"""Checked uploads. They do not expire by age, since a product may use them for years; a sweep removes the others."""
ARCHIVES_PREFIX: Final = "archives/"
BATCHES_PREFIX: Final = "batches/"
LENT_PREFIX: Final = "lent/"
"""Cleaned reference pictures, while a vendor reads them for itself."""
UNSET_VENDOR_KEY: Final = "unset"
"""What a vendor's secret says until an operator has written the key."""

_STRING: Final = dynamodb.AttributeType.STRING


class Data(Construct):
    """The tables, the bucket, the secrets that sign, and one secret per vendor that takes a key."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self.core = self._core_table()
        self.ledger = self._ledger_table()
        self.ephemeral = self._ephemeral_table()
        self.images = self._images_bucket()
        self.signing_secret = self._signing_secret()
        self.vendor_secrets = {
            provider.name: self._vendor_secret(f"{provider.name.capitalize()}Key", name=provider.name)
            for provider in settings.providers
            if provider.has_key
        }
        self.webhook_secrets = {WAVESPEED: self._webhook_secret("WavespeedWebhook", provider=WAVESPEED)}
        self.session_secret = self._session_secret()
        self.telegram_bot_secret = self._telegram_bot_secret()
        self.key = self._key()

    def index_arn(self, index: Index) -> str:
        """The ARN of one index of the core table."""
        return f"{self.core.table_arn}/index/{index.name}"

    def ledger_index_arn(self, index: Index) -> str:
        """The ARN of one index of the ledger table."""
        return f"{self.ledger.table_arn}/index/{index.name}"

    @property
    def generated_objects(self) -> str:
        """The ARN pattern of the pictures that we made."""
        return self.images.arn_for_objects(f"{GENERATED_PREFIX}*")

    @property
    def upload_objects(self) -> str:
        """The ARN pattern of checked uploads."""
        return self.images.arn_for_objects(f"{UPLOADS_PREFIX}*")

    @property
    def unmarked_objects(self) -> str:
        """The ARN pattern of pictures without the watermark that was asked for."""
        return self.images.arn_for_objects(f"{UNMARKED_PREFIX}*")

    @property
    def incoming_objects(self) -> str:
        """The ARN pattern of what callers send."""
        return self.images.arn_for_objects(f"{INCOMING_PREFIX}*")

    @property
    def archive_objects(self) -> str:
        """The ARN pattern of archives of generations."""
        return self.images.arn_for_objects(f"{ARCHIVES_PREFIX}*")

    @property
    def batch_objects(self) -> str:
        """The ARN pattern of the files of batches."""
        return self.images.arn_for_objects(f"{BATCHES_PREFIX}*")

    @property
    def lent_objects(self) -> str:
        """The ARN pattern of reference pictures that are lent to vendors."""
        return self.images.arn_for_objects(f"{LENT_PREFIX}*")

    @property
    def signing_secret_arn(self) -> str:
        """What a policy names to let a function read the signing secret."""
        return self._policy_arn(self.signing_secret, "signing")

    def vendor_secret_arn(self, provider: str) -> str:
        """What a policy names to let a function read the key of this provider."""
        return self._policy_arn(self.vendor_secrets[provider], provider)

    @property
    def session_secret_arn(self) -> str:
        """What a policy names to let a function sign or read our own tokens."""
        return self._policy_arn(self.session_secret, "session")

    @property
    def telegram_bot_secret_arn(self) -> str:
        """What a policy names to let a function check what Telegram signed for our bot."""
        return self._policy_arn(self.telegram_bot_secret, "telegram-bot")

    def webhook_secret_arn(self, provider: str) -> str:
        """What a policy names to let a function read what this provider signs its callbacks with."""
        return self._policy_arn(self.webhook_secrets[provider], _webhook_name(provider))

    def _core_table(self) -> dynamodb.Table:
        table = dynamodb.Table(
            self,
            "Core",
            partition_key=dynamodb.Attribute(name="pk", type=_STRING),
            sort_key=dynamodb.Attribute(name="sk", type=_STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            time_to_live_attribute="expiresAt",
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=self._settings.deletion_protection,
            removal_policy=removal_policy(self._settings),
        )
        self._add_indexes(table, CORE_INDEXES)
        return table

    def _ledger_table(self) -> dynamodb.Table:
        # Apart from the core table for its permissions, and because nothing in it may ever expire.
        table = dynamodb.Table(
            self,
            "Ledger",
            partition_key=dynamodb.Attribute(name="pk", type=_STRING),
            sort_key=dynamodb.Attribute(name="sk", type=_STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=self._settings.deletion_protection,
            removal_policy=removal_policy(self._settings),
        )
        self._add_indexes(table, LEDGER_INDEXES)
        return table

    def _ephemeral_table(self) -> dynamodb.Table:
        # Counters and the like: nothing in it outlives a few days, so nothing of it is ever restored.
        table = dynamodb.Table(
            self,
            "Ephemeral",
            partition_key=dynamodb.Attribute(name="pk", type=_STRING),
            sort_key=dynamodb.Attribute(name="sk", type=_STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute="expiresAt",
            removal_policy=removal_policy(self._settings),
        )
        acknowledge(
            table, "AwsSolutions-DDB3", because="Everything in it expires within days; there is nothing to go back to."
        )
        return table

    def _add_indexes(self, table: dynamodb.Table, indexes: Iterable[Index]) -> None:
        for index in indexes:
            table.add_global_secondary_index(
                index_name=index.name,
                partition_key=dynamodb.Attribute(name=index.partition, type=_STRING),
                sort_key=dynamodb.Attribute(name=index.sort, type=_STRING),
                projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            )

    def _images_bucket(self) -> s3.Bucket:
        # Not versioned by default: an object is written once, under a key that names its content, and a deletion that a
        # customer asks for is one at once.
        bucket = s3.Bucket(
            self,
            "Images",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=self._settings.enforce_ssl,
            cors=self._bucket_cors(),
            versioned=self._settings.bucket_versioning,
            lifecycle_rules=[
                # Uploads end after 24 hours; S3 counts whole days from midnight.
                s3.LifecycleRule(id="IncomingExpire", prefix=INCOMING_PREFIX, expiration=Duration.days(2)),
                s3.LifecycleRule(id="LentExpire", prefix=LENT_PREFIX, expiration=Duration.days(1)),
                s3.LifecycleRule(id="ArchivesExpire", prefix=ARCHIVES_PREFIX, expiration=Duration.days(2)),
                s3.LifecycleRule(id="BatchesExpire", prefix=BATCHES_PREFIX, expiration=Duration.days(30)),
                s3.LifecycleRule(id="AbortUploads", abort_incomplete_multipart_upload_after=Duration.days(1)),
                *self._rules_for_versions(),
            ],
            removal_policy=removal_policy(self._settings),
        )
        acknowledge(
            bucket,
            "AwsSolutions-S1",
            because="Objects are read through short-lived presigned links whose issue is logged with the caller;"
            " server access logs would be a second store of those links.",
        )
        return bucket

    def _rules_for_versions(self) -> list[s3.LifecycleRule]:
        """What was deleted or replaced can be brought back for a month."""
        if not self._settings.bucket_versioning:
            return []
        return [
            s3.LifecycleRule(id="VersionsExpire", noncurrent_version_expiration=Duration.days(30)),
            s3.LifecycleRule(id="MarkersExpire", expired_object_delete_marker=True),
        ]

    def _bucket_cors(self) -> list[s3.CorsRule] | None:
        if not self._settings.cors_origins:
            return None
        methods = [s3.HttpMethods.GET, s3.HttpMethods.HEAD, s3.HttpMethods.POST, s3.HttpMethods.PUT]
        return [
            s3.CorsRule(
                allowed_methods=methods,
                allowed_origins=list(self._settings.cors_origins),
                allowed_headers=["*"],
                exposed_headers=["ETag"],
                max_age=3600,
            )
        ]

    def _signing_secret(self) -> secrets.Secret:
        generated = secrets.SecretStringGenerator(password_length=64, exclude_punctuation=True)
        secret = secrets.Secret(
            self,
            "Signing",
            secret_name=self._secret_name("signing"),
            description="Signs page cursors, quotes and the addresses for callbacks.",
            generate_secret_string=generated,
            removal_policy=removal_policy(self._settings),
        )
        acknowledge(
            secret,
            "AwsSolutions-SMG4",
            because="An operator replaces it by writing a new value: functions sign with it within five minutes, and"
            " what the value before signed stays good until the next one. What it signs is worth little for longer.",
        )
        return secret

    def _session_secret(self) -> secrets.Secret:
        secret = secrets.Secret(
            self,
            "Session",
            secret_name=self._secret_name("session"),
            description="Signs the tokens of Telegram Mini App users.",
            generate_secret_string=secrets.SecretStringGenerator(password_length=64, exclude_punctuation=True),
            removal_policy=removal_policy(self._settings),
        )
        acknowledge(
            secret,
            "AwsSolutions-SMG4",
            because="Its tokens live for an hour; an operator replaces it by writing a new value, and people open their"
            " Mini App again.",
        )
        return secret

    def _telegram_bot_secret(self) -> secrets.Secret:
        secret = secrets.Secret(
            self,
            "TelegramBot",
            secret_name=self._secret_name("telegram-bot"),
            description='The bot whose Mini Apps sign in here: {"token": "...", "workspaceId": "..."}.',
            secret_string_value=SecretValue.unsafe_plain_text(UNSET_VENDOR_KEY),
            removal_policy=removal_policy(self._settings),
        )
        acknowledge(
            secret,
            "AwsSolutions-SMG4",
            because="Telegram issues this token by hand and has no interface to rotate it; an operator writes it.",
        )
        return secret

    def _key(self) -> kms.Key:
        # One for both: a key costs a dollar a month, and its policy keeps its users apart.
        return kms.Key(
            self,
            "Key",
            description="Encrypts addresses of reference pictures that carry a secret, and the alarms' topic.",
            enable_key_rotation=True,
            removal_policy=removal_policy(self._settings),
        )

    def _vendor_secret(self, id: str, *, name: str) -> secrets.Secret:
        secret = secrets.Secret(
            self,
            id,
            secret_name=self._secret_name(name),
            description=f"API key of the provider {name}, as a bare string.",
            secret_string_value=SecretValue.unsafe_plain_text(UNSET_VENDOR_KEY),
            removal_policy=removal_policy(self._settings),
        )
        acknowledge(
            secret,
            "AwsSolutions-SMG4",
            because="The vendor issues this key by hand and has no interface to rotate it; an operator writes it.",
        )
        return secret

    def _webhook_secret(self, id: str, *, provider: str) -> secrets.Secret:
        secret = secrets.Secret(
            self,
            id,
            secret_name=self._secret_name(_webhook_name(provider)),
            description=f"What the provider {provider} signs its callbacks with, as a bare string.",
            secret_string_value=SecretValue.unsafe_plain_text(UNSET_VENDOR_KEY),
            removal_policy=removal_policy(self._settings),
        )
        acknowledge(
            secret, "AwsSolutions-SMG4", because="The vendor makes it, and an operator writes down what it says."
        )
        return secret

    def _secret_name(self, name: str) -> str | None:
        # A fixed name is reserved for weeks after a deletion, so only the emulator gets one: policies need it there.
        return f"{self._settings.stack_name}/{name}" if self._settings.emulated else None

    def _policy_arn(self, secret: secrets.Secret, name: str) -> str:
        if not self._settings.emulated:
            return secret.secret_arn
        # The emulator's reference to a secret is its name, while its policies are checked against the whole ARN.
        return Stack.of(self).format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=f"{self._secret_name(name)}-??????",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )


def _webhook_name(provider: str) -> str:
    return f"{provider}-webhook"

"""Everything that is kept: the tables, the bucket of pictures, the secrets (`secrets.py`), the key."""

from collections.abc import Iterable
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from infra.constructs.nag import acknowledge
from infra.constructs.retention import removal_policy
from infra.constructs.secrets import Secrets
from infra.settings import StageSettings
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

_STRING: Final = dynamodb.AttributeType.STRING


class Data(Construct):
    """The tables, the bucket, the secrets, and the key that encrypts what the tables hold in secret."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self.core = self._core_table()
        self.ledger = self._ledger_table()
        self.ephemeral = self._ephemeral_table()
        self.images = self._images_bucket()
        self.secrets = Secrets(self, settings)
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
            # Events for WebSockets are sent in the order in which they are written here.
            stream=dynamodb.StreamViewType.NEW_IMAGE,
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
                projection_type=dynamodb.ProjectionType.INCLUDE if index.also else dynamodb.ProjectionType.KEYS_ONLY,
                non_key_attributes=list(index.also) or None,
            )

    def _images_bucket(self) -> s3.Bucket:
        # Not versioned by default: an object is written once, under a key that names its content, and a deletion that a
        # customer asks for is one at once.
        bucket = s3.Bucket(
            self,
            "Images",
            bucket_name=self._settings.bucket_name,
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

    def _key(self) -> kms.Key:
        # One for both: a key costs a dollar a month, and its policy keeps its users apart.
        return kms.Key(
            self,
            "Key",
            description="Encrypts addresses that carry a secret, the secrets of webhooks, and the alarms' topic.",
            enable_key_rotation=True,
            removal_policy=removal_policy(self._settings),
        )

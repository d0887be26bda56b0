"""What follows the arrival of an upload: its event, an optional malware scan, the worker, and the hourly removal."""

from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_guardduty as guardduty
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from infra.constructs.data import INCOMING_PREFIX, Data
from infra.constructs.foundation import Foundation
from infra.constructs.nag import acknowledge_wildcard
from infra.constructs.queues import Queues
from infra.constructs.scheduled import Scheduled
from infra.constructs.small_function import SmallFunction
from infra.constructs.workers import IMAGING_MEMORY_MB, allow_deletion
from infra.tables import UPLOADS_BY_EXPIRY

from constructs import Construct

SWEEP_SECONDS: Final = 120
_SCAN_RESULT: Final = "GuardDuty Malware Protection Object Scan Result"
_SCANNER: Final = "malware-protection-plan.guardduty.amazonaws.com"
_SCANNERS_RULES: Final = "DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*"
_SCANNERS_TEST_OBJECT: Final = "malware-protection-resource-validation-object"


class UploadPipeline(Construct):
    """The worker behind the queue of uploads, fed by the bucket or, where uploads are scanned, by GuardDuty."""

    def __init__(self, scope: Construct, id: str, *, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._foundation = foundation
        self._data, self._queues, self._settings = foundation.data, foundation.queues, foundation.settings
        process, sweep = self._process_upload(), self._sweep_uploads()
        self.functions = (process, sweep)
        # One upload per invocation: decoding takes seconds, and memory for one picture.
        self._queues.uploads.feed(process, batch_size=1, max_concurrency=self._settings.upload_concurrency)
        Scheduled(
            self,
            "EachHour",
            function=sweep,
            schedule=events.Schedule.rate(Duration.hours(1)),
            dead_letters=self._queues.schedule_dead_letters,
            retries=0,
            max_age=Duration.hours(1),
        )
        if self._settings.upload_scan:
            self._scan()
        else:
            self._notify()

    def _process_upload(self) -> SmallFunction:
        own, data = self._foundation.variables, self._data
        function = SmallFunction(
            self,
            "ProcessUpload",
            kit=self._foundation.kit,
            folder="workers/process_upload",
            timeout_seconds=Queues.UPLOAD_SECONDS,
            memory_mb=IMAGING_MEMORY_MB,
            imaging=True,
            env=own.core | own.images | own.upload_scan,
        )
        function.allow("dynamodb:GetItem", "dynamodb:UpdateItem", on=data.core.table_arn)
        # Without it S3 answers 403 instead of 404 where nothing has arrived.
        function.allow("s3:ListBucket", on=data.images.bucket_arn)
        read = ("s3:GetObject", "s3:GetObjectTagging") if self._settings.upload_scan else ("s3:GetObject",)
        function.allow(
            *read,
            "s3:DeleteObject",
            on=data.incoming_objects,
            because="It checks what arrives for any workspace, all below this one prefix.",
        )
        function.allow(
            "s3:PutObject",
            "s3:DeleteObject",
            on=data.upload_objects,
            because="It stores checked pictures of any workspace, and removes one that lost against another.",
        )
        return function

    def _sweep_uploads(self) -> SmallFunction:
        own, data = self._foundation.variables, self._data
        function = SmallFunction(
            self,
            "SweepUploads",
            kit=self._foundation.kit,
            folder="schedules/sweep_uploads",
            timeout_seconds=SWEEP_SECONDS,
            env=own.core | own.images | own.deletions_queue,
        )
        allow_deletion(function, data, self._queues)
        function.allow("dynamodb:Query", on=data.index_arn(UPLOADS_BY_EXPIRY))
        allow_removal(function, data)
        return function

    def _notify(self) -> None:
        """Have the bucket send its events. As a property: the CDK's own way is a custom resource with a function."""
        bucket, queue = _cfn(self._data.images), self._queues.uploads
        # Without the name of the bucket: the bucket is created after this policy, which it is tested with.
        queue.queue.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sqs:SendMessage"],
                principals=[iam.ServicePrincipal("s3.amazonaws.com")],
                resources=[queue.arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                s3.CfnBucket.QueueConfigurationProperty(
                    event="s3:ObjectCreated:*",
                    queue=queue.arn,
                    filter=s3.CfnBucket.NotificationFilterProperty(
                        s3_key=s3.CfnBucket.S3KeyFilterProperty(
                            rules=[s3.CfnBucket.FilterRuleProperty(name="prefix", value=INCOMING_PREFIX)]
                        )
                    ),
                )
            ]
        )
        policy = queue.queue.node.find_child("Policy").node.default_child
        if not isinstance(policy, sqs.CfnQueuePolicy):
            raise TypeError("The queue of uploads has no policy.")
        bucket.add_dependency(policy)

    def _scan(self) -> None:
        """Have GuardDuty scan what arrives, and send its results instead of the bucket's events."""
        images = self._data.images
        # The scanner turns this on; in the template it survives the next deployment.
        _cfn(images).notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
        )
        guardduty.CfnMalwareProtectionPlan(
            self,
            "Scan",
            role=self._scanner_role(images).role_arn,
            protected_resource=guardduty.CfnMalwareProtectionPlan.CFNProtectedResourceProperty(
                s3_bucket=guardduty.CfnMalwareProtectionPlan.S3BucketProperty(
                    bucket_name=images.bucket_name, object_prefixes=[INCOMING_PREFIX]
                )
            ),
            actions=guardduty.CfnMalwareProtectionPlan.CFNActionsProperty(
                tagging=guardduty.CfnMalwareProtectionPlan.CFNTaggingProperty(status="ENABLED")
            ),
        )
        pattern = events.EventPattern(
            source=["aws.guardduty"],
            detail_type=[_SCAN_RESULT],
            detail={"s3ObjectDetails": {"bucketName": [images.bucket_name]}},
        )
        events.Rule(self, "ScanResults", event_pattern=pattern, targets=[targets.SqsQueue(self._queues.uploads.queue)])

    def _scanner_role(self, images: s3.Bucket) -> iam.Role:
        incoming = self._data.incoming_objects
        rules = Stack.of(self).format_arn(service="events", resource="rule", resource_name=_SCANNERS_RULES)
        managed = {"StringLike": {"events:ManagedBy": _SCANNER}}

        def statement(
            *actions: str, on: str, conditions: dict[str, dict[str, str]] | None = None
        ) -> iam.PolicyStatement:
            return iam.PolicyStatement(actions=list(actions), resources=[on], conditions=conditions)

        notification = ("s3:PutBucketNotification", "s3:GetBucketNotification")
        tagging = ("s3:PutObjectTagging", "s3:GetObjectTagging")
        versions = ("s3:PutObjectVersionTagging", "s3:GetObjectVersionTagging")
        change = ("events:PutRule", "events:DeleteRule", "events:PutTargets", "events:RemoveTargets")
        grants = iam.PolicyDocument(
            statements=[
                statement(*change, on=rules, conditions=managed),
                statement("events:DescribeRule", "events:ListTargetsByRule", on=rules),
                statement(*notification, "s3:ListBucket", "s3:GetBucketLocation", on=images.bucket_arn),
                statement("s3:PutObject", on=images.arn_for_objects(_SCANNERS_TEST_OBJECT)),
                statement("s3:GetObject", "s3:GetObjectVersion", *tagging, *versions, on=incoming),
            ]
        )
        role = iam.Role(self, "Scanner", assumed_by=iam.ServicePrincipal(_SCANNER), inline_policies={"Grants": grants})
        acknowledge_wildcard(
            role, incoming, rules, because="GuardDuty scans what arrives for any workspace, with rules that it names."
        )
        return role


def allow_removal(function: SmallFunction, data: Data) -> None:
    """Let a function find and delete everything that was stored for an upload, in every version."""
    function.allow("s3:ListBucketVersions", on=data.images.bucket_arn)
    function.allow(
        *("s3:DeleteObject", "s3:DeleteObjectVersion"),
        on=[data.incoming_objects, data.upload_objects],
        because="It removes uploads of any workspace, which lie below these two prefixes.",
    )


def _cfn(bucket: s3.Bucket) -> s3.CfnBucket:
    resource = bucket.node.default_child
    if not isinstance(resource, s3.CfnBucket):
        raise TypeError("The bucket has no resource of its own.")
    return resource

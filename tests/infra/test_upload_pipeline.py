"""What arrives in the bucket reaches the worker: by the bucket's events, or by the results of a malware scan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.infra.synthesized import Synthesize, Synthesized

QUEUE = "Queues/Uploads/Queue"
PLAN = "AWS::GuardDuty::MalwareProtectionPlan"


def bucket_of(stack: Synthesized) -> dict[str, Any]:
    bucket: dict[str, Any] = stack.of_type("AWS::S3::Bucket")["Data/Images"]
    return bucket


def may_send(stack: Synthesized) -> dict[str, Any]:
    """The services that may send to the queue of uploads, with their conditions."""
    policies = stack.of_type("AWS::SQS::QueuePolicy").values()
    (policy,) = [one for one in policies if stack.text(one["Queues"][0]) == QUEUE]
    statements = policy["PolicyDocument"]["Statement"]
    return {one["Principal"]["Service"]: one["Condition"] for one in statements if one["Effect"] == "Allow"}


def test_the_bucket_announces_what_arrives_and_nothing_else(production: Synthesized) -> None:
    (announced,) = bucket_of(production)["NotificationConfiguration"]["QueueConfigurations"]

    assert (announced["Event"], production.text(announced["Queue"])) == ("s3:ObjectCreated:*", QUEUE)
    assert announced["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": "incoming/"}]
    assert may_send(production) == {
        "s3.amazonaws.com": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    }
    assert production.of_type(PLAN) == {}


def test_events_need_no_custom_resource(production: Synthesized) -> None:
    assert production.of_type("Custom::S3BucketNotifications") == {}


@pytest.mark.requirement("S000-56")
def test_a_scan_stands_between_arrival_and_worker(varied: Synthesized) -> None:
    (plan,) = varied.of_type(PLAN).values()

    assert plan["ProtectedResource"]["S3Bucket"]["ObjectPrefixes"] == ["incoming/"]
    assert plan["Actions"] == {"Tagging": {"Status": "ENABLED"}}
    assert bucket_of(varied)["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert "s3.amazonaws.com" not in may_send(varied)
    (rule,) = [one for one in varied.of_type("AWS::Events::Rule").values() if "EventPattern" in one]
    assert rule["EventPattern"]["source"] == ["aws.guardduty"]
    assert rule["EventPattern"]["detail-type"] == ["GuardDuty Malware Protection Object Scan Result"]
    assert [varied.text(target["Arn"]) for target in rule["Targets"]] == [QUEUE]


@pytest.mark.requirement("S000-56")
def test_the_scanner_reads_and_tags_what_arrives_only(varied: Synthesized) -> None:
    (policy,) = varied.of_type("AWS::IAM::Role")["Uploads/Scanner"]["Policies"]
    granted: dict[str, set[str]] = {}
    for statement in policy["PolicyDocument"]["Statement"]:
        granted.setdefault(varied.text(statement["Resource"]), set()).update(statement["Action"])

    assert granted.pop("Data/Images/incoming/*") == {
        *("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
        *("s3:PutObjectTagging", "s3:PutObjectVersionTagging"),
    }
    (rules,) = [resource for resource in granted if resource.endswith("AmazonGuardDutyMalwareProtectionS3*")]
    assert granted.keys() == {rules, "Data/Images", "Data/Images/malware-protection-resource-validation-object"}


@pytest.mark.requirement("S000-56")
@pytest.mark.parametrize(
    "folder",
    [
        "api/uploads/create_upload",
        "api/uploads/bot_upload_media",
        "api/uploads/shop_upload_images",
        "api/products/shop_create_product",
        "workers/process_upload",
    ],
)
def test_functions_know_whether_uploads_are_scanned(production: Synthesized, varied: Synthesized, folder: str) -> None:
    values = [stack.functions[folder]["Environment"]["Variables"]["UPLOAD_SCAN"] for stack in (production, varied)]

    assert values == ["false", "true"]


def test_browsers_of_the_set_origins_may_send_forms(production: Synthesized) -> None:
    (rule,) = bucket_of(production)["CorsConfiguration"]["CorsRules"]

    assert rule["AllowedOrigins"] == ["https://app.example.com"]
    assert "POST" in rule["AllowedMethods"]
    assert rule["AllowedHeaders"] == ["*"]


def test_uploads_are_not_scanned_by_an_emulator(synthesize: Synthesize) -> None:
    with pytest.raises(ValueError, match="uploadScan is for AWS"):
        synthesize(stage="local", uploadScan="true")

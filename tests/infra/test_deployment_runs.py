"""Deployments at work in the emulator that `make up` starts: updates of nested stacks, failures and their repair."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from infra.local import recovery
from infra.local.deployment import Deployment as LocalDeployment
from infra.local.failures import ToolError
from infra.local.options import Options
from infra.local.places import Places
from infra.local.ports import Ports
from tests.support.emulator import Emulator, unique_name
from tests.support.emulator import emulator as running_emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 30
MISSING = "https://s3.us-east-1.amazonaws.com/no-such-bucket/no-such.json"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Emulator]:
    with running_emulator("infra.local.emulator") as emulator:
        emulator.client("s3").create_bucket(Bucket="templates")
        yield emulator


@dataclass
class Deployment:
    """A root stack with a queue and a nested stack of two queues, one of which changes with `seconds`."""

    cloud: Emulator
    name: str = field(default_factory=lambda: unique_name("stack"))

    @property
    def cloudformation(self) -> Any:
        return self.cloud.client("cloudformation")

    def create(self, *, broken: bool = False, **options: Any) -> None:
        self.cloudformation.create_stack(StackName=self.name, TemplateBody=self.root(1, broken=broken), **options)
        self.wait()

    def update(self, seconds: int, *, broken: bool = False, **options: Any) -> None:
        template = self.root(seconds, broken=broken)
        self.cloudformation.update_stack(StackName=self.name, TemplateBody=template, **options)
        self.wait()

    def root(self, seconds: int, *, broken: bool) -> str:
        nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": self.nested(seconds, broken)}}
        output = {"Value": {"Fn::GetAtt": ["Nested", "Outputs.Kept"]}}
        resources = {"Root": queue(seconds), "Nested": nested}
        return json.dumps({"Resources": resources, "Outputs": {"Kept": output}})

    def nested(self, seconds: int, broken: bool) -> str:  # noqa: FBT001 - a detail of `root`
        resources: dict[str, Any] = {"Kept": queue(5), "Changed": queue(seconds)}
        if broken:
            never = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": MISSING}}
            resources["Broken"] = never | {"DependsOn": ["Kept", "Changed"]}
        template = {"Resources": resources, "Outputs": {"Kept": {"Value": {"Fn::GetAtt": ["Kept", "Arn"]}}}}
        self.cloud.client("s3").put_object(
            Bucket="templates", Key=self.key(seconds), Body=json.dumps(template).encode()
        )
        return f"https://s3.us-east-1.amazonaws.com/templates/{self.key(seconds)}"

    def key(self, seconds: int) -> str:
        return f"{self.name}-{seconds}.json"

    def forget_template(self, seconds: int) -> None:
        self.cloud.client("s3").delete_object(Bucket="templates", Key=self.key(seconds))

    def wait(self) -> None:
        recovery.settled_status(self.cloudformation, self.name, SECONDS)

    def status(self) -> str | None:
        return recovery.status_of(self.cloudformation, self.name)

    def repair(self, *, skip_failed: bool = True) -> str | None:
        return recovery.recover(self.cloudformation, self.name, skip_failed=skip_failed, seconds=SECONDS)

    def delays(self) -> set[str]:
        """How long messages are delayed in the queues of the stack."""
        sqs = self.cloud.client("sqs")
        urls = sqs.list_queues(QueueNamePrefix=self.name).get("QueueUrls", [])
        answers = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"]) for url in urls]
        return {answer["Attributes"]["DelaySeconds"] for answer in answers}


@pytest.fixture
def deployment(cloud: Emulator) -> Deployment:
    return Deployment(cloud)


def queue(seconds: int) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": seconds}}


def test_a_nested_stack_is_updated_again_and_again(deployment: Deployment) -> None:
    deployment.create()

    for seconds in (2, 3):
        deployment.update(seconds)
        assert deployment.status() == "UPDATE_COMPLETE"

    assert deployment.delays() == {"3", "5"}
    assert deployment.repair() is None


@pytest.mark.parametrize(
    ("options", "status"), [({}, "ROLLBACK_COMPLETE"), ({"DisableRollback": True}, "CREATE_FAILED")]
)
def test_a_stack_whose_creation_failed_is_removed_so_that_it_can_be_created(
    deployment: Deployment, options: dict[str, Any], status: str
) -> None:
    deployment.create(broken=True, **options)
    assert deployment.status() == status

    assert deployment.repair() == f"deleted a stack in {status}"
    recovery.delete_orphans(deployment.cloudformation, deployment.name)

    assert deployment.status() is None
    assert deployment.delays() == set()
    deployment.create()
    assert deployment.status() == "CREATE_COMPLETE"


def test_after_an_update_that_was_rolled_back_the_version_before_is_there_and_can_be_updated(
    deployment: Deployment,
) -> None:
    deployment.create()

    deployment.update(2, broken=True)

    assert deployment.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert deployment.delays() == {"1", "5"}
    assert deployment.repair() is None
    deployment.update(3)
    assert deployment.delays() == {"3", "5"}


def test_an_update_that_stopped_half_way_is_rolled_back(deployment: Deployment) -> None:
    deployment.create()
    deployment.update(2, broken=True, DisableRollback=True)
    assert deployment.status() == "UPDATE_FAILED"

    assert deployment.repair() == "rolled back from UPDATE_FAILED"

    assert deployment.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert deployment.delays() == {"1", "5"}


def test_a_rollback_that_failed_is_finished(deployment: Deployment) -> None:
    deployment.create()
    deployment.forget_template(1)
    deployment.update(2, broken=True)
    assert deployment.status() == "UPDATE_ROLLBACK_FAILED"
    deployment.nested(1, broken=False)

    assert deployment.repair() == "finished the rollback"

    assert deployment.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert deployment.delays() == {"1", "5"}


def test_what_cannot_be_rolled_back_is_skipped_where_that_is_wanted_and_named_where_it_is_not(
    deployment: Deployment,
) -> None:
    deployment.create()
    deployment.forget_template(1)
    deployment.update(2, broken=True)

    with pytest.raises(ToolError, match="is in UPDATE_ROLLBACK_FAILED and could not be repaired"):
        deployment.repair(skip_failed=False)
    assert deployment.repair() == "finished the rollback without Nested"

    assert deployment.status() == "UPDATE_ROLLBACK_COMPLETE"


def test_a_deployment_that_never_ends_is_reported_with_its_status(deployment: Deployment) -> None:
    class Stuck:
        def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - the operation's own spelling
            return {"Stacks": [{"StackName": StackName, "StackStatus": "UPDATE_IN_PROGRESS"}]}

    with pytest.raises(ToolError, match="has been in UPDATE_IN_PROGRESS for over 0 s"):
        recovery.recover(Stuck(), "easel", skip_failed=True, seconds=0)  # type: ignore[arg-type] # all that is called


@pytest.fixture
def bootstraps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands of the CDK that a deployment runs; none of them does anything."""
    ran: list[str] = []
    monkeypatch.setattr(LocalDeployment, "_cdk", lambda _self, command, *_words, **_options: ran.append(command))
    return ran


def local_deployment(cloud: Emulator, folder: Path) -> LocalDeployment:
    return LocalDeployment(Places(folder), Ports(1, int(cloud.url.rpartition(":")[2]), 2), Options())


def test_an_interrupted_bootstrap_is_done_again(cloud: Emulator, tmp_path: Path, bootstraps: list[str]) -> None:
    deployment = local_deployment(cloud, tmp_path)
    bucket = unique_name("assets")
    toolkit = {
        "Resources": {"Assets": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket}}},
        "Outputs": {"BucketName": {"Value": bucket}},
    }
    cloud.client("cloudformation").create_stack(StackName="CDKToolkit", TemplateBody=json.dumps(toolkit))
    recovery.settled_status(cloud.client("cloudformation"), "CDKToolkit", SECONDS)
    assert (deployment.bootstrap(), bootstraps) == (False, [])

    cloud.client("s3").delete_bucket(Bucket=bucket)

    assert (deployment.bootstrap(), bootstraps) == (True, ["bootstrap"])
    assert recovery.status_of(cloud.client("cloudformation"), "CDKToolkit") is None


def test_a_bucket_that_outlived_its_bootstrap_is_deleted(
    cloud: Emulator, tmp_path: Path, bootstraps: list[str]
) -> None:
    """After a crash the emulator has its objects, and not the stacks that they belong to."""
    s3, bucket = cloud.client("s3"), "cdk-hnb659fds-assets-000000000000-us-east-1"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"one", b"two"):
        s3.put_object(Bucket=bucket, Key="asset.zip", Body=body)
    s3.delete_object(Bucket=bucket, Key="asset.zip")

    assert (local_deployment(cloud, tmp_path).bootstrap(), bootstraps) == (True, ["bootstrap"])

    assert bucket not in {each["Name"] for each in s3.list_buckets()["Buckets"]}

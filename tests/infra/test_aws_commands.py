"""`make deploy` and `make destroy` over an emulated account: what is checked, repaired and confirmed around the CDK."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from infra.local import aws_account, aws_commands, recovery
from infra.local.aws_account import Account
from infra.local.display import Display
from infra.local.failures import ToolError
from infra.local.places import Places
from infra.settings import read_settings
from tests.support.emulator import unique_name

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.emulator import Emulator

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {}}
BUCKET = {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}}
BROKEN = {
    "Type": "AWS::CloudFormation::Stack",
    "Properties": {"TemplateURL": "https://s3.us-east-1.amazonaws.com/no/no"},
}


@dataclass
class Cdk:
    """Notes what the CDK is asked to do, and answers with these exit codes, then with 0."""

    codes: list[int] = field(default_factory=list)
    calls: list[tuple[str, ...]] = field(default_factory=list)
    laid_down: list[str] = field(default_factory=list)

    def __call__(self, _account: Account, *arguments: str, folder: str = "") -> int:
        self.calls.append(arguments)
        return self.codes.pop(0) if self.codes else 0


@pytest.fixture
def prefix(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> str:
    """The account is the emulator; the stacks of this test have names of their own."""
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    name = unique_name("t")
    monkeypatch.setenv("EASEL_NAME_PREFIX", name)
    return name


@pytest.fixture
def cdk(monkeypatch: pytest.MonkeyPatch) -> Cdk:
    made = Cdk()
    monkeypatch.setattr(aws_commands, "_run_cdk", made)
    monkeypatch.setattr(aws_commands, "_build_layers", lambda _display, _places: None)
    # A stack of these tests has no function to do it; test_release_data.py has its own.
    monkeypatch.setattr(aws_commands, "_lay_down_data", lambda _display, target: made.laid_down.append(target.stack))
    # Nor has it a bucket for pages (test_page_upload.py).
    monkeypatch.setattr(aws_commands, "_publish_pages", lambda _display, _target, *, uploaded: None)
    monkeypatch.delenv("CDK_ARGS", raising=False)
    return made


def deploy(stage: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> int:
    monkeypatch.setenv("STAGE", stage)
    return aws_commands.deploy(Display(), Places(tmp_path))


def destroy(stage: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> int:
    monkeypatch.setenv("STAGE", stage)
    return aws_commands.destroy(Display(), Places(tmp_path))


def create(emulator: Emulator, stack: str, *resources: dict[str, Any]) -> None:
    template = {"Resources": {f"R{number}": resource for number, resource in enumerate(resources)}}
    client = emulator.client("cloudformation")
    client.create_stack(StackName=stack, TemplateBody=json.dumps(template))
    recovery.settled_status(client, stack, 30)


@pytest.mark.usefixtures("emulator")
def test_a_first_deployment_is_protected_only_after_it_has_worked(
    prefix: str, cdk: Cdk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert deploy("production", monkeypatch, tmp_path) == 0

    plain = ("deploy", f"{prefix}-production", "--context", "stage=production")
    assert cdk.calls == [(*plain, "--context", "deletionProtection=false"), plain]
    assert cdk.laid_down == [f"{prefix}-production"]


def test_a_first_deployment_that_fails_is_left_unprotected(
    prefix: str, cdk: Cdk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cdk.codes = [1]

    assert deploy("production", monkeypatch, tmp_path) == 1

    assert [call[-1] for call in cdk.calls] == ["deletionProtection=false"]
    assert cdk.laid_down == []


@pytest.mark.parametrize("stage", ["dev", "production"])
def test_a_stack_that_works_is_deployed_once(
    emulator: Emulator, prefix: str, cdk: Cdk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stage: str
) -> None:
    create(emulator, f"{prefix}-{stage}", QUEUE)

    assert deploy(stage, monkeypatch, tmp_path) == 0

    assert cdk.calls == [("deploy", f"{prefix}-{stage}", "--context", f"stage={stage}")]


def test_what_a_failed_first_deployment_left_is_removed_and_the_deployment_is_a_first_one_again(
    emulator: Emulator,
    prefix: str,
    cdk: Cdk,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    create(emulator, f"{prefix}-staging", QUEUE, BROKEN)

    assert deploy("staging", monkeypatch, tmp_path) == 0

    assert "deleted a stack in ROLLBACK_COMPLETE" in capsys.readouterr().out
    assert [call[-1] for call in cdk.calls] == ["deletionProtection=false", "stage=staging"]


def test_an_account_that_is_too_small_is_told_before_the_deployment(
    prefix: str, cdk: Cdk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {"AccountLimit": {"ConcurrentExecutions": 10}}

    class Functions:
        def get_account_settings(self) -> dict[str, Any]:
            return settings

    monkeypatch.setattr(Account, "functions", Functions())
    deploy("dev", monkeypatch, tmp_path)
    small = capsys.readouterr().out
    settings["AccountLimit"]["ConcurrentExecutions"] = 1000
    deploy("dev", monkeypatch, tmp_path)

    assert "may run 10 functions at once in us-east-1; the queues alone may ask for 100" in small
    assert "functions at once" not in capsys.readouterr().out


def test_the_queues_ask_for_what_their_switches_say() -> None:
    assert aws_account.concurrency_of_queues(read_settings({"stage": "dev"}.get, {})) == 10 + 5 * 10 + 2 * 20
    fewer = {"stage": "dev", "sandboxConcurrency": "2", "collectConcurrency": "5"}
    assert aws_account.concurrency_of_queues(read_settings(fewer.get, {})) == 10 + 4 * 10 + 2 + 2 * 5


def test_a_trial_stack_is_destroyed_with_its_pictures_once_its_name_is_given(
    emulator: Emulator, prefix: str, cdk: Cdk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    create(emulator, f"{prefix}-dev", BUCKET, QUEUE)
    s3, cloudformation = emulator.client("s3"), emulator.client("cloudformation")
    resources = cloudformation.describe_stack_resources(StackName=f"{prefix}-dev")["StackResources"]
    (bucket,) = (each["PhysicalResourceId"] for each in resources if each["ResourceType"] == "AWS::S3::Bucket")
    for content in (b"one", b"two"):
        s3.put_object(Bucket=bucket, Key="generated/a.png", Body=content)
    s3.delete_object(Bucket=bucket, Key="generated/a.png")
    s3.put_object(Bucket=bucket, Key="generated/b.png", Body=b"three")
    s3.create_multipart_upload(Bucket=bucket, Key="archives/c.zip")
    monkeypatch.setenv("CONFIRM", f"{prefix}-dev")

    assert destroy("dev", monkeypatch, tmp_path) == 0

    left = s3.list_object_versions(Bucket=bucket)
    assert [left.get(kind, []) for kind in ("Versions", "DeleteMarkers")] == [[], []]
    assert s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []
    assert cdk.calls == [("destroy", f"{prefix}-dev", "--context", "stage=dev", "--force")]


@pytest.mark.parametrize("answer", ["", "yes", "easel-dev"])
def test_without_its_name_nothing_is_destroyed(
    emulator: Emulator, prefix: str, cdk: Cdk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str
) -> None:
    create(emulator, f"{prefix}-dev", QUEUE)
    monkeypatch.delenv("CONFIRM", raising=False)
    monkeypatch.setattr("builtins.input", lambda _question: answer)

    assert destroy("dev", monkeypatch, tmp_path) == 1

    assert cdk.calls == []


@pytest.mark.parametrize("stage", ["staging", "production"])
def test_a_stage_that_keeps_its_data_is_not_destroyed_by_a_command(
    prefix: str, cdk: Cdk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stage: str
) -> None:
    monkeypatch.setenv("CONFIRM", f"{prefix}-{stage}")

    with pytest.raises(ToolError, match="keeps its data"):
        destroy(stage, monkeypatch, tmp_path)

    assert cdk.calls == []


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"STAGE": "prod"}, "STAGE is 'prod'; give one of dev, staging, production"),
        ({"STAGE": "local"}, "STAGE is 'local'"),
        ({"STAGE": "dev", "EASEL_THROTTLE_RATE": "0"}, "throttleRate (EASEL_THROTTLE_RATE) is '0'"),
        (
            {"STAGE": "dev", "EASEL_EDGE": "true", "EASEL_EDGE_RATE_LIMIT": "100", "AWS_REGION": "eu-west-1"},
            "us-east-1",
        ),
    ],
)
def test_a_deployment_that_could_not_work_is_refused_before_anything_is_built(
    prefix: str, cdk: Cdk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str], complaint: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ToolError) as refusal:
        aws_commands.deploy(Display(), Places(tmp_path))

    assert complaint in str(refusal.value)
    assert cdk.calls == []

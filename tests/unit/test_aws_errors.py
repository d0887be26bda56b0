"""Whatever AWS clients raise leaves our adapters as an error of ours."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError, ReadTimeoutError
from tests.support.generations import a_generation

import easel
from easel.aws_errors import code_of, may_pass, raised_as
from easel.domain.catalogue import load_catalogue
from easel.domain.events import generation_ended
from easel.domain.image import Failure, Status
from easel.errors import (
    EaselError,
    NotFound,
    QueueUnavailable,
    SecretUnavailable,
    StorageUnavailable,
    WorkflowUnavailable,
)
from easel.events.publishers import EventBridgePublisher, SqsIntegrationPublisher
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.messages import QueuedGeneration
from easel.services.ports.providers import JobHint
from easel.storage.exports import S3ExportStore
from easel.storage.file_reader import S3FileReader
from easel.storage.photos import S3PhotoStore
from easel.storage.presigned import LinkSigner
from easel.storage.s3 import S3ImageStore
from easel.wiring import secrets
from easel.workflow.queues import MessageHold, SqsGenerationQueue, SqsImageQueue
from easel.workflow.step_functions import StepFunctionsStarter, StepFunctionsWorkflow

MAY_KNOW_BOTOCORE: Final = {
    "aws_errors.py": "translates",
    "aws/client.py": "raises its errors",
    "aws/connections.py": "raises its errors",
    "aws/retries.py": "retries as it does",
    "wiring/aws.py": "makes the clients",
    "wiring/botocore_clients.py": "makes the clients",
    "events/sockets.py": "tells connections that are gone from other failures",
    "wiring/delivery/posters.py": "settings of the clients",
    "wiring/realtime/connections.py": "settings of the client",
    "events/publishers.py": "tells a reply queue that refuses us from other failures",
    "repositories/dynamodb.py": "DynamoDB: transactions",
    "repositories/table.py": "DynamoDB: everything else",
    "outbound/aws_attempts.py": "says what became of an attempt",
    "storage/exports.py": "tells what is not there from other failures",
    "storage/file_reader.py": "tells what is not there from other failures",
    "storage/photos.py": "tells what is not there from other failures",
    "storage/presigned.py": "takes credentials",
    "storage/result_copies.py": "tells what is not there from other failures",
    "storage/s3.py": "settings of the client",
    "storage/uploads.py": "tells what is not there from other failures",
    "workflow/step_functions.py": "tells refusals that mean something from others",
}


def refusal(code: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Operation")  # type: ignore[typeddict-item]  # as short as it may be


ERRORS: Final = (
    refusal("ThrottlingException"),
    refusal("AccessDeniedException"),
    refusal("ValidationException"),
    refusal("InternalFailure", 500),
    EndpointConnectionError(endpoint_url="https://aws.example"),
    ReadTimeoutError(endpoint_url="https://aws.example"),
    ParamValidationError(report="no"),
)


class Broken:
    """A client that answers every call with this error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*_: Any, **__: Any) -> Any:
            raise self._error

        return call


REF: Final = ImageRef("ws", "gen", 0, "req")
EVENT: Final = generation_ended(
    a_generation(status=Status.FAILED, completed_at=datetime(2026, 11, 20, tzinfo=UTC)), lambda *_: ""
)


def start_execution(client: Any) -> object:
    starter = StepFunctionsStarter(client, "arn", render_queue_urls=AnyQueue())
    return starter.start(QueuedGeneration.of(a_generation()), load_catalogue().find("seedream-v4").candidates[0])


def image_store(client: Any) -> S3ImageStore:
    return S3ImageStore(lambda: client, "bucket", LinkSigner("https://bucket.test", "eu-west-1", lambda: None))


CALLS: Final[dict[str, tuple[type[EaselError], Callable[[Any], object]]]] = {
    "S3: put": (StorageUnavailable, lambda client: image_store(client).put("k", b"", "image/png")),
    "SQS: submit": (QueueUnavailable, lambda client: SqsGenerationQueue(client, "q").submit(a_generation())),
    "SQS: render": (
        QueueUnavailable,
        lambda client: image_queue(client).render(
            REF, candidate=load_catalogue().find("seedream-v4").candidates[0], task_token="t", delay=timedelta()
        ),
    ),
    "SQS: collect": (
        QueueUnavailable,
        lambda client: image_queue(client).collect(REF, provider="any", delay=timedelta(), polls=1),
    ),
    "SQS: hint": (QueueUnavailable, lambda client: image_queue(client).hint(REF, JobHint("any", "attempt", "job"))),
    "SQS: event": (QueueUnavailable, lambda client: SqsIntegrationPublisher(client, "q").publish(EVENT)),
    "EventBridge": (QueueUnavailable, lambda client: EventBridgePublisher(client, "bus").publish(EVENT)),
    "Step Functions: start": (WorkflowUnavailable, start_execution),
    "Step Functions: stop": (WorkflowUnavailable, lambda client: StepFunctionsWorkflow(client, "arn").stop("g", "")),
    "Step Functions: success": (
        WorkflowUnavailable,
        lambda client: StepFunctionsWorkflow(client, "arn").image_delivered("token"),
    ),
    "Step Functions: failure": (
        WorkflowUnavailable,
        lambda client: StepFunctionsWorkflow(client, "arn").image_failed("token", Failure("late", "Too late.")),
    ),
}


class AnyQueue(dict[str, str]):
    def __missing__(self, _: str) -> str:
        return "https://queue.example/q"


def image_queue(client: Any) -> SqsImageQueue:
    return SqsImageQueue(client, render_queue_urls=AnyQueue(), collect_queue_urls=AnyQueue())


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: code_of(error) or type(error).__name__)
@pytest.mark.parametrize("call", CALLS)
def test_an_error_of_aws_leaves_as_one_of_ours(call: str, error: Exception) -> None:
    kind, act = CALLS[call]
    with pytest.raises(kind) as raised:
        act(Broken(error))
    assert raised.value.__cause__ is error, "the log names what happened"


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: code_of(error) or type(error).__name__)
def test_a_secret_that_cannot_be_read_is_an_error_of_ours(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "aws_client", lambda _: Broken(error))
    with pytest.raises(SecretUnavailable):
        secrets.secret(f"arn:{error!r}")


def test_a_message_that_cannot_be_held_is_worked_on_all_the_same() -> None:
    for error in ERRORS:
        MessageHold(Broken(error), timedelta(seconds=1))("queue", "receipt")  # type: ignore[arg-type]  # any client


def test_what_may_pass_is_told_from_what_will_not() -> None:
    passing = [code_of(error) or type(error).__name__ for error in ERRORS if may_pass(error)]
    assert passing == ["ThrottlingException", "InternalFailure", "EndpointConnectionError", "ReadTimeoutError"]


def test_errors_of_our_own_are_left_as_they_are() -> None:
    with pytest.raises(StorageUnavailable), raised_as(QueueUnavailable, "not sent"):
        raise StorageUnavailable("full")


@pytest.mark.parametrize("code", ["NoSuchKey", "404", "AccessDenied", "403"])
def test_an_object_that_is_not_there_is_told_from_failures(code: str) -> None:
    client: Any = Broken(refusal(code))
    with pytest.raises(NotFound):
        S3FileReader(client, "bucket").read("key", 0, 9)
    assert not S3PhotoStore(client, "bucket", image_store(client)).exists("key")
    assert S3ExportStore(client, "bucket").find("key") is None


def test_nothing_but_adapters_of_aws_knows_its_errors() -> None:
    root = Path(easel.__file__).parent
    knowing = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("botocore"))
        or (isinstance(node, ast.Import) and any(name.name.startswith("botocore") for name in node.names))
    }
    assert knowing == set(MAY_KNOW_BOTOCORE)


def test_no_repository_calls_the_database_but_by_its_table() -> None:
    root = Path(easel.__file__).parent / "repositories"
    calling = {path.name for path in root.rglob("*.py") if "self._client" in path.read_text(encoding="utf-8")}
    assert calling == {"dynamodb.py", "table.py"}

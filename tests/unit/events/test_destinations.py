"""What AWS says about a queue, a bus or a bucket of a customer becomes the outcome of an attempt."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError, SSLError
from tests.support.generations import a_generation, a_stored_image

from easel.domain.deliveries import Outcome
from easel.domain.destinations import Destination, DestinationType
from easel.domain.webhooks import new_secret
from easel.events.destinations import EventBridgePoster, SqsPoster
from easel.outbound.aws_attempts import AwsAttempts
from easel.outbound.webhooks import CUT
from easel.services.ports.webhooks import Poster, Posting
from easel.storage.result_copies import S3ResultPoster

if TYPE_CHECKING:
    from collections.abc import Callable

    from easel.domain.image import Image

pytestmark = pytest.mark.requirement("M-10")
OWNER = "111122223333"
KINDS = (DestinationType.SQS, DestinationType.EVENTBRIDGE, DestinationType.S3)


class Client:
    """A client of AWS that notes what it is asked for, and answers it."""

    def __init__(self, answer: Callable[[str, dict[str, Any]], Any]) -> None:
        self.meta = SimpleNamespace(endpoint_url="https://sqs.eu-west-1.amazonaws.com")
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answer = answer

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**parameters: Any) -> Any:
            self.asked.append((operation, parameters))
            return self._answer(operation, parameters)

        return call


def answered(operation: str, _: dict[str, Any]) -> Any:
    fine = {"ResponseMetadata": {"HTTPStatusCode": 200}, "MessageId": "m"}
    return fine | {"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]} if operation == "put_events" else fine


def raising(error: Exception) -> Callable[[str, dict[str, Any]], Any]:
    def answer(*_: object) -> Any:
        raise error

    return answer


def refusal(code: str, status: int, message: str = "no") -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Operation")


def pictures(count: int) -> list[Image]:
    images = a_generation(count=count).images
    return [replace(image, stored=a_stored_image()) for image in images]


def poster(kind: DestinationType, client: Any, *, images: int = 1, attempts: AwsAttempts | None = None) -> Poster:
    if kind is DestinationType.SQS:
        return SqsPoster(lambda _: client, attempts=attempts)
    if kind is DestinationType.EVENTBRIDGE:
        return EventBridgePoster(lambda _: client, attempts=attempts)
    return S3ResultPoster(lambda _: client, "ours", lambda *_: pictures(images), attempts=attempts)


def a_posting(kind: DestinationType) -> Posting:
    name = {"sqs": "q", "eventbridge": "b", "s3": "bucket"}[kind]
    return Posting(
        url="",
        event_id="event-1",
        body='{"data":{"id":"generation-1"},"orderingKey":null}',
        secrets=(new_secret(),),
        seconds=3,
        event_type="generation.completed",
        workspace_id="ws",
        destination=Destination(kind, f"arn:{name}", name, "eu-west-1", OWNER, "easel/"),
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("error", "outcome", "code", "status"),
    [
        (refusal("AccessDenied", 403), Outcome.AWS_ERROR, "AccessDenied", 403),
        (refusal("ThrottlingException", 400), Outcome.AWS_ERROR, "ThrottlingException", 400),
        (refusal("InternalError", 500), Outcome.AWS_ERROR, "InternalError", 500),
        (refusal("AWS.SimpleQueueService.NonExistentQueue", 400), Outcome.GONE, None, 400),
        (refusal("ResourceNotFoundException", 400), Outcome.GONE, None, 400),
        (refusal("NoSuchBucket", 404), Outcome.GONE, None, 404),
        (ReadTimeoutError(endpoint_url="https://x"), Outcome.TIMEOUT, None, None),
        (EndpointConnectionError(endpoint_url="https://x"), Outcome.UNREACHABLE, "EndpointConnectionError", None),
        (SSLError(endpoint_url="https://x", error=OSError("expired")), Outcome.TLS, None, None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_whatever_goes_wrong_is_an_outcome(
    kind: DestinationType, error: Exception, outcome: Outcome, code: str | None, status: int | None
) -> None:
    attempt = poster(kind, Client(raising(error)))(a_posting(kind), 3)

    assert (attempt.number, attempt.outcome, attempt.status, attempt.files) == (3, outcome, status, ())
    assert code is None or attempt.error_code == code


def test_what_aws_says_is_kept_to_a_bound() -> None:
    client = Client(raising(refusal("AccessDenied", 403, "x" * 9_000)))

    response = poster(DestinationType.SQS, client)(a_posting(DestinationType.SQS), 1).response

    assert response is not None
    assert (len(response) < 2_100, response.endswith(CUT)) == (True, True)


def test_a_bus_that_refuses_the_entry_of_a_call_that_succeeds_is_a_failure() -> None:
    entry = {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}
    client = Client(lambda *_: {"FailedEntryCount": 1, "Entries": [entry]})

    attempt = poster(DestinationType.EVENTBRIDGE, client)(a_posting(DestinationType.EVENTBRIDGE), 1)

    assert (attempt.outcome, attempt.error_code) == (Outcome.AWS_ERROR, "NotAuthorizedForSourceException")


def test_every_write_to_a_bucket_names_its_owner() -> None:
    client = Client(answered)

    attempt = poster(DestinationType.S3, client, images=2)(a_posting(DestinationType.S3), 1)

    assert [operation for operation, _ in client.asked] == ["copy_object", "copy_object", "put_object"]
    assert {parameters["ExpectedBucketOwner"] for _, parameters in client.asked} == {OWNER}
    assert {parameters["Bucket"] for _, parameters in client.asked} == {"bucket"}
    assert [file.key for file in attempt.files] == ["easel/generation-1/0.png", "easel/generation-1/1.png"]


def test_copies_end_with_the_time_of_the_attempt_and_write_no_event() -> None:
    now = 0.0

    def slow(operation: str, parameters: dict[str, Any]) -> Any:
        nonlocal now
        now += 2.0
        return answered(operation, parameters)

    client = Client(slow)
    attempts = AwsAttempts(monotonic=lambda: now)

    attempt = poster(DestinationType.S3, client, images=10, attempts=attempts)(a_posting(DestinationType.S3), 1)

    assert attempt.outcome is Outcome.TIMEOUT
    assert [operation for operation, _ in client.asked] == ["copy_object"] * 2


def test_a_queue_is_asked_for_in_its_owner_s_account() -> None:
    client = Client(answered)

    attempt = poster(DestinationType.SQS, client)(a_posting(DestinationType.SQS), 1)

    ((_, parameters),) = client.asked
    assert parameters["QueueUrl"] == f"https://sqs.eu-west-1.amazonaws.com/{OWNER}/q"
    assert (attempt.outcome, attempt.status, attempt.response) == (Outcome.DELIVERED, 200, "MessageId m")

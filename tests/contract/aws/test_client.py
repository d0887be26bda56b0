"""The light client does what botocore's does: the same requests, answers, errors, and attempts under every fault."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker
from tests.contract.aws.host import Fault, Host, Raw, Received, Says, Step, running
from tests.support.offline import unreachable_url
from tests.unit.outbound.network import tls_of

from easel.aws import connections, retries
from easel.aws.client import SERVICES, Client
from easel.aws_errors import may_pass
from easel.wiring.botocore_clients import BOTO

Call = tuple[str, str, dict[str, Any]]
_READ_SECONDS: Final = 0.3
_TYPE: Final = "com.amazonaws.dynamodb.v20120810#"
GET: Final[Call] = ("dynamodb", "get_item", {"TableName": "t", "Key": {"pk": {"S": "ä"}, "b": {"B": b"\x00\xff"}}})
TRANSACT: Final[Call] = (
    "dynamodb",
    "transact_write_items",
    {"TransactItems": [{"Delete": {"TableName": "t", "Key": {"pk": {"S": "a"}}}}], "ClientRequestToken": "one"},
)
SEND: Final[Call] = (
    "sqs",
    "send_message",
    {"QueueUrl": "https://sqs.test/1/q", "MessageBody": "{}", "DelaySeconds": 1},
)
SECRET: Final[Call] = ("secretsmanager", "get_secret_value", {"SecretId": "arn", "VersionStage": "AWSCURRENT"})


@dataclass(frozen=True)
class Outcome:
    """What a call came to: its answer or error, how often it was sent and by which connections."""

    answer: dict[str, Any] | None
    error: str
    response: dict[str, Any]
    connections: list[int]
    may_pass: bool | None


def outcome(client: Any, host: Host, call: Call) -> Outcome:
    service, method, request = call
    before = len(host.received)
    answer, error = None, None
    try:
        answer = dict(getattr(client, method)(**request))
        answer.pop("ResponseMetadata", None)
    except (BotoCoreError, ClientError) as raised:
        error = raised
    response: dict[str, Any] = dict(error.response) if isinstance(error, ClientError) else {}
    metadata = response.pop("ResponseMetadata", {})
    response |= {name: metadata.get(name) for name in ("HTTPStatusCode", "RequestId") if response}
    if response:
        # botocore repeats the message beside it, and whose mistake it was.
        response = {name: value for name, value in response.items() if name not in {"message", "Message"}}
        response["Error"] = {name: response["Error"][name] for name in ("Code", "Message")}
    kind = "" if error is None else "ClientError" if isinstance(error, ClientError) else type(error).__name__
    # Adapters catch some by the client's own classes.
    kind += "".join(
        f" {name}" for name in SERVICES[service].errors if error and isinstance(error, getattr(client.exceptions, name))
    )
    used = [each.connection for each in host.received[before:]]
    return Outcome(answer, kind, response, used, may_pass(error) if error else None)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Instead of waiting."""
    found: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", found.append)
    return found


@cache
def _descriptions() -> Any:
    """Botocore's, of services: each session would read them again."""
    return botocore.session.get_session().get_component("data_loader")


def usual_session() -> botocore.session.Session:
    session = botocore.session.get_session()
    session.register_component("data_loader", _descriptions())
    return session


@contextmanager
def both(monkeypatch: pytest.MonkeyPatch, call: Call, *steps: Step) -> Iterator[list[tuple[Any, Host]]]:
    """Each client with a host of its own that plays the same steps."""
    monkeypatch.setattr(connections, "READ_SECONDS", _READ_SECONDS)
    service = call[0]
    with running(*steps) as one, running(*steps) as other:
        monkeypatch.setenv(SERVICES[service].endpoint_variable, one.url)
        light = Client(SERVICES[service], sleep=lambda _: None)
        monkeypatch.delenv(SERVICES[service].endpoint_variable)
        settings = BOTO.merge(Config(read_timeout=_READ_SECONDS))
        usual = usual_session().create_client(service, endpoint_url=other.url, config=settings)
        with closing(light), closing(usual):
            yield [(light, one), (usual, other)]


def refusal(kind: str, **members: Any) -> Says:
    return Says(400, {"__type": f"{_TYPE}{kind}", "message": "No.", **members})


STORED: Final = {
    "pk": {"S": "ä"},
    "bytes": {"B": "AP8="},
    "set": {"BS": ["AQ==", "Ag=="]},
    "map": {"M": {"B": {"S": "an attribute of this name"}, "n": {"N": "1.50"}, "none": {"NULL": True}}},
}
_OK: Final = b"HTTP/1.1 200 OK\r\n"
ANSWERS: Final[dict[str, tuple[Call, Step]]] = {
    "an answer in chunks": (
        GET,
        Raw(_OK + b'Transfer-Encoding: chunked\r\n\r\n7;x=y\r\n{"Item"\r\n4 \r\n:{}}\r\n0\r\nX-More: of it\r\n\r\n'),
    ),
    "an answer of unknown length": (GET, Raw(_OK + b'\r\n{"Item": {}}')),
    "an answer after news that it is on its way": (GET, Raw(b"HTTP/1.1 100 Continue\r\n\r\n" + _OK + b"\r\n{}")),
    "an answer of HTTP/1.0": (GET, Raw(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}")),
    "an error without body or length": (SECRET, Raw(b"HTTP/1.1 404 \r\nx-amzn-RequestId: R1\r\n\r\n")),
    "an item": (GET, Says(content={"Item": STORED, "ConsumedCapacity": {"CapacityUnits": 0.5}})),
    "no item": (GET, Says()),
    "a transaction": (TRANSACT, Says()),
    "a message": (SEND, Says(content={"MessageId": "m", "MD5OfMessageBody": "d"})),
    "a secret": (SECRET, Says(content={"SecretString": "s", "CreatedDate": 1764460800.25, "VersionStages": ["A"]})),
    "a condition": (GET, refusal("ConditionalCheckFailedException", Item=STORED)),
    "a cancellation": (
        TRANSACT,
        Says(
            400,
            {
                "__type": f"{_TYPE}TransactionCanceledException",
                "Message": "Transaction cancelled",
                "CancellationReasons": [
                    {"Code": "None"},
                    {"Code": "ConditionalCheckFailed", "Message": "failed", "Item": STORED},
                ],
            },
        ),
    ),
    "expired credentials": (GET, Says(400, {"__type": "com.amazon.coral.service#ExpiredTokenException"})),
    "a wrong clock": (GET, Says(400, {"__type": "InvalidSignatureException", "message": "Signature expired"})),
    "a code with an address": (GET, Says(400, {"__type": "ValidationException:http://internal/"})),
    "no queue": (
        SEND,
        Says(
            400,
            {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "No queue."},
            {"x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender"},
        ),
    ),
    "no such version": (SECRET, Says(400, {"__type": "ResourceNotFoundException", "Message": "No."})),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_and_refusals_are_botocores(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    call, says = ANSWERS[name]
    with both(monkeypatch, call, says) as clients:
        light, usual = [outcome(client, host, call) for client, host in clients]

    assert light == usual
    assert light.connections == [1], "sent once"


FAULTS: Final[dict[str, tuple[Call, list[Step], int]]] = {
    "throttled once": (GET, [refusal("ThrottlingException"), Says()], 2),
    "throttled for good": (GET, [refusal("ProvisionedThroughputExceededException")], 4),
    "too much of the account": (TRANSACT, [refusal("RequestLimitExceeded"), Says()], 2),
    "the first call is still at work": (TRANSACT, [refusal("TransactionInProgressException"), Says()], 2),
    "a conflict is ours to retry": (GET, [refusal("TransactionConflictException")], 1),
    "an error of the service": (TRANSACT, [Says(500, {"__type": "InternalServerError"}), Says()], 2),
    "an error without JSON": (SEND, [Says(503, b"<html>Service Unavailable</html>")], 4),
    "an error without body": (SEND, [Says(502, b"")], 4),
    "closed without an answer": (TRANSACT, [Fault.CLOSED_WITHOUT_ANSWER, Says()], 2),
    "closed without an answer for good": (TRANSACT, [Fault.CLOSED_WITHOUT_ANSWER], 4),
    "closed within the answer": (GET, [Fault.CLOSED_WITHIN_ANSWER, Says(content={"Item": STORED})], 2),
    "closed within the answer for good": (GET, [Fault.CLOSED_WITHIN_ANSWER], 4),
    "no answer in time": (TRANSACT, [Fault.SILENCE], 4),
    "no HTTP": (GET, [Raw(b"SSH-2.0-OpenSSH\r\n"), Says()], 2),
    "a version of HTTP that is not asked for": (GET, [Raw(b"HTTP/2 200 OK\r\n\r\n{}"), Says()], 2),
    "closed within a chunk": (GET, [Raw(_OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{"), Says()], 2),
    "a chunk of no length": (GET, [Raw(_OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}"), Says()], 2),
    "headers without end": (GET, [Raw(_OK + b"X-More: of it\r\n" * 1_000), Says()], 2),
    "a line without end": (GET, [Raw(_OK + b"X-More: " + b"x" * 100_000 + b"\r\n\r\n"), Says()], 2),
    "an answer that was damaged": (GET, [Says(damaged=True), Says(content={"Item": STORED})], 2),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_take_as_many_attempts_and_end_alike(
    name: str, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    call, steps, attempts = FAULTS[name]
    with both(monkeypatch, call, *steps) as clients:
        light, usual = [outcome(client, host, call) for client, host in clients]
        sent = [[each.body for each in host.received] for _, host in clients]

    assert len(light.connections) == len(usual.connections) == attempts
    assert sent[0] == sent[1], "with the same token each time"
    assert (light.answer, light.error, light.may_pass) == (usual.answer, usual.error, usual.may_pass)
    assert light.response.get("HTTPStatusCode") == usual.response.get("HTTPStatusCode")
    assert light.response.get("Error", {}).get("Code") == usual.response.get("Error", {}).get("Code")


def test_an_answer_that_ends_within_its_headers_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore takes it for an empty one."""
    with both(monkeypatch, GET, Raw(_OK + b"Content-Le"), Says(content={"Item": STORED})) as clients:
        light, host = clients[0]

        assert outcome(light, host, GET).connections == [1, 2]


def test_a_kept_connection_is_used_again_and_not_after_the_host_closed_it(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    with both(monkeypatch, GET, Says(), Says(then_closes=True), Says()) as clients:
        for client, host in clients:
            used = [outcome(client, host, GET).connections for _ in range(2)]
            assert host.closed.acquire(timeout=30)
            used.append(outcome(client, host, GET).connections)

            assert used == [[1], [1], [2]], "no attempt is wasted on a connection that is closed"
    assert pauses == []


def test_a_connection_that_is_announced_to_close_is_not_kept(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    with both(monkeypatch, GET, Says(headers={"Connection": "close"}, then_closes=True)) as clients:
        for client, host in clients:
            assert [outcome(client, host, GET).connections for _ in range(2)] == [[1], [2]]


def test_a_host_that_is_not_there_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    with unreachable_url() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        pauses: list[float] = []
        light = Client(SERVICES["dynamodb"], sleep=pauses.append)
        usual: Any = botocore.session.get_session().create_client("dynamodb", config=BOTO)
        errors = []
        for client in (light, usual):
            with pytest.raises(BotoCoreError) as raised:
                client.get_item(**GET[2])
            errors.append(type(raised.value).__name__)

    assert errors == ["EndpointConnectionError"] * 2
    assert [0 <= pause <= limit for pause, limit in zip(pauses, (1, 2, 4), strict=True)] == [True] * 3


@pytest.mark.parametrize("trusted", ["trusted", ""])
def test_the_host_must_have_a_certificate_of_a_root_that_is_trusted(
    trusted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    certificate, _ = tls_of("localhost", tmp_path)
    (file,) = tmp_path.glob("*.pem")
    if trusted:
        monkeypatch.setenv("AWS_CA_BUNDLE", str(file))
    with running(Says(), tls=certificate) as host:
        monkeypatch.setenv("AWS_ENDPOINT_URL", host.url)
        usual = botocore.session.get_session().create_client("dynamodb", config=BOTO)
        with closing(Client(SERVICES["dynamodb"], sleep=pauses.append)) as light, closing(usual):
            seen = [outcome(client, host, GET).error for client in (light, usual)]

    assert seen == ["" if trusted else "SSLError"] * 2


def test_retries_end_for_a_client_whose_service_is_in_trouble_for_long(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    with both(monkeypatch, GET, Says(500, {"__type": "InternalServerError"})) as clients:
        attempts = [[len(outcome(client, host, GET).connections) for _ in range(40)] for client, host in clients]

    assert attempts[0] == attempts[1]
    assert attempts[0][0] == 4
    assert attempts[0][-1] == 1


def test_without_credentials_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with running(Says()) as host:
        monkeypatch.setenv("AWS_ENDPOINT_URL", host.url)
        with pytest.raises(NoCredentialsError):
            Client(SERVICES["dynamodb"]).get_item(**GET[2])
    assert host.received == []


@pytest.mark.parametrize("token", ["", "a/session+token=="])
@pytest.mark.parametrize("call", [GET, TRANSACT, SEND, SECRET], ids=lambda call: call[1])
def test_requests_and_their_signatures_are_botocores(
    call: Call, token: str, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "function")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-2-3;Parent=ü;Sampled=0")
    with both(monkeypatch, call, Says()) as clients:
        for client, host in clients:
            outcome(client, host, call)
        (light,), (usual,) = [host.received for _, host in clients]

    assert light.body == usual.body
    for name in ("content-type", "x-amz-target", "x-amz-security-token", "x-amzn-trace-id"):
        assert light.headers.get(name) == usual.headers.get(name), name
    assert light.headers["authorization"] == _authorization(light, call[0], token)


def _authorization(sent: Received, service: str, token: str) -> str:
    """What botocore says about a request with these headers and this body at this time."""
    names = ("content-type", "x-amz-date", "x-amz-target")
    signer = SigV4Auth(Credentials("test", "test", token or None), SERVICES[service].name, "us-east-1")
    request: Any = AWSRequest("POST", f"http://{sent.headers['host']}/", {name: sent.headers[name] for name in names})
    if token:
        request.headers["X-Amz-Security-Token"] = token
    request.context["timestamp"] = sent.headers["x-amz-date"]
    request.data = sent.raw
    signature = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    signed = signer.signed_headers(signer.headers_to_sign(request))
    return f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={signed}, Signature={signature}"


def test_the_codes_that_are_retried_are_botocores() -> None:
    transient: Any = TransientRetryableChecker
    throttled: Any = ThrottledRetryableChecker
    assert frozenset(transient._TRANSIENT_ERROR_CODES) == retries.TRANSIENT_CODES
    assert frozenset(transient._TRANSIENT_STATUS_CODES) == retries.TRANSIENT_STATUSES
    assert frozenset(throttled._THROTTLED_ERROR_CODES) == retries.THROTTLED_CODES
    models = [botocore.session.get_session().get_service_model(service) for service in SERVICES]
    modelled = {error.name for model in models for error in model.error_shapes if "retryable" in error.metadata}
    assert modelled == retries.MODELED_CODES


@pytest.mark.parametrize("name", SERVICES)
def test_services_are_called_as_their_descriptions_say(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    service, session = SERVICES[name], botocore.session.get_session()
    model = session.get_service_model(name)

    assert (service.target, service.version) == (model.metadata["targetPrefix"], model.metadata["jsonVersion"])
    assert service.name == model.signing_name
    assert set(service.operations.values()) <= set(model.operation_names)
    for region in ("us-east-1", "eu-central-1", "cn-north-1"):
        monkeypatch.setenv("AWS_REGION", region)
        with closing(session.create_client(name, region_name=region)) as usual:
            assert Client(service)._connections.url == usual.meta.endpoint_url


def test_functions_with_light_clients_start_without_botocores() -> None:
    folders = [
        "api/accounts/authorize_request",
        *(f"api/generations/{name}" for name in ("submit_generation", "read_generations", "list_generations")),
    ]
    program = f"""
import sys
from tests.support.folders import handler_of
for folder in {folders}:
    handler_of(folder)
print(sorted(set(sys.modules) & {{"boto3", "botocore.session", "botocore.client", "urllib3"}}))
"""
    environment = os.environ | {"AWS_CLIENTS": "light", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_method_that_the_light_client_does_not_have_is_named() -> None:
    with pytest.raises(AttributeError, match="scan"):
        Client(SERVICES["dynamodb"]).scan(TableName="t")

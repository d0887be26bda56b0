"""A client of the services that speak AWS's JSON protocol, with the methods, answers and errors of botocore's.

It takes a third of botocore's start-up and processor time per call (tests/bench/README.md). It knows the operations
that the functions call which every request waits for, and credentials from the environment. What it must have in common
with botocore's client is compared in tests/contract/aws/.
"""

from __future__ import annotations

import json
import os
import time
import uuid
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from botocore.exceptions import ClientError, ConnectionClosedError, NoCredentialsError
from botocore.retries.quota import RetryQuota

from easel.aws.connections import Connections
from easel.aws.exchange import HttpAnswer
from easel.aws.retries import Attempts
from easel.aws.signature import EnvironmentCredentials, Scope, authorization, domain

_SAFE_IN_TRACES: Final = "-=;:+&[]{}\"',"


@dataclass(frozen=True, slots=True)
class Service:
    """How a service is called. `errors` are the ones that have a class of their own in `client.exceptions`."""

    name: str
    target: str
    version: str
    endpoint_variable: str
    operations: Mapping[str, str]
    errors: frozenset[str] = frozenset()


def _operations(*names: str) -> dict[str, str]:
    """Methods and the operations that they call: `get_item` and GetItem."""
    return {name: "".join(word.capitalize() for word in name.split("_")) for name in names}


SERVICES: Final = {
    "dynamodb": Service(
        "dynamodb",
        "DynamoDB_20120810",
        "1.0",
        "AWS_ENDPOINT_URL_DYNAMODB",
        _operations(
            *("get_item", "put_item", "update_item", "delete_item", "query", "batch_get_item", "transact_write_items")
        ),
        frozenset({"TransactionCanceledException", "TransactionInProgressException"}),
    ),
    "sqs": Service("sqs", "AmazonSQS", "1.0", "AWS_ENDPOINT_URL_SQS", _operations("send_message")),
    "secretsmanager": Service(
        "secretsmanager",
        "secretsmanager",
        "1.1",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER",
        _operations("get_secret_value", "describe_secret"),
    ),
}
"""By botocore's names."""


class Client:
    """A client of one service in the region of this process. Methods take botocore's arguments."""

    def __init__(self, service: Service, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._service = service
        self._region = os.environ["AWS_REGION"]
        self._credentials = EnvironmentCredentials.read()
        self._connections = Connections(_endpoint(service, self._region))
        self._quota = RetryQuota()
        self._sleep = sleep
        self.exceptions = type("Exceptions", (), {name: type(name, (ClientError,), {}) for name in service.errors})

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        if method not in self._service.operations:
            raise AttributeError(f"This client has no method {method}; botocore's has all.")
        operation = self._service.operations[method]

        def call(**request: Any) -> dict[str, Any]:
            return self._call(operation, request)

        setattr(self, method, call)
        return call

    def close(self) -> None:
        """Close the connections that are kept."""
        self._connections.close()

    def _call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if operation == "TransactWriteItems":
            request.setdefault("ClientRequestToken", str(uuid.uuid4()))
        body = json.dumps(request, separators=(",", ":"), default=_base64).encode()
        attempts = Attempts(self._quota)
        while True:
            try:
                answer = self._attempt(operation, body)
            except Exception as error:
                pause = attempts.pause_after(error)
                if pause is None:
                    raise
                self._sleep(pause)
            else:
                attempts.succeeded()
                return answer

    def _attempt(self, operation: str, body: bytes) -> dict[str, Any]:
        answer = self._connections.post(self._headers(operation, body), body)
        checksum = answer.headers.get("x-amz-crc32")
        if checksum is not None and int(checksum) != zlib.crc32(answer.body):
            raise ConnectionClosedError(endpoint_url=self._connections.url, error="the answer was damaged on its way")
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise self._refusal(operation, answer)
        try:
            return _with_times(_parsed(answer.body))
        except ValueError as error:
            raise ConnectionClosedError(endpoint_url=self._connections.url, error=error) from error

    def _headers(self, operation: str, body: bytes) -> dict[str, str]:
        credentials = self._credentials
        if credentials is None:
            raise NoCredentialsError
        scope = Scope(time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()), self._region, self._service.name)
        signed = {
            "Content-Type": f"application/x-amz-json-{self._service.version}",
            "X-Amz-Date": scope.time,
            "X-Amz-Target": f"{self._service.target}.{operation}",
        }
        if credentials.token:
            signed["X-Amz-Security-Token"] = credentials.token
        signature = authorization(scope, credentials, self._connections.host, signed, body)
        return {**signed, "Authorization": signature, "User-Agent": "Easel", **_trace()}

    def _refusal(self, operation: str, answer: HttpAnswer) -> ClientError:
        """The error of an answer, with all that the service says about it: the reasons of a cancellation, the item."""
        try:
            said = _parsed(answer.body)
        except ValueError:
            said = {"message": answer.body.decode(errors="replace")}
        kind = str(said.pop("__type", answer.status)).partition(":")[0].rpartition("#")[2]
        code = answer.headers.get("x-amzn-query-error", kind).partition(";")[0]
        message = said.pop("message", said.pop("Message", ""))
        response: Any = {
            **said,
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {
                "HTTPStatusCode": answer.status,
                "RequestId": answer.headers.get("x-amzn-requestid", ""),
            },
        }
        made: type[ClientError] = getattr(self.exceptions, code, ClientError)
        return made(response, operation)


def _endpoint(service: Service, region: str) -> str:
    """AWS's own, or another by the variables of the AWS SDKs."""
    own = os.environ.get(service.endpoint_variable) or os.environ.get("AWS_ENDPOINT_URL")
    return own or f"https://{service.name}.{region}.{domain(region)}"


def _trace() -> dict[str, str]:
    """What connects this call with the invocation of the function, in traces and in Lambda's detection of loops."""
    trace = os.environ.get("_X_AMZN_TRACE_ID")
    return {"X-Amzn-Trace-Id": quote(trace, safe=_SAFE_IN_TRACES)} if trace else {}


def _base64(value: object) -> str:
    """Binary values are base64 in JSON."""
    if isinstance(value, bytes | bytearray):
        return b64encode(value).decode()
    raise TypeError(f"A request cannot have a value of type {type(value).__name__}.")


def _parsed(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer. Only one with a binary attribute takes the slower way."""
    parsed: Any = json.loads(body or b"{}", object_hook=_binary if b'"B' in body else None)
    return parsed if isinstance(parsed, dict) else {}


def _binary(value: dict[str, Any]) -> dict[str, Any]:
    """DynamoDB's values of the types B and BS as bytes. An attribute of that name has an object as its value."""
    if isinstance(text := value.get("B"), str) and len(value) == 1:
        return {"B": b64decode(text)}
    if isinstance(texts := value.get("BS"), list) and len(value) == 1:
        return {"BS": [b64decode(each) for each in texts]}
    return value


def _with_times(answer: dict[str, Any]) -> dict[str, Any]:
    """Secrets Manager's times, which are numbers in JSON."""
    return {
        name: datetime.fromtimestamp(value, UTC) if name.endswith("Date") and isinstance(value, int | float) else value
        for name, value in answer.items()
    }

"""The embedded cloud for tests: a MiniStack of its own, on a free port, with nothing kept afterwards.

One is started per test run (fixture `emulator` in `tests/conftest.py`); tests keep out of each other's way by unique
names (`unique_name`), not by resets, so that they may run in any order and beside each other.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, overload

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

REGION: Final = "us-east-1"
ACCOUNT: Final = "000000000000"
CREDENTIALS: Final = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}

_REPOSITORY: Final = Path(__file__).resolve().parents[2]
_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 10.0
_START_ATTEMPTS: Final = 3


class EmulatorError(RuntimeError):
    """MiniStack did not come up; the message carries the end of its log."""


@dataclass
class Emulator:
    """A running MiniStack and clients for it. Clients are made once per service and shared."""

    url: str
    _clients: dict[str, Any] = field(default_factory=dict)

    @overload
    def client(self, service: Literal["dynamodb"]) -> DynamoDBClient: ...
    @overload
    def client(self, service: Literal["events"]) -> EventBridgeClient: ...
    @overload
    def client(self, service: Literal["s3"]) -> S3Client: ...
    @overload
    def client(self, service: Literal["secretsmanager"]) -> SecretsManagerClient: ...
    @overload
    def client(self, service: Literal["sqs"]) -> SQSClient: ...
    @overload
    def client(self, service: Literal["stepfunctions"]) -> SFNClient: ...
    @overload
    def client(self, service: str) -> Any: ...
    def client(self, service: str) -> Any:
        """The shared client of this service."""
        if service not in self._clients:
            self._clients[service] = boto3.client(service, **self.client_options())  # type: ignore[call-overload]  # the name is only known at run time
        return self._clients[service]

    def client_options(self, **config: Any) -> dict[str, Any]:
        """Arguments for `boto3.client`, for tests that need a client with settings of their own."""
        settings: dict[str, Any] = {
            "retries": {"total_max_attempts": 2},
            "connect_timeout": 5,
            "read_timeout": 30,
            # As our own clients: botocore's takes a while to put together, for each call.
            "user_agent": "Easel",
        } | config
        return {"region_name": REGION, "endpoint_url": self.url, "config": Config(**settings), **CREDENTIALS}

    def environment(self) -> dict[str, str]:
        """What a process or a handler under test needs to talk to this emulator instead of AWS."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }

    def close(self) -> None:
        """Close the clients' connections."""
        for client in self._clients.values():
            client.close()


def unique_name(prefix: str) -> str:
    """A name for a table, bucket, queue, bus or machine that no other test uses."""
    return f"{prefix}-{secrets.token_hex(6)}"


@contextmanager
def emulator(module: str = "infra.local.emulator") -> Iterator[Emulator]:
    """Start a MiniStack, wait until it is healthy, stop it at the end. `module` is the Python module that runs it.

    By default it is the one that `make up` starts, which is closer to AWS than MiniStack by itself.

    Raises:
        EmulatorError: when it is not healthy within 30 seconds.
    """
    with tempfile.TemporaryDirectory(prefix="easel-emulator-", ignore_cleanup_errors=True) as folder:
        process, url = _start(Path(folder), module)
        cloud = Emulator(url)
        try:
            yield cloud
        finally:
            cloud.close()
            _stop(process)


def _start(folder: Path, module: str) -> tuple[subprocess.Popen[bytes], str]:
    # Another program can take the port between the look and the start, hence more than one try.
    for attempt in range(1, _START_ATTEMPTS + 1):
        port = _free_port()
        url = f"http://127.0.0.1:{port}"
        with (folder / "ministack.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - a module that a test names
                [sys.executable, "-m", module],
                env=_server_environment(folder, port),
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if _healthy(process, url):
            return process, url
        _stop(process)
        if attempt == _START_ATTEMPTS:
            break
    tail = (folder / "ministack.log").read_text(errors="replace")[-2000:]
    raise EmulatorError(f"MiniStack did not become healthy within {_START_SECONDS:.0f} s:\n{tail}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _server_environment(folder: Path, port: int) -> dict[str, str]:
    # The server hands its environment on to Lambdas and obeys AWS_ENDPOINT_URL: nothing of the caller's may leak in.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "POWERTOOLS_"))}
    return inherited | {
        "PYTHONPATH": str(_REPOSITORY),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "LAMBDA_EXECUTOR": "local",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "0",
        "S3_PERSIST": "0",
        "LOG_LEVEL": "INFO",
        "TMPDIR": str(folder),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
    }


def _healthy(process: subprocess.Popen[bytes], url: str) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_ministack/health", timeout=2) as answer:
                if answer.status == 200 and process.poll() is None:
                    return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    # The server leads its own process group: this reaches what is left of it, its Lambda workers, and nobody else.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(_STOP_SECONDS)

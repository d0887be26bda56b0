"""AWS clients and secrets: one of each per process, made when first needed."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from easel.aws_errors import raised_as
from easel.errors import SecretUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


BOTO: Final = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=10,
)


@cache
def aws_client(service: str) -> Any:
    """The client of a service: one per process, from one session, made when first needed."""
    return boto3.client(service, config=BOTO)  # type: ignore[call-overload]  # the name is only known at run time


def dynamodb() -> DynamoDBClient:
    client: DynamoDBClient = aws_client("dynamodb")
    return client


_MAX_AGE_SECONDS: Final = 300.0


@cache
def _secrets() -> dict[str, tuple[float, str]]:
    return {}


def secret(arn: str) -> str:
    """The text of a secret, at most five minutes old, so that a replaced secret reaches warm processes.

    Raises:
        SecretUnavailable: it could not be read.
    """
    until, text = _secrets().get(arn, (float("-inf"), ""))
    if time.monotonic() >= until:
        with raised_as(SecretUnavailable, "A secret could not be read. Please try again."):
            text = aws_client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
        _secrets()[arn] = (time.monotonic() + _MAX_AGE_SECONDS, text)
    return text

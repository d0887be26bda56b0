"""AWS clients and secrets: one of each per process, made when first wanted."""
# ruff: noqa: PLC0415 - what a factory needs is imported when it is first called; see __init__.py

from __future__ import annotations

import os
import time
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from easel.aws_errors import raised_as
from easel.errors import SecretUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


BOTO: Final = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=10,
)


@cache
def aws_client(service: str) -> Any:
    """The client of a service: one per process, from one session, made when first wanted."""
    return boto3.client(service, config=BOTO)  # type: ignore[call-overload]  # the name is only known at run time


def dynamodb() -> DynamoDBClient:
    client: DynamoDBClient = aws_client("dynamodb")
    return client


@cache
def s3() -> S3Client:
    from easel.storage.s3 import client_config

    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    return boto3.client("s3", config=BOTO.merge(client_config(endpoint)))


@cache
def secret(arn: str) -> str:
    """The text of a secret, read once per process; a rotated secret reaches new processes."""
    return _read_secret(arn)


def _read_secret(arn: str) -> str:
    """Raises SecretUnavailable."""
    with raised_as(SecretUnavailable, "A secret could not be read. Please try again."):
        text: str = aws_client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    return text


_RECENT_SECONDS: Final = 300.0


@cache
def _recent_secrets() -> dict[str, tuple[float, str]]:
    return {}


def recent_secret(arn: str) -> str:
    """The text of a secret, at most five minutes old: for those whose replacement must reach warm processes."""
    until, text = _recent_secrets().get(arn, (float("-inf"), ""))
    if time.monotonic() >= until:
        text = _read_secret(arn)
        _recent_secrets()[arn] = (time.monotonic() + _RECENT_SECONDS, text)
    return text

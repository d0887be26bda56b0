"""AWS clients: one of each per process, made when first needed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

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

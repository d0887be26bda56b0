"""AWS clients: one of each per process, made when first needed.

They are botocore's, except in functions with the setting `AWS_CLIENTS=light`: those that every request waits for call
DynamoDB, SQS and Secrets Manager by the client of `easel.aws`, and do not load botocore before another service is
called.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from easel.aws.client import SERVICES, Client
from easel.aws.signature import EnvironmentCredentials

if TYPE_CHECKING:
    from botocore.credentials import Credentials
    from mypy_boto3_dynamodb import DynamoDBClient

_LIGHT: Final = os.environ.get("AWS_CLIENTS") == "light"

if not _LIGHT:
    # Loaded at the start of a process, with a whole processor, and not in the first request.
    importlib.import_module("easel.wiring.botocore_clients")


@cache
def aws_client(service: str) -> Any:
    """The client of a service: one per process, made when first needed."""
    if _LIGHT and service in SERVICES:
        return Client(SERVICES[service])
    from easel.wiring import botocore_clients  # noqa: PLC0415 - not loaded by functions that can do without

    return botocore_clients.client(service)


def dynamodb() -> DynamoDBClient:
    client: DynamoDBClient = aws_client("dynamodb")
    return client


def region() -> str:
    """The region of this process."""
    if _LIGHT:
        return os.environ["AWS_REGION"]
    from easel.wiring import botocore_clients  # noqa: PLC0415 - not loaded by functions that can do without

    found: str = botocore_clients.session().get_config_variable("region")
    return found


def credentials() -> Callable[[], Credentials | EnvironmentCredentials | None]:
    """Who this process is, to be asked for each signature."""
    if _LIGHT:
        return cache(EnvironmentCredentials.read)
    from easel.wiring import botocore_clients  # noqa: PLC0415 - not loaded by functions that can do without

    return botocore_clients.session().get_credentials

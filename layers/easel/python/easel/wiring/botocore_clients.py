"""botocore's clients, and what they have in common: settings, credentials, and where AWS is.

boto3's are the same: importing boto3 loads its S3 transfer library into every function, and nothing here transfers
files with it.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import botocore.session
from botocore.config import Config

from easel.aws.connections import CONNECT_SECONDS, READ_SECONDS
from easel.aws.retries import MAX_ATTEMPTS

if TYPE_CHECKING:
    from botocore.session import Session

_IN_LAMBDA: Final = "AWS_LAMBDA_FUNCTION_NAME" in os.environ

BOTO: Final = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": MAX_ATTEMPTS},
    max_pool_connections=10,
    # botocore's own, with its version and the system's, is put together again for each request: a tenth of its time.
    user_agent="Easel",
    # Tests check what is sent; a function need not spend a tenth of its time on checking it again.
    parameter_validation=not _IN_LAMBDA,
)


def client(service: str, config: Config = BOTO) -> Any:
    """A new client of a service."""
    return session().create_client(service, config=config)


@cache
def session() -> Session:
    """One per process."""
    return botocore.session.get_session()

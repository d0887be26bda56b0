"""AWS clients that reach nobody: for signing, and for seeing what an adapter makes of a cloud that is away."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config


def offline_options(endpoint_url: str | None = None, **config: Any) -> dict[str, Any]:
    """Arguments for `boto3.client`: made-up credentials, one try, little patience."""
    patience: dict[str, Any] = {"retries": {"total_max_attempts": 1}, "connect_timeout": 1, "read_timeout": 1}
    return {
        "region_name": "eu-central-1",
        "endpoint_url": endpoint_url,
        "aws_access_key_id": "AKIDEXAMPLE",
        "aws_secret_access_key": "example",
        "config": Config(**patience | config),
    }


@contextmanager
def unreachable_url() -> Iterator[str]:
    """An address on this machine that refuses connections: a port that is taken but not listened on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"

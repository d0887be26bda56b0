"""Counts what goes over the wire to AWS, so that the price and speed of an operation cannot rise unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

import boto3
import botocore.session

from easel.wiring import botocore_clients


class AwsCalls:
    """Every request that was sent, in order, as `service:Operation`. A repetition after an error counts again."""

    def __init__(self) -> None:
        self._sent: list[str] = []
        self.records_read = 0
        """By queries so far: read units grow with it, and not with what a query returns."""

    def during(self, action: Callable[[], object]) -> tuple[str, ...]:
        """The calls that this action makes."""
        before = len(self._sent)
        action()
        return tuple(self._sent[before:])

    def note(self, event_name: str, **_: object) -> None:
        """Botocore's hook: `before-send.<service>.<Operation>`. Presigning sends nothing and is not noted."""
        service, operation = event_name.split(".")[1:]
        self._sent.append(f"{service}:{operation}")

    def note_query(self, parsed: Mapping[str, Any], **_: object) -> None:
        """Botocore's hook: `after-call.dynamodb.Query`."""
        self.records_read += parsed.get("ScannedCount", 0)


@contextmanager
def counted_aws_calls() -> Iterator[AwsCalls]:
    """Count the calls of all clients that `boto3.client` and the functions make within; older clients are not seen."""
    calls, session = AwsCalls(), botocore.session.get_session()
    events = session.get_component("event_emitter")
    events.register("before-send", calls.note)
    events.register("after-call.dynamodb.Query", calls.note_query)
    usual = boto3.DEFAULT_SESSION
    boto3.DEFAULT_SESSION = boto3.Session(botocore_session=session)
    try:
        with mock.patch.object(botocore_clients, "session", return_value=session):
            yield calls
    finally:
        boto3.DEFAULT_SESSION = usual

"""Counts what goes over the wire to AWS, so that the price and speed of an operation cannot rise unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import boto3


class AwsCalls:
    """Every request that was sent, in order, as `service:Operation`. A repetition after an error counts again."""

    def __init__(self) -> None:
        self._sent: list[str] = []

    def during(self, action: Callable[[], object]) -> tuple[str, ...]:
        """The calls that this action makes."""
        before = len(self._sent)
        action()
        return tuple(self._sent[before:])

    def note(self, event_name: str, **_: object) -> None:
        """Botocore's hook: `before-send.<service>.<Operation>`. Presigning sends nothing and is not noted."""
        service, operation = event_name.split(".")[1:]
        self._sent.append(f"{service}:{operation}")


@contextmanager
def counted_aws_calls() -> Iterator[AwsCalls]:
    """Count the calls of all clients that `boto3.client` makes within; clients made before are not seen."""
    calls, usual = AwsCalls(), boto3.DEFAULT_SESSION
    counting = boto3.Session()
    counting.events.register("before-send", calls.note)
    boto3.DEFAULT_SESSION = counting
    try:
        yield calls
    finally:
        boto3.DEFAULT_SESSION = usual

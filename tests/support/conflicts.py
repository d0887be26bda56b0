"""DynamoDB's answer to transactions that overlap, which the emulator lacks: it takes one after the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class ConflictingClient:
    """A client whose transactions on an item that another one is at are cancelled with `TransactionConflict`.

    A transaction keeps its items for at least `latency` seconds. `conflicts` counts the cancelled ones.
    """

    def __init__(self, client: DynamoDBClient, latency: float) -> None:
        self._client, self._latency = client, latency
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self.conflicts = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, *, TransactItems: Any, **options: Any) -> Any:  # noqa: N803 - AWS's word
        keys = [_key(member) for member in TransactItems]
        with self._lock:
            taken = [key in self._busy for key in keys]
            if any(taken):
                self.conflicts += 1
                raise self._cancelled(taken)
            self._busy.update(keys)
        try:
            time.sleep(self._latency)
            return self._client.transact_write_items(TransactItems=TransactItems, **options)
        finally:
            with self._lock:
                self._busy.difference_update(keys)

    def _cancelled(self, taken: Iterable[bool]) -> Exception:
        reasons = [{"Code": "TransactionConflict" if conflict else "None"} for conflict in taken]
        response: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
        return self._client.exceptions.TransactionCanceledException(response, "TransactWriteItems")


def _key(member: Mapping[str, Any]) -> str:
    ((_, action),) = member.items()
    key = action.get("Key") or {name: action["Item"][name] for name in ("pk", "sk")}
    return f"{action['TableName']} {key['pk']['S']} {key['sk']['S']}"

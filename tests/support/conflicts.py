"""DynamoDB's answer to writes that meet a transaction, which the emulator lacks: it takes one after the other.

DynamoDB cancels the later one of two transactions on an item, and refuses a single write to an item that a transaction
is at. In both cases nothing was written.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SINGLE_WRITES: Final = {"put_item": "PutItem", "update_item": "UpdateItem", "delete_item": "DeleteItem"}


class ConflictingClient:
    """A client whose writes to an item that a transaction is at are refused.

    A transaction keeps its items for at least `latency` seconds. `conflicts` counts what was refused.
    """

    def __init__(self, client: DynamoDBClient, latency: float) -> None:
        self._client, self._latency = client, latency
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self.conflicts = 0

    def __getattr__(self, name: str) -> Any:
        return self._single(name) if name in SINGLE_WRITES else getattr(self._client, name)

    def transact_write_items(self, *, TransactItems: Any, **options: Any) -> Any:  # noqa: N803 - AWS's word
        keys = [_key(member) for member in TransactItems]
        with self._lock:
            taken = [key in self._busy for key in keys]
            if any(taken):
                self.conflicts += 1
                raise cancelled(self._client, taken)
            self._busy.update(keys)
        try:
            time.sleep(self._latency)
            return self._client.transact_write_items(TransactItems=TransactItems, **options)
        finally:
            with self._lock:
                self._busy.difference_update(keys)

    def _single(self, name: str) -> Callable[..., Any]:
        def write(**request: Any) -> Any:
            with self._lock:
                if _key({name: request}) in self._busy:
                    self.conflicts += 1
                    raise refused(self._client, name)
                return getattr(self._client, name)(**request)

        return write


class ContestedClient:
    """A client some of whose writes are refused because somebody else's transaction is at the item.

    `refusals` says how often the n-th write (counted from 1) is refused before it is made. `writes` names all that were
    made, in their order.
    """

    def __init__(self, client: DynamoDBClient, refusals: Callable[[int], int | None] = lambda _: 0) -> None:
        self._client, self._refusals = client, refusals
        self._refused = 0
        self.writes: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name not in SINGLE_WRITES and name != "transact_write_items":
            return found

        def write(**request: Any) -> Any:
            if self._refused < (self._refusals(len(self.writes) + 1) or 0):
                self._refused += 1
                if name in SINGLE_WRITES:
                    raise refused(self._client, name)
                raise cancelled(self._client, [True for _ in request["TransactItems"]])
            self._refused = 0
            self.writes.append(name)
            return found(**request)

        return write


def cancelled(client: DynamoDBClient, taken: Iterable[bool]) -> Exception:
    """A transaction of which these members met another one."""
    reasons = [{"Code": "TransactionConflict" if conflict else "None"} for conflict in taken]
    response: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
    return client.exceptions.TransactionCanceledException(response, "TransactWriteItems")


def refused(client: DynamoDBClient, name: str) -> Exception:
    """A single write that met a transaction."""
    response: Any = {"Error": {"Code": "TransactionConflictException"}}
    return client.exceptions.TransactionConflictException(response, SINGLE_WRITES[name])


def _key(member: Mapping[str, Any]) -> str:
    ((_, action),) = member.items()
    key = action.get("Key") or {name: action["Item"][name] for name in ("pk", "sk")}
    return f"{action['TableName']} {key['pk']['S']} {key['sk']['S']}"

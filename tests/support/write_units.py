"""Counts the write units of DynamoDB that a process uses, by the size rules of its developer guide.

The emulator does not report consumed capacity. So each item is read before and after the write to it, by a client of
its own: a write costs its larger size in started kilobytes, twice in a transaction, and what it changes in an index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import boto3
from infra.tables import CORE_INDEXES, LEDGER_INDEXES, Index
from tests.support.item_sizes import typed_item_size, write_units

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_INDEXES: Final = {"core": CORE_INDEXES, "ledger": LEDGER_INDEXES}
"""By the first part of the names that `tests.support.tables` gives."""
_SINGLE: Final = ("PutItem", "UpdateItem", "DeleteItem")

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WrittenItem:
    """One write: its item, what it cost in the table, and in the indexes."""

    entity: str
    operation: str
    size: int
    table_units: int
    index_units: int

    @property
    def units(self) -> int:
        return self.table_units + self.index_units


class WriteMeter:
    """Every write that was sent, in order."""

    def __init__(self, reader: DynamoDBClient) -> None:
        self._reader = reader
        self._written: list[WrittenItem] = []

    def during(self, action: Callable[[], object]) -> tuple[WrittenItem, ...]:
        """The writes that this action makes."""
        before = len(self._written)
        action()
        return tuple(self._written[before:])

    def before(self, params: Mapping[str, Any], context: dict[str, Any], **_: object) -> None:
        """Botocore's hook `provide-client-params.dynamodb.<Operation>`."""
        context["easel.before"] = [(action, kind, self._stored(action)) for kind, action in _actions(params)]

    def after(self, context: Mapping[str, Any], **_: object) -> None:
        """Botocore's hook `after-call.dynamodb.<Operation>`. Writes that are refused cost the same as those made."""
        found = context["easel.before"]
        in_transaction = any(kind in _TRANSACTED for _, kind, _ in found)
        for action, kind, was in found:
            self._written.append(_written(action, kind, was, self._stored(action), in_transaction=in_transaction))

    def _stored(self, action: Mapping[str, Any]) -> Item:
        answer = self._reader.get_item(TableName=action["TableName"], Key=_key_of(action), ConsistentRead=True)
        return answer.get("Item", {})


_TRANSACTED: Final = frozenset({"Put", "Update", "Delete", "ConditionCheck"})


def _actions(params: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Kind and arguments of the writes of one call."""
    if "TransactItems" in params:
        return [(kind, action) for member in params["TransactItems"] for kind, action in member.items()]
    kind = "PutItem" if "Item" in params else "UpdateItem" if "UpdateExpression" in params else "DeleteItem"
    return [(kind, params)]


def _key_of(action: Mapping[str, Any]) -> Any:
    return action["Key"] if "Key" in action else {name: action["Item"][name] for name in ("pk", "sk")}


def _written(action: Mapping[str, Any], kind: str, was: Item, now: Item, *, in_transaction: bool) -> WrittenItem:
    size = max(typed_item_size(was), typed_item_size(now))
    indexes = _INDEXES.get(action["TableName"].split("-")[0], ())
    label = (now or was).get("entity") or (now or was).get("sk", {"S": "?"})
    return WrittenItem(
        entity=label["S"],
        operation=kind,
        size=size,
        table_units=write_units(size, in_transaction=in_transaction),
        index_units=sum(_index_units(index, was, now) for index in indexes),
    )


def _index_units(index: Index, was: Item, now: Item) -> int:
    """An index holds keys only: an entry is made, deleted, or both; its size is below a kilobyte."""
    before, after = _entry(index, was), _entry(index, now)
    return 0 if before == after else sum(write_units(typed_item_size(each)) for each in (before, after) if each)


def _entry(index: Index, item: Item) -> Item:
    names = {"pk", "sk", index.partition, index.sort}
    return {name: item[name] for name in names} if names <= set(item) else {}


@contextmanager
def measured_writes(reader: DynamoDBClient) -> Iterator[WriteMeter]:
    """Measure the writes of the clients that `boto3.client` makes within, by its present default session."""
    meter, session = WriteMeter(reader), boto3.DEFAULT_SESSION
    assert session is not None, "clients come from a session of the test"
    for operation in (*_SINGLE, "TransactWriteItems"):
        session.events.register(f"provide-client-params.dynamodb.{operation}", meter.before)
        session.events.register(f"after-call.dynamodb.{operation}", meter.after)
    yield meter

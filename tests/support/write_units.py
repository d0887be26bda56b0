"""Counts the write units of DynamoDB that a process uses, by the size rules of its developer guide.

The emulator does not report consumed capacity. So each item is read before and after the write to it, by a client of
its own: a write costs its larger size in started kilobytes, twice in a transaction, and what it changes in an index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from infra.tables import CORE_INDEXES, LEDGER_INDEXES, Index
from tests.support.item_sizes import typed_item_size, write_units

from easel.wiring import botocore_clients

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_INDEXES: Final = {"core": CORE_INDEXES, "ledger": LEDGER_INDEXES}
"""By the first part of the names that `tests.support.tables` gives."""
_SINGLE: Final = ("PutItem", "UpdateItem", "DeleteItem")

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WrittenItem:
    """One write: its item, what it cost in the table, and in the partitions of indexes."""

    entity: str
    operation: str
    partition: str
    sort_key: str
    size: int
    table_units: int
    index_units_in: Mapping[str, int]

    @property
    def units(self) -> int:
        return self.table_units + sum(self.index_units_in.values())

    @property
    def is_transacted(self) -> bool:
        return self.operation in _TRANSACTED

    def __str__(self) -> str:
        return f"{self.entity} {self.operation}, {self.size} bytes: {self.table_units} + {dict(self.index_units_in)}"


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
    key = _key_of(action)
    in_indexes: Counter[str] = Counter()
    for index in indexes:
        in_indexes.update(_index_units(index, was, now))
    return WrittenItem(
        entity=label["S"],
        operation=kind,
        partition=key["pk"]["S"],
        sort_key=key["sk"]["S"],
        size=size,
        table_units=write_units(size, in_transaction=in_transaction),
        index_units_in=in_indexes,
    )


def _index_units(index: Index, was: Item, now: Item) -> Mapping[str, int]:
    """By partition. An entry is made or deleted, or both where its key changes; else it is written once."""
    before, after = _entry(index, was), _entry(index, now)
    units: Counter[str] = Counter()
    if before == after:
        return units
    if before and after and all(before[name] == after[name] for name in (index.partition, index.sort)):
        units[_partition(index, after)] = max(write_units(typed_item_size(each)) for each in (before, after))
        return units
    for entry in (before, after):
        if entry:
            units[_partition(index, entry)] += write_units(typed_item_size(entry))
    return units


def _partition(index: Index, entry: Item) -> str:
    name: str = entry[index.partition]["S"]
    return name


def _entry(index: Index, item: Item) -> Item:
    names = {"pk", "sk", index.partition, index.sort}
    held = {*names, *index.also} & set(item)
    return {name: item[name] for name in held} if names <= set(item) else {}


@contextmanager
def measured_writes(reader: DynamoDBClient) -> Iterator[WriteMeter]:
    """Measure the writes of the clients that are made within, by the present session of the functions."""
    meter, session = WriteMeter(reader), botocore_clients.session().get_component("event_emitter")
    for operation in (*_SINGLE, "TransactWriteItems"):
        session.register(f"provide-client-params.dynamodb.{operation}", meter.before)
        session.register(f"after-call.dynamodb.{operation}", meter.after)
    yield meter

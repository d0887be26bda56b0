"""One DynamoDB table, as all repositories use it. Nothing else in this folder calls the client.

- A single write that conflicts with a transaction on its item is retried. DynamoDB refuses it with
  TransactionConflictException, which botocore does not retry; nothing was written, so a retry is safe.
- Errors of the client are translated: ConditionFailed, Contended, DatabaseUnavailable or DatabaseRefused.
- Unprocessed keys of a batch are requested again until there are none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from easel.aws_errors import code_of
from easel.errors import Contended, DatabaseUnavailable, EaselError, StaleWrite
from easel.repositories.attribute_values import from_item, to_item
from easel.repositories.dynamodb import TransactionWrite, Upgrade, database_error, full_jitter, is_current
from easel.repositories.keys import Key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Values = dict[str, Any]
_Item = TypeVar("_Item")
_NOTHING: Final[Any] = object()
OnConflict = Callable[[Values | None], EaselError]

_CONDITION_FAILED: Final = "ConditionalCheckFailedException"
_TRANSACTION_CONFLICT: Final = "TransactionConflictException"
_MAX_TRIES: Final = 10
_FIRST_PAUSE: Final = 0.025
_LONGEST_PAUSE: Final = 0.4
"""Seconds. A transaction takes some 10 ms; all tries together take about a second."""
_BATCH: Final = 100
"""The most keys that BatchGetItem accepts."""
_MAX_CALLS: Final = 5
"""For one page: some 5 MB, more than fits into a response."""


class ConditionFailed(StaleWrite):
    """A single write whose condition did not hold. `found` is the stored record, where the write requested it."""

    def __init__(self, found: Values | None) -> None:
        super().__init__("The record is not in the state that the change needs.")
        self.found = found


@dataclass(frozen=True, slots=True)
class Query:
    """Records of one partition, of the table or of an index. An index is read as it is now, not consistently."""

    condition: str
    values: Mapping[str, Any]
    index: str | None = None
    newest_first: bool = False
    consistent: bool = True
    keys_only: bool = False

    @classmethod
    def of(cls, partition: str, prefix: str = "", *, newest_first: bool = False, consistent: bool = True) -> Query:
        """The records of a partition whose sort key begins with the prefix."""
        values = {":pk": partition} | ({":prefix": prefix} if prefix else {})
        condition = "pk = :pk AND begins_with(sk, :prefix)" if prefix else "pk = :pk"
        return cls(condition, values, newest_first=newest_first, consistent=consistent)

    @classmethod
    def between(
        cls, partition: str, low: str, high: str, *, newest_first: bool = False, consistent: bool = True
    ) -> Query:
        """The records of a partition between two sort keys, both included."""
        values = {":pk": partition, ":low": low, ":high": high}
        condition = "pk = :pk AND sk BETWEEN :low AND :high"
        return cls(condition, values, newest_first=newest_first, consistent=consistent)

    def of_keys(self) -> Query:
        """The same query for keys only."""
        return replace(self, keys_only=True)

    def request(self) -> dict[str, Any]:
        """The arguments of the client's call."""
        where: dict[str, Any] = {"ConsistentRead": self.consistent} if self.index is None else {"IndexName": self.index}
        if self.keys_only and self.index is None:
            where["ProjectionExpression"] = "pk, sk"
        return {
            "KeyConditionExpression": self.condition,
            "ExpressionAttributeValues": to_item(self.values),
            "ScanIndexForward": not self.newest_first,
            **where,
        }


@dataclass(slots=True)
class Change:
    """One update: its expressions and their values."""

    sets: list[str]
    conditions: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    removes: list[str] = field(default_factory=list)

    @property
    def expression(self) -> str:
        parts = (("SET", self.sets), ("REMOVE", self.removes))
        return " ".join(f"{verb} {', '.join(clauses)}" for verb, clauses in parts if clauses)

    def arguments(self) -> dict[str, Any]:
        """Of the client's call."""
        optional = {
            "ConditionExpression": " AND ".join(self.conditions),
            "ExpressionAttributeNames": self.names,
            "ExpressionAttributeValues": to_item(self.values),
        }
        if self.conditions:
            optional["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return {"UpdateExpression": self.expression} | {name: value for name, value in optional.items() if value}


class Table:
    """Reads and writes of one table, in plain Python values."""

    def __init__(self, client: DynamoDBClient, name: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self.name = name
        self._sleep = sleep

    # --- single writes --------------------------------------------------------------------------------------------

    def put(
        self,
        record: Mapping[str, Any],
        condition: str | None = None,
        values: Mapping[str, Any] = {},
        *,
        names: Mapping[str, str] = {},
    ) -> None:
        """Put a record. Raises ConditionFailed."""
        self._write(self._client.put_item, {"Item": to_item(record)}, condition, names, values)

    def update(
        self,
        key: Key,
        expression: str,
        *,
        condition: str | None = None,
        names: Mapping[str, str] = {},
        values: Mapping[str, Any] = {},
        returns: Literal["NONE", "ALL_NEW", "UPDATED_NEW"] = "NONE",
        on_failure: Literal["NONE", "ALL_OLD"] = "NONE",
    ) -> Values:
        """Change a record; returns what `returns` names. Raises ConditionFailed, with the record for ALL_OLD."""
        request: dict[str, Any] = {"Key": to_item(key), "UpdateExpression": expression, "ReturnValues": returns}
        if on_failure != "NONE":
            request["ReturnValuesOnConditionCheckFailure"] = on_failure
        answer = self._write(self._client.update_item, request, condition, names, values)
        return from_item(answer.get("Attributes", {}))

    def delete(self, key: Key, condition: str, values: Mapping[str, Any] = {}) -> None:
        """Delete a record. Raises ConditionFailed."""
        self._write(self._client.delete_item, {"Key": to_item(key)}, condition, {}, values)

    def _write(
        self,
        call: Callable[..., Any],
        request: dict[str, Any],
        condition: str | None,
        names: Mapping[str, str],
        values: Mapping[str, Any],
    ) -> Any:
        request = {"TableName": self.name, **request}
        if condition:
            request["ConditionExpression"] = condition
        if names:
            request["ExpressionAttributeNames"] = dict(names)
        if values:
            request["ExpressionAttributeValues"] = to_item(values)
        for attempt in range(_MAX_TRIES):
            try:
                return call(**request)
            except (BotoCoreError, ClientError) as error:
                if code_of(error) != _TRANSACTION_CONFLICT:
                    raise _write_error(error) from error
            self._sleep(full_jitter(attempt, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE))
        raise Contended("Too many changes at the same time; nothing was written, please try again.")

    # --- members of transactions ----------------------------------------------------------------------------------

    def putting(
        self, description: str, record: Mapping[str, Any], on_conflict: OnConflict | None = None
    ) -> TransactionWrite:
        """Put a record that must not be there yet. Conflict: StaleWrite, or what `on_conflict` returns."""
        action = {"TableName": self.name, "Item": to_item(record), "ConditionExpression": "attribute_not_exists(pk)"}
        return TransactionWrite(
            description,
            {"Put": action},
            on_conflict or (lambda _: StaleWrite(f"{description}: there is one under this id.")),
        )

    def updating(
        self,
        description: str,
        key: Key,
        change: Change,
        on_conflict: OnConflict | None = None,
        upgrade: Upgrade = is_current,
    ) -> TransactionWrite:
        """Change a record. Conflict: StaleWrite, or what `on_conflict` returns; `upgrade` goes before it."""
        action = {"TableName": self.name, "Key": to_item(key), **change.arguments()}
        stale = on_conflict or (lambda _: StaleWrite(f"{description}: it changed since it was read."))
        return TransactionWrite(description, {"Update": action}, stale, upgrade)

    # --- reads ----------------------------------------------------------------------------------------------------

    def get(self, key: Key, *, consistent: bool = True) -> Values | None:
        """One record."""
        answer = self._read(self._client.get_item, Key=to_item(key), ConsistentRead=consistent)
        return from_item(answer["Item"]) if "Item" in answer else None

    def get_all(self, keys: Sequence[Key], *, consistent: bool = False) -> dict[tuple[str, str], Values]:
        """The records that exist, by partition and sort key."""
        found: dict[tuple[str, str], Values] = {}
        for start in range(0, len(keys), _BATCH):
            pending: Any = [to_item(key) for key in keys[start : start + _BATCH]]
            for attempt in range(_MAX_TRIES):
                answer = self._batch(pending, consistent=consistent)
                for item in map(from_item, answer["Responses"].get(self.name, ())):
                    found[item["pk"], item["sk"]] = item
                pending = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys")
                if not pending:
                    break
                self._sleep(full_jitter(attempt, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE))
            else:
                raise DatabaseUnavailable("The database did not return all records. Please try again.")
        return found

    def _batch(self, keys: Any, *, consistent: bool) -> Any:
        try:
            return self._client.batch_get_item(RequestItems={self.name: {"Keys": keys, "ConsistentRead": consistent}})
        except (BotoCoreError, ClientError) as error:
            raise database_error(error) from error

    def records(self, query: Query, *, start: Key | None = None, at_once: int | None = None) -> Iterator[Values]:
        """Every record that the query finds after `start`, with as many calls as that takes."""
        for records, _ in self._answers(query, start, at_once):
            yield from records

    def page(self, query: Query, *, limit: int, start: Key | None = None) -> tuple[list[Values], bool]:
        """Up to `limit` records after `start`, and whether there are more. A page of very large records has fewer."""
        found: list[Values] = []
        # One more than the limit shows whether there are more: DynamoDB returns a last key at an exact end too.
        for calls, (records, more) in enumerate(self._answers(query, start, limit + 1), start=1):
            found += records
            if len(found) > limit or (found and more and calls == _MAX_CALLS):
                return found[:limit], True
        return found, False

    def one_answer(self, query: Query, *, at_once: int) -> tuple[list[Values], bool]:
        """What one call returns, which is 1 MB and `at_once` records at most, and whether there is more."""
        return next(self._answers(query, None, at_once))

    def groups(
        self, query: Query, group_of: Callable[[Values], str], *, limit: int, each: int
    ) -> tuple[list[list[Values]], bool]:
        """Up to `limit` groups of adjacent records, and whether there are more. Most groups have `each` records."""
        found: list[list[Values]] = []
        last: str | None = None
        # A group is complete when another one begins, or the list ends.
        for calls, (records, more) in enumerate(self._answers(query, None, (limit + 1) * each), start=1):
            for record in records:
                if (group := group_of(record)) != last:
                    found.append([])
                    last = group
                found[-1].append(record)
            if len(found) > limit:
                return found[:limit], True
            if more and calls >= _MAX_CALLS and len(found) > 1:
                return found[:-1], True
        return found, False

    def _answers(self, query: Query, start: Key | None, at_once: int | None) -> Iterator[tuple[list[Values], bool]]:
        """What each call returns, and whether there is more. A call returns 1 MB at most."""
        request = query.request() | ({"Limit": at_once} if at_once else {})
        if start is not None:
            request["ExclusiveStartKey"] = to_item(start)
        while True:
            answer = self._read(self._client.query, **request)
            last = answer.get("LastEvaluatedKey")
            yield [from_item(item) for item in answer["Items"]], last is not None
            if last is None:
                return
            request["ExclusiveStartKey"] = last

    def _read(self, call: Callable[..., Any], **request: Any) -> Any:
        try:
            return call(TableName=self.name, **request)
        except (BotoCoreError, ClientError) as error:
            raise database_error(error) from error


def interleaved(shards: Iterable[Iterable[_Item]], limit: int) -> list[_Item]:
    """The first of every shard, then the second of each, and so on: a long shard does not delay the others."""
    rounds = zip_longest(*shards, fillvalue=_NOTHING)
    return [item for row in rounds for item in row if item is not _NOTHING][:limit]


def _write_error(error: BotoCoreError | ClientError) -> EaselError:
    if isinstance(error, ClientError) and code_of(error) == _CONDITION_FAILED:
        found: Any = error.response.get("Item")
        return ConditionFailed(from_item(found) if found else None)
    return database_error(error)

"""MiniStack for tables with very many records. Run as `python -m tests.bench.large_emulator`.

MiniStack's Query sorts and examines all records of a partition, which takes seconds with a hundred thousand. Here it is
given those records only that DynamoDB would read: sort keys are kept sorted for as long as nothing is written. And
there is one operation more, CopyRecords, which stores copies of records without a request for each hundred.
"""

from __future__ import annotations

import functools
import json
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from ministack import app  # type: ignore[import-untyped] # it has no types
from ministack.services import dynamodb  # type: ignore[import-untyped] # as above
from tests.support.renamed_records import renamed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    _Handler = Callable[..., Awaitable[tuple[int, dict[str, str], bytes]]]

_CONDITION: Final = re.compile(
    r"(?P<hash>\w+) = (?P<partition>:\w+)"
    r"( AND (begins_with\(sk, (?P<prefix>:\w+)\)|sk BETWEEN (?P<low>:\w+) AND (?P<high>:\w+)))?"
)
"""Every condition of `easel.repositories.table.Query` on the table's own sort key."""
_LAST: Final = "\U0010ffff"
_IN_A_MEGABYTE: Final = 20_000
"""A Query reads 1 MB at most. No record of ours is smaller than 50 bytes."""
_MEMBERS: Final = dynamodb._INDEX_MEMBERS

_sorted_keys: dict[tuple[str, str | None, str], list[tuple[str, str]]] = {}
"""(sort key, partition key) by table, index and partition."""


def read_only_what_is_wanted() -> None:
    """Replace MiniStack's Query, and forget sorted keys at every write."""
    query = dynamodb._query

    @functools.wraps(query)
    def narrowed(data: dict[str, Any]) -> Any:
        table = dynamodb._tables.get(data["TableName"])
        condition = _CONDITION.fullmatch(data.get("KeyConditionExpression", ""))
        if table is None or condition is None:
            return query(data)
        index, partition = data.get("IndexName"), _text(data, condition["partition"])
        keys = _wanted(data, condition, _keys(table, index, partition))
        whole, members = table["items"], table.get(_MEMBERS)
        if index is None:
            table["items"] = defaultdict(dict, {partition: {sk: whole[pk][sk] for sk, pk in keys}})
        else:
            table[_MEMBERS] = {**members, index: {partition: dict.fromkeys((pk, sk) for sk, pk in keys)}}
        try:
            return query(data)
        finally:
            table["items"] = whole
            if index is not None:
                table[_MEMBERS] = members

    dynamodb._query = narrowed
    for name in ("_set_item", "_remove_item"):
        setattr(dynamodb, name, _forgetting(getattr(dynamodb, name)))


def _keys(table: dict[str, Any], index: str | None, partition: str) -> list[tuple[str, str]]:
    """The keys of a partition in order."""
    place = (table["TableName"], index, partition)
    if place not in _sorted_keys:
        if index is None:
            found = [(sk, partition) for sk in table["items"].get(partition, {})]
        else:
            members = dynamodb._index_members(table)[index].get(partition, {})
            found = [(sk, pk) for pk, sk in members]
        _sorted_keys[place] = sorted(found)
    return _sorted_keys[place]


def _wanted(data: dict[str, Any], condition: re.Match[str], keys: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those that the request reads, and one more, which tells that it is not the end."""
    low, high = "", _LAST
    if condition["prefix"]:
        low = _text(data, condition["prefix"])
        high = f"{low}{_LAST}"
    elif condition["low"]:
        low, high = _text(data, condition["low"]), _text(data, condition["high"])
    first, end = bisect_left(keys, (low, "")), bisect_right(keys, (high, _LAST))
    start = data.get("ExclusiveStartKey")
    most = data.get("Limit", _IN_A_MEGABYTE) + 1
    if data.get("ScanIndexForward", True):
        if start:
            first = bisect_right(keys, (start["sk"]["S"], start["pk"]["S"]))
        return keys[first : min(end, first + most)]
    if start:
        end = bisect_left(keys, (start["sk"]["S"], start["pk"]["S"]))
    return keys[max(first, end - most) : end]


def _text(data: dict[str, Any], placeholder: str) -> str:
    text: str = data["ExpressionAttributeValues"][placeholder]["S"]
    return text


def _forgetting(write: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(write)
    def written(table: dict[str, Any], *arguments: Any) -> Any:
        for place in [place for place in _sorted_keys if place[0] == table["TableName"]]:
            del _sorted_keys[place]
        return write(table, *arguments)

    return written


def add_copy_records() -> None:
    """CopyRecords {TableName, Records, Names}: store the records once for each mapping of old to new texts."""
    handle_request: _Handler = dynamodb.handle_request

    @functools.wraps(handle_request)
    async def handled(method: str, path: str, headers: dict[str, str], body: bytes, query_params: Any) -> Any:
        if not headers.get("x-amz-target", "").endswith(".CopyRecords"):
            return await handle_request(method, path, headers, body, query_params)
        wanted = json.loads(body)
        table = dynamodb._tables[wanted["TableName"]]
        for record in renamed(wanted["Records"], wanted["Names"]):
            dynamodb._set_item(table, record["pk"]["S"], record["sk"]["S"], record)
        return 200, {"Content-Type": "application/x-amz-json-1.0"}, b"{}"

    dynamodb.handle_request = handled


if __name__ == "__main__":
    read_only_what_is_wanted()
    add_copy_records()
    app.main()

"""Lists of a workspace's generations, newest first.

- All of them lie in the order of their ids: one query over their records, images included.
- Those that have ended with one status are in the index `generations_by_status`, from their end on.
- Those that are open are few, and the usage counters of the workspace's users name them: no index is written for what
  is over in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice
from typing import Final

from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.repositories.generations import keys
from easel.repositories.generations.assembled import generation_from
from easel.repositories.keys import workspace_partition
from easel.repositories.table import Query, Table, Values
from easel.services.ports.pages import Page

_RECORDS_OF_MOST: Final = 3
"""A generation of one image has a REQUEST, a STATE and an IMAGE."""
_RECORDS_OF_A_PRODUCT: Final = 8
"""A generation of six product shots. What is skipped is read so many records at a time for each."""
_SKIPPED_AT_ONCE: Final = 1_000
_LAST: Final = "~"
"""Sorts behind everything that an id begins with."""
_INDEX: Final = "generations_by_status"


class GenerationLists:
    """The three ways to list."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def newest(self, workspace_id: str, *, limit: int, after: str | None, skip: int) -> Page[Generation]:
        """All of them. One read; one more to skip some, or where generations have many images."""
        if skip:
            after = self._skipped(workspace_id, after, skip)
            if after is None:
                return Page((), (), None)
        query = _before(workspace_id, after)
        groups, more = self._table.groups(query, _generation_id, limit=limit, each=_RECORDS_OF_MOST)
        page = Page.of(groups, lambda records: _generation_id(records[0]), more=more)
        return page.find(generation_from)

    def _skipped(self, workspace_id: str, after: str | None, skip: int) -> str | None:
        """The id of the last of so many generations; None when there are not so many."""
        query = _before(workspace_id, after).of_keys()
        at_once = min(skip * _RECORDS_OF_A_PRODUCT, _SKIPPED_AT_ONCE)
        ids = (id_ for id_, _ in groupby(self._table.records(query, at_once=at_once), _generation_id))
        return next(islice(ids, skip - 1, None), None)

    def ended(self, workspace_id: str, status: Status, *, limit: int, after: str | None, skip: int) -> Page[Generation]:
        """Those that ended so. Two reads: the index, then their records."""
        key = {"statusKey": keys.status_key(workspace_id, status.value)}
        query = Query("statusKey = :status", {":status": key["statusKey"]}, index=_INDEX, newest_first=True)
        start = {**keys.generation_state(workspace_id, after), **key} if after else None
        if skip:
            passed = list(islice(self._table.records(query, start=start, at_once=skip), skip))
            if len(passed) < skip:
                return Page((), (), None)
            start = {name: passed[-1][name] for name in ("pk", "sk", "statusKey")}
        entries, more = self._table.page(query, limit=limit, start=start)
        return self._full(workspace_id, Page.of(entries, _generation_id, more=more))

    def running(
        self, workspace_id: str, status: Status, *, limit: int, after: str | None, skip: int
    ) -> Page[Generation]:
        """Those that are open. Reads the usage counters, their states, and the records of the page."""
        ids = sorted(self._open_ids(workspace_id), reverse=True)
        states = self._table.get_all(
            [keys.generation_state(workspace_id, id_) for id_ in ids if not after or id_ < after]
        )
        found = sorted(
            (state for state in states.values() if state["status"] == status.value), key=_generation_id, reverse=True
        )[skip:]
        return self._full(workspace_id, Page.of(found[:limit], _generation_id, more=len(found) > limit))

    def _open_ids(self, workspace_id: str) -> Iterator[str]:
        query = Query.of(workspace_partition(workspace_id), keys.USAGE_PREFIX, consistent=False)
        for counters in self._table.records(query):
            for name, value in counters.items():
                if name.startswith(keys.ACTIVE_PREFIX):
                    yield from value

    def _full(self, workspace_id: str, page: Page[Values]) -> Page[Generation]:
        """The generations of these states, or of their entries in the index. One more read for further images."""
        ids = page.map(_generation_id)
        found = self._records(workspace_id, ids.items, dict.fromkeys(ids.items, 1))
        numbers = {id_: parts[keys.STATE]["n"] for id_, parts in found.items() if keys.STATE in parts}
        further = {id_: number for id_, number in numbers.items() if number > 1}
        for id_, parts in self._records(workspace_id, further, further, first_image=1).items():
            found[id_] |= parts
        return ids.find(lambda id_: generation_from(found[id_].values()))

    def _records(
        self, workspace_id: str, ids: Iterable[str], images: Mapping[str, int], first_image: int = 0
    ) -> dict[str, dict[str, Values]]:
        """By generation and part: REQUEST and STATE, or only images from `first_image` on, up to so many."""
        found: dict[str, dict[str, Values]] = {id_: {} for id_ in ids}
        wanted = [
            key
            for id_ in found
            for key in (
                *(() if first_image else (keys.generation_request(workspace_id, id_),)),
                *(() if first_image else (keys.generation_state(workspace_id, id_),)),
                *(keys.generation_image(workspace_id, id_, index) for index in range(first_image, images[id_])),
            )
        ]
        for record in self._table.get_all(wanted).values():
            found[_generation_id(record)][keys.generation_part_of(record)] = record
        return found


def _before(workspace_id: str, after: str | None) -> Query:
    """The records of all generations that are older than this one."""
    low = keys.GENERATION_PREFIX
    # An id without the sign that ends it sorts before all records of that generation.
    high = f"{low}{after}" if after else f"{low}{_LAST}"
    return Query.between(workspace_partition(workspace_id), low, high, newest_first=True, consistent=False)


def _generation_id(record: Values) -> str:
    return keys.generation_id_of(record)[1]

"""Shared by the repositories of users, workspaces, keys and templates: puts and pages of plain records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from easel.clock import to_iso
from easel.repositories.table import OnConflict, Query, Table, Values
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write

_SCHEMA: Final = 1


class Records(Table):
    """One table, with the operations of these repositories."""

    def adding(
        self, description: str, values: Mapping[str, Any], now: datetime, on_conflict: OnConflict | None = None
    ) -> Write:
        """Put a new record, with the time. Conflict: StaleWrite by default."""
        return self.putting(description, {**values, "schema": _SCHEMA, "createdAt": to_iso(now)}, on_conflict)

    def listed(
        self, partition: str, *, limit: int, after: str | None, prefix: str = "", newest_first: bool = False
    ) -> Page[Values]:
        """Records of a partition in the order of their sort keys, after the sort key `after`."""
        start = None if after is None else {"pk": partition, "sk": after}
        found, more = self.page(Query.of(partition, prefix, newest_first=newest_first), limit=limit, start=start)
        return Page.of(found, _sort_key, more=more)


def _sort_key(record: Values) -> str:
    key: str = record["sk"]
    return key

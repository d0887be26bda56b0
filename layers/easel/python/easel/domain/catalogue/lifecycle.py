"""How long a name lives: vendors retire models every few months, and callers keep the names they know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class Lifecycle(StrEnum):
    """Where a model stands with its vendor."""

    ACTIVE = "active"
    DEPRECATED = "deprecated"
    """It still answers, and is known to end."""
    RETIRED = "retired"
    """Gone at the vendor; requests that name it run on its successor."""


@dataclass(frozen=True, slots=True)
class Life:
    """The life of one name. `ends_on` is the first day on which the vendor no longer answers to it.

    A deprecated or retired name has a `successor`, the model that its requests run on, and a `notice` for its callers.
    """

    status: Lifecycle = Lifecycle.ACTIVE
    ends_on: date | None = None
    retired_on: date | None = None
    successor: str | None = None
    notice: str | None = None

    def on(self, today: date) -> Life:
        """The same life as it is on this day: what was to end by now has ended, whatever release is running."""
        if self.status is Lifecycle.DEPRECATED and self.ends_on is not None and self.ends_on <= today:
            return replace(self, status=Lifecycle.RETIRED, ends_on=None, retired_on=self.ends_on)
        return self

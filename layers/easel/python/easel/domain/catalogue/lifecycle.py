"""The lifecycle of model names: vendors retire models, while callers keep using the names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class Lifecycle(StrEnum):
    """The state of a model at its vendor."""

    ACTIVE = "active"
    DEPRECATED = "deprecated"
    """Still available, with a known end date."""
    RETIRED = "retired"
    """No longer available; requests for it run on its successor."""


@dataclass(frozen=True, slots=True)
class Life:
    """The lifecycle of one name. `ends_on` is the first day without it.

    A deprecated or retired name has a `successor`, the model that its requests run on, and a `notice` for callers.
    """

    status: Lifecycle = Lifecycle.ACTIVE
    ends_on: date | None = None
    retired_on: date | None = None
    successor: str | None = None
    notice: str | None = None

    def on(self, today: date) -> Life:
        """The lifecycle as of this day: a model whose end date has passed is retired, without a new release."""
        if self.status is Lifecycle.DEPRECATED and self.ends_on is not None and self.ends_on <= today:
            return replace(self, status=Lifecycle.RETIRED, ends_on=None, retired_on=self.ends_on)
        return self

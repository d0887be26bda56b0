"""Compares the catalogue with the vendors' model lists and with the calendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from easel.domain.catalogue.candidate import Candidate
from easel.domain.catalogue.model import Catalogue, Model
from easel.domain.provider import OfferedModel
from easel.domain.request import Mode

WARNING_DAYS: Final = (30, 7, 1)
"""Days before its end on which a model is reported, and again on the day after, in case one check is missed."""


class Finding(StrEnum):
    """Kinds of findings."""

    MISSING = "model_missing"
    """Missing from the vendor's list: requests will fail."""
    ANNOUNCED = "model_shutdown_announced"
    """The vendor has announced an end date that the catalogue does not have."""
    ENDS_SOON = "model_ends_soon"
    """Ends in 30 days, in a week, or tomorrow."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One finding about a provider's offer of a model. `on` is its end date, or the day it was found missing."""

    what: Finding
    model: Model
    provider: str
    upstream_model: str
    on: date
    days_left: int | None = None
    warning_days: int | None = None

    @property
    def ends_on(self) -> date | None:
        return None if self.what is Finding.MISSING else self.on


def observe(
    catalogue: Catalogue, provider: str, offered: Sequence[OfferedModel] | None, today: date
) -> Iterator[Observation]:
    """The findings about this provider's offers; `None` as its list means that the vendor publishes none."""
    listed = {entry.id: entry for entry in offered} if offered is not None else None
    for model in catalogue.active_models():
        for candidate in model.candidates:
            if candidate.provider != provider:
                continue
            for name in dict.fromkeys(candidate.upstream_model(mode) for mode in Mode):
                if listed is not None and name not in listed:
                    yield Observation(Finding.MISSING, model, provider, name, today)
                    continue
                announced = listed[name].shutdown_on if listed is not None else None
                yield from _ends(model, candidate, name, announced, today)


def _ends(model: Model, candidate: Candidate, name: str, announced: date | None, today: date) -> Iterator[Observation]:
    catalogued = model.life.ends_on
    if announced is not None and announced != catalogued:
        left = (announced - today).days
        yield Observation(Finding.ANNOUNCED, model, candidate.provider, name, announced, left)
    end = announced or catalogued
    if end is None:
        return
    left = (end - today).days
    for days in WARNING_DAYS:
        if end - timedelta(days=days) <= today <= end - timedelta(days=days - 1):
            yield Observation(Finding.ENDS_SOON, model, candidate.provider, name, end, left, days)

"""Lay down the data that a release brings, its catalogue and its prices: once for each version, by every deployment.

Requests read the data that ships with the code. What is laid down is the record: under which version which prices held,
long after the release that had them, since generations and postings name the version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from easel.clock import Clock
from easel.services.ports.data_versions import DataSet, DataVersions


class Outcome(StrEnum):
    """What became of a set."""

    LAID_DOWN = "laid down"
    ALREADY_THERE = "already there"
    CHANGED = "changed without a new version"
    """What was laid down first stays: records name it."""


@dataclass(frozen=True, slots=True)
class LaidDown:
    """A set, and what became of it."""

    data: DataSet
    outcome: Outcome


class LayDownData:
    """May be repeated at any time, by two deployments at once too."""

    def __init__(self, *, versions: DataVersions, clock: Clock) -> None:
        self._versions = versions
        self._clock = clock

    def __call__(self, sets: Sequence[DataSet]) -> Sequence[LaidDown]:
        """Lay down what is not there yet."""
        return [LaidDown(data, self._outcome(data)) for data in sets]

    def _outcome(self, data: DataSet) -> Outcome:
        there = self._versions.add(data, self._clock().isoformat())
        if there is None:
            return Outcome.LAID_DOWN
        return Outcome.ALREADY_THERE if there == data.digest else Outcome.CHANGED

"""Where the data of releases is recorded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DataSet:
    """One set of data, as JSON text."""

    name: str
    version: str
    text: str

    @property
    def digest(self) -> str:
        """A hash of the text."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()


class DataVersions(Protocol):
    """The sets that were laid down."""

    def add(self, data: DataSet, now: str) -> str | None:
        """Store a set unless its version is there; the digest of what is there, None for a set that was stored."""
        ...

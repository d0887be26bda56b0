"""Transactions in memory: each write has its condition, and all are made or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from easel.errors import EaselError


@dataclass
class MemoryWrite:
    """`ports.transactions.Write`: its condition, and what it does once all conditions hold."""

    description: str
    refusal: Callable[[], EaselError | None]
    apply: Callable[[], object]


@dataclass
class MemoryUnitOfWork:
    """`ports.transactions.UnitOfWork`. `committed` has the descriptions of each transaction, in order."""

    committed: list[list[str]] = field(default_factory=list)

    def commit(self, *writes: Any) -> None:
        for write in writes:
            refusal = write.refusal()
            if refusal is not None:
                raise refusal
        for write in writes:
            write.apply()
        self.committed.append([write.description for write in writes])

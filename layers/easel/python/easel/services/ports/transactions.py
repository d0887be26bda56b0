"""Writes that happen together or not at all."""

from __future__ import annotations

from typing import Protocol


class Write(Protocol):
    """One member of a transaction, made by a repository and opaque to the use case that puts it together."""

    @property
    def description(self) -> str:
        """For logs: what this member does."""
        ...


class UnitOfWork(Protocol):
    """All or nothing, in one call."""

    def commit(self, *writes: Write) -> None:
        """Do all of them.

        When a condition does not hold, nothing is written and the error of the first such write, in the order given, is
        raised (each repository method says which); Contended when others kept getting in between.
        """
        ...

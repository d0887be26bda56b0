"""Transactions."""

from __future__ import annotations

from typing import Protocol


class Write(Protocol):
    """One write of a transaction, created by a repository and opaque to use cases."""

    @property
    def description(self) -> str:
        """Description for logs."""
        ...


class UnitOfWork(Protocol):
    """Commits writes atomically, in one call."""

    def commit(self, *writes: Write) -> None:
        """Commit all writes.

        When a condition fails, nothing is written and the error of the first such write, in the given order, is raised
        (each repository method says which); Contended when every retry lost against other writers.
        """
        ...

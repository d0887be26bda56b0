"""The real cancel use case over ports in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from tests.support.memory_writes import MemoryUnitOfWork, MemoryWrite

from easel.domain.budgets import Budget, BudgetNotice, BudgetScope
from easel.domain.credits import Hold, Wallet
from easel.domain.events import Event, generation_ended
from easel.domain.generation import Generation, Outcome
from easel.errors import EaselError, StaleWrite
from easel.services.generations.cancel_generation import CancelGeneration
from easel.services.generations.close_generation import CloseGeneration
from easel.services.ports.image_tasks import ImageRef


@dataclass
class MemoryEndings:
    """Everything that the end of a generation writes, and the ports that write it."""

    generations: dict[tuple[str, str], Generation] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    posted: list[tuple[Hold, int]] = field(default_factory=list)
    freed: list[tuple[BudgetScope, int]] = field(default_factory=list)
    ended: list[Generation] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def get(self, workspace_id: str, generation_id: str) -> Generation | None:
        return self.generations.get((workspace_id, generation_id))

    def closing(self, generation: Generation, ended: Generation, _outcome: Outcome) -> MemoryWrite:
        key = (generation.workspace_id, generation.id)

        def refusal() -> EaselError | None:
            return None if self.generations.get(key) == generation else StaleWrite("changed")

        return MemoryWrite("close generation", refusal, lambda: self.generations.update({key: ended}))

    def adding(self, event: Event) -> MemoryWrite:
        return _always("put event", lambda: self.events.append(event))

    def ending(self, ended: Generation) -> MemoryWrite:
        return _always("count the end", lambda: self.ended.append(ended))

    def wallet(self, workspace_id: str) -> Wallet:
        return Wallet(workspace_id)

    def resolving(
        self, hold: Hold, _wallet: Wallet, posted: int, _now: datetime, *, low: bool, notice: BudgetNotice
    ) -> Sequence[MemoryWrite]:
        def apply() -> None:
            self.posted.append((hold, posted))
            self.freed.append((BudgetScope(hold.workspace_id), hold.amount - posted))

        return [_always("resolve hold", apply)]

    def budgets(self, _scopes: Sequence[BudgetScope], _month: str) -> Sequence[Budget]:
        return ()

    def stop(self, generation_id: str, _cause: str) -> None:
        self.stopped.append(generation_id)


@dataclass
class _Summaries:
    """`ports.usage.UsageSummaries`: tested where the table is."""

    def adding(self, _ended: Generation) -> Sequence[MemoryWrite]:
        return ()


@dataclass
class _Budgets:
    """`ports.money.Budgets`, as far as an end needs them."""

    ports: MemoryEndings

    def get(self, scopes: Sequence[BudgetScope], month: str) -> Sequence[Budget]:
        return self.ports.budgets(scopes, month)

    def closing(self, scope: BudgetScope, _month: str, freed: int, _notice: BudgetNotice) -> MemoryWrite:
        return _always("free in budget", lambda: self.ports.freed.append((scope, freed)))


class _NoTasks:
    """`ports.image_tasks.ImageTaskRepository` of images that no worker has begun."""

    def get(self, _ref: ImageRef) -> None:
        return None


def cancel_generation_over(ports: MemoryEndings, clock: Callable[[], datetime]) -> CancelGeneration:
    """The use case that ships."""
    parts: Any = dict.fromkeys(("generations", "outbox", "ledger", "usage"), ports)
    close = CloseGeneration(
        **parts,
        budgets=cast(Any, _Budgets(ports)),
        summaries=cast(Any, _Summaries()),
        unit_of_work=MemoryUnitOfWork(),
        describe_end=lambda generation: generation_ended(generation, lambda *_: "https://easel.example/i/x"),
        clock=clock,
    )
    return CancelGeneration(close=close, tasks=cast(Any, _NoTasks()), workflow=cast(Any, ports))


def _always(description: str, apply: Callable[[], object]) -> MemoryWrite:
    return MemoryWrite(description, lambda: None, apply)

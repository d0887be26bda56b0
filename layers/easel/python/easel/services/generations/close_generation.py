"""Settle and cancel: the two ways in which a generation ends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from easel.clock import Clock
from easel.domain.budgets import Budget, BudgetNotice, month_of, scopes_of
from easel.domain.credits import Hold, Wallet, hold_of, runs_low
from easel.domain.events import Event, budget_notice, credits_low
from easel.domain.generation import Counted, Generation, Outcome
from easel.domain.image import Status
from easel.errors import Contended, NotFound, StaleWrite
from easel.services.ports.generations import GenerationRepository, Outbox
from easel.services.ports.money import Budgets, Ledger
from easel.services.ports.transactions import UnitOfWork, Write
from easel.services.ports.usage import UsageCounters, UsageSummaries

logger = logging.getLogger(__name__)

_MAX_TRIES: Final = 8

DescribeEnd = Callable[[Generation], Event]
"""Makes the event for a generation's end."""


class CloseGeneration:
    """Ends a generation in one transaction: with its event, its money and its counters.

    What was delivered is posted, the rest of the hold is free again: nothing delivered, nothing charged. A picture that
    is written while its generation is being closed counts as a late one: kept, and free.
    """

    def __init__(
        self,
        *,
        generations: GenerationRepository,
        outbox: Outbox,
        ledger: Ledger,
        budgets: Budgets,
        usage: UsageCounters,
        summaries: UsageSummaries,
        unit_of_work: UnitOfWork,
        describe_end: DescribeEnd,
        clock: Clock,
    ) -> None:
        self._generations = generations
        self._outbox = outbox
        self._ledger = ledger
        self._budgets = budgets
        self._usage = usage
        self._summaries = summaries
        self._unit_of_work = unit_of_work
        self._describe_end = describe_end
        self._clock = clock

    def __call__(
        self, workspace_id: str, generation_id: str, decide: Callable[[Generation], Outcome]
    ) -> tuple[Generation, bool]:
        """The ended generation, and whether it was this call that ended it.

        Raises:
            NotFound: no such generation in this workspace.
            Contended: it, or its money, kept changing.
        """
        for _ in range(_MAX_TRIES):
            generation = self._generations.get(workspace_id, generation_id)
            if generation is None:
                raise NotFound(f"There is no generation {generation_id}.")
            if generation.status.is_final:
                return generation, False
            now = self._clock()
            outcome = decide(generation)
            ended = _ended(generation, outcome, now)
            try:
                self._unit_of_work.commit(
                    self._generations.closing(generation, ended, outcome),
                    self._outbox.adding(self._describe_end(ended)),
                    self._usage.ending(ended),
                    *self._summaries.adding(ended),
                    *self._money(ended, now),
                )
            except StaleWrite:
                continue
            return ended, True
        raise Contended(f"Generation {generation_id} kept changing; please try again.")

    def _money(self, ended: Generation, now: datetime) -> Sequence[Write]:
        hold = hold_of(ended)
        if hold is None:
            return ()
        posted = ended.charged or 0
        # Only a charge has to know which grants pay; a void needs no read.
        wallet = self._ledger.wallet(ended.workspace_id) if posted else Wallet(ended.workspace_id)
        if wallet is None:
            raise NotFound(f"Workspace {ended.workspace_id} has no wallet, but holds credits.")
        low = runs_low(wallet, hold, posted)
        workspace, *keys = scopes_of(ended.workspace_id, ended.budget_keys)
        budgets = self._budgets_after(ended, hold, posted)
        notices = dict.fromkeys((workspace, *keys), BudgetNotice.NONE)
        notices |= {budget.scope: budget.notice_after(posted) for budget in budgets}
        told = [
            budget_notice(budget, notice, ended.request_id, now)
            for budget in budgets
            if (notice := notices[budget.scope])
        ]
        if low:
            told.append(credits_low(_left(wallet, hold, posted), posted, ended.request_id, now))
        month, freed = month_of(hold.created_at), hold.amount - posted
        of_keys = [self._budgets.closing(key, month, freed, notices[key]) for key in keys]
        return [
            *self._ledger.resolving(hold, wallet, posted, now, low=low, notice=notices[workspace]),
            *(write for write in of_keys if write is not None),
            *map(self._outbox.adding, told),
        ]

    def _budgets_after(self, ended: Generation, hold: Hold, posted: int) -> Sequence[Budget]:
        """Every budget that a charge counts in, without what is freed of its hold."""
        if not posted:
            # A void brings no budget nearer to its end, so it needs no read.
            return ()
        scopes = scopes_of(ended.workspace_id, ended.budget_keys)
        found = self._budgets.get(scopes, month_of(hold.created_at))
        return [replace(budget, used=budget.used - (hold.amount - posted)) for budget in found]


def _left(wallet: Wallet, hold: Hold, posted: int) -> Wallet:
    return replace(wallet, available=wallet.available + hold.amount - posted, held=wallet.held - hold.amount)


def _ended(generation: Generation, outcome: Outcome, now: datetime) -> Generation:
    delivered = [image.index for image in outcome.images if image.status is Status.COMPLETED]
    return replace(
        generation,
        status=outcome.status,
        images=outcome.images,
        failure=outcome.failure,
        completed_at=now,
        charged=generation.price.of_images(delivered) if generation.price else None,
        counted=tuple(map(Counted.of, outcome.images)),
    )

"""The real submit use case over ports in memory: what a transaction writes is in dictionaries, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from tests.support.memory_writes import MemoryUnitOfWork, MemoryWrite
from tests.support.references import MemoryUploads, resolve_references_over

from easel.domain.budgets import BudgetScope
from easel.domain.catalogue import Catalogue, load_catalogue
from easel.domain.credits import Hold
from easel.domain.generation import Generation
from easel.domain.pricing import load_price_book
from easel.errors import (
    BudgetExceeded,
    EaselError,
    InsufficientCredits,
    KeyAlreadyClaimed,
    LimitReached,
    QueueUnavailable,
    StaleWrite,
    WalletMissing,
)
from easel.outbound.addresses import find_fault
from easel.services.generations.submit_generation import SubmitGeneration
from easel.services.money.appraise import Appraise
from easel.services.money.quotes import QuoteSigner
from easel.services.ports.generations import IdempotencyClaim
from easel.services.ports.usage import UsageRule
from easel.services.prompt_templates.compose_prompts import FindTemplate, built_in_alone

PLENTY = 10**9
"""Milli-credits that a wallet has unless a test says otherwise."""

TRUSTED_ORIGINS = ("http://127.0.0.1:8000", "http://127.0.0.1:8001")
"""Where reference pictures may be fetched from over http."""


@dataclass
class MemorySubmissions:
    """Everything that a submit writes, and the ports that write it.

    `wallets` and `budgets` are what is left in milli-credits: a workspace without an entry has `PLENTY` and no budget.
    `unseen` workspaces have no wallet until their account is opened.
    """

    generations: dict[tuple[str, str], Generation] = field(default_factory=dict)
    claims: dict[tuple[str, str], tuple[IdempotencyClaim, str]] = field(default_factory=dict)
    holds: list[Hold] = field(default_factory=list)
    reserved: list[tuple[BudgetScope, int]] = field(default_factory=list)
    rules: list[UsageRule] = field(default_factory=list)
    queued: list[Generation] = field(default_factory=list)
    opened: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    unit_of_work: MemoryUnitOfWork = field(default_factory=MemoryUnitOfWork)
    uploads: MemoryUploads = field(default_factory=MemoryUploads)
    bot_workspace: str | None = None

    wallets: dict[str, int] = field(default_factory=dict)
    budgets: dict[BudgetScope, int] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)
    max_generations: int = PLENTY
    queue_is_away: bool = False

    # --- ports.generations, ports.messages ----------------------------------------------------------------------------

    def creation(self, generation: Generation) -> Sequence[MemoryWrite]:
        key = (generation.workspace_id, generation.id)
        write = MemoryWrite(
            "put generation",
            lambda: StaleWrite("exists") if key in self.generations else None,
            lambda: self.generations.update({key: generation}),
        )
        return [write]

    def get(self, workspace_id: str, generation_id: str) -> Generation | None:
        return self.generations.get((workspace_id, generation_id))

    def claim(self, workspace_id: str, claim: IdempotencyClaim, generation_id: str, now: datetime) -> MemoryWrite:
        def refusal() -> EaselError | None:
            before = self.find(workspace_id, claim.key_hash, now)
            return KeyAlreadyClaimed(*before) if before else None

        key = (workspace_id, claim.key_hash)
        return MemoryWrite("claim key", refusal, lambda: self.claims.update({key: (claim, generation_id)}))

    def find(self, workspace_id: str, key_hash: str, now: datetime) -> tuple[str, str] | None:
        claim, generation_id = self.claims.get((workspace_id, key_hash), (None, ""))
        return (generation_id, claim.fingerprint) if claim and now < claim.expires_at else None

    def submit(self, generation: Generation) -> None:
        if self.queue_is_away:
            raise QueueUnavailable("away")
        self.queued.append(generation)

    # --- ports.money, ports.usage -------------------------------------------------------------------------------------

    def holding(self, hold: Hold) -> Sequence[MemoryWrite]:
        available = self.wallets.get(hold.workspace_id, PLENTY)
        budget = self.reserving(BudgetScope(hold.workspace_id), hold.amount, hold.created_at)

        def refusal() -> EaselError | None:
            if hold.workspace_id in self.unseen:
                return WalletMissing("no wallet")
            return InsufficientCredits(hold.amount, available) if available < hold.amount else budget.refusal()

        def apply() -> None:
            self.wallets[hold.workspace_id] = available - hold.amount
            self.holds.append(hold)
            budget.apply()

        return [MemoryWrite("hold credits", refusal, apply)]

    def reserving(self, scope: BudgetScope, amount: int, _now: datetime) -> MemoryWrite:
        limit = self.budgets.get(scope, PLENTY)
        return MemoryWrite(
            f"reserve {scope.kind} budget",
            lambda: BudgetExceeded(scope.kind, limit=limit, used=0, required=amount) if limit < amount else None,
            lambda: self.reserved.append((scope, amount)),
        )

    def starting(self, generation: Generation, rule: UsageRule) -> MemoryWrite:
        def refusal() -> EaselError | None:
            if len(self.generations) < self.max_generations:
                return None
            return LimitReached("enough", kind="active", limit=self.max_generations)

        return MemoryWrite(f"count for {generation.user_id}", refusal, lambda: self.rules.append(rule))

    def open_account(self, workspace_id: str, identities: tuple[str, ...]) -> None:
        self.unseen.discard(workspace_id)
        self.opened.append((workspace_id, identities))


def submit_generation_over(
    ports: Any,
    clock: Callable[[], datetime],
    *,
    catalogue: Catalogue | None = None,
    find_template: FindTemplate = built_in_alone,
    collaborators: Mapping[str, Any] | None = None,
) -> SubmitGeneration:
    """The use case that ships. `ports` is a `MemorySubmissions`; `collaborators` replace some of its ports."""
    parts: dict[str, Any] = {
        "appraise": Appraise(
            catalogue=catalogue or load_catalogue(),
            prices=load_price_book(),
            address_fault=find_fault(TRUSTED_ORIGINS),
            find_template=find_template,
        ),
        "references": resolve_references_over(
            ports, clock, uploads=ports.uploads, bot_workspace=lambda: ports.bot_workspace
        ),
        "quotes": quote_signer(clock),
        **dict.fromkeys(("generations", "claims", "usage", "ledger", "budgets", "queue"), ports),
        "open_account": ports.open_account,
        "unit_of_work": ports.unit_of_work,
        "clock": clock,
    }
    return SubmitGeneration(**cast(Any, parts | dict(collaborators or {})))


def quote_signer(clock: Callable[[], datetime]) -> QuoteSigner:
    """Signs and reads the quotes of one test run."""
    return QuoteSigner(lambda: [b"a signing key of this test run"], clock)

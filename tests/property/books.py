"""The books of some workspaces, kept twice: by the pure rules, and by the use cases over DynamoDB.

`PureBooks` is the model: wallets as `domain.credits` computes them. `RealBooks` runs submits, ends, grants and
expiries as they ship, over tables of their own, and can lose its process right before or right after any commit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.support.references import resolve_references_over
from tests.support.tables import create_core_table, create_ledger_table

from easel.domain.budgets import Budget, month_of, scopes_of
from easel.domain.catalogue import load_catalogue
from easel.domain.credits import (
    Entry,
    Grant,
    GrantKind,
    Hold,
    Wallet,
    with_expiry,
    with_grant,
    with_hold,
    with_post,
    with_withdrawal,
)
from easel.domain.events import generation_ended
from easel.domain.generation import Generation, Outcome
from easel.domain.image import Status
from easel.domain.pricing import PriceBook, PriceRule, PriceUnit
from easel.domain.request import Channel, ImageRequest
from easel.errors import BudgetExceeded, EaselError, InsufficientCredits
from easel.outbound.addresses import find_fault
from easel.repositories.accounts.api_keys import DynamoApiKeys
from easel.repositories.accounts.workspaces import DynamoWorkspaces
from easel.repositories.attribute_values import from_item
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.generations.idempotency import DynamoIdempotencyClaims
from easel.repositories.money.budgets import DynamoBudgets
from easel.repositories.money.ledger import DynamoLedger
from easel.repositories.money.ledger_items import entry_from, hold_from, wallet_from
from easel.repositories.money.usage import DynamoUsageCounters, DynamoUsageSummaries
from easel.services.accounts.open_account import OpenAccount, TrialOffer
from easel.services.accounts.principal import SIGNED_IN, Principal
from easel.services.accounts.standing import Standing
from easel.services.generations.close_generation import CloseGeneration
from easel.services.generations.submit_generation import SubmitGeneration
from easel.services.money.appraise import Appraise
from easel.services.money.expire_grants import ExpireGrants
from easel.services.money.grant_credits import GrantCredits, GrantRequest
from easel.services.money.quotes import QuoteSigner
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WORKSPACES = ("ws-a", "ws-b")
USER = "somebody"
FLAT, EACH = "nano-banana", "seedream-v4"
PRICES = PriceBook(
    "test",
    {
        ("standard", FLAT): PriceRule(PriceUnit.GENERATION, 1_000),
        ("standard", EACH): PriceRule(PriceUnit.IMAGE, 337),
    },
)
"""A price that ten images share unevenly, and one that is no round number."""


class ProcessLostError(BaseException):
    """The process is gone: no `except Exception` sees this."""


class LosingTransactions:
    """Commits, and loses the process where it was told to: `before` or `after` the next commit."""

    def __init__(self, client: DynamoDBClient) -> None:
        self._inner = DynamoTransactions(client, sleep=lambda _: None)
        self.lost: str | None = None

    def commit(self, *writes: Write) -> None:
        where, self.lost = self.lost, None
        if where == "before":
            raise ProcessLostError
        self._inner.commit(*writes)
        if where == "after":
            raise ProcessLostError


@dataclass
class Clock:
    """Time as the test turns it."""

    now: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Snapshot:
    """Everything that the ledger's table holds about one workspace."""

    wallet: Wallet
    entries: tuple[Entry, ...]
    other_sides: tuple[Entry, ...]
    holds: dict[str, Hold]
    resolutions: dict[str, tuple[str, int]]

    @property
    def open_holds(self) -> list[Hold]:
        return [hold for hold in self.holds.values() if hold.id not in self.resolutions]


@dataclass
class PureBooks:
    """The model."""

    wallets: dict[str, Wallet] = field(default_factory=lambda: {name: Wallet(name) for name in WORKSPACES})
    held: dict[str, tuple[int, str]] = field(default_factory=dict)
    """By generation: the amount, and the month whose budget it counts in."""
    limits: dict[str, int | None] = field(default_factory=lambda: dict.fromkeys(WORKSPACES))
    used: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By workspace and month."""

    def give(self, workspace: str, grant: Grant) -> None:
        wallet = self.wallets[workspace]
        self.wallets[workspace] = (
            with_grant(wallet, grant.opened) if grant.amount > 0 else with_withdrawal(wallet, grant)[0]
        )

    def hold(self, workspace: str, generation: str, amount: int, month: str) -> None:
        wallet, limit, used = with_hold(self.wallets[workspace], amount), self.limits[workspace], self.used
        if limit is not None and used[workspace, month] + amount > limit:
            raise BudgetExceeded("workspace", limit=limit, used=used[workspace, month], required=amount)
        self.wallets[workspace] = wallet
        self.held[generation] = amount, month
        used[workspace, month] += amount

    def resolve(self, workspace: str, generation: str, posted: int) -> None:
        amount, month = self.held.pop(generation)
        self.wallets[workspace] = with_post(self.wallets[workspace], amount, posted)
        self.used[workspace, month] -= amount - posted

    def expire(self, workspace: str, now: datetime) -> None:
        ended = [
            grant for grant in self.wallets[workspace].grants.values() if grant.expires_at and grant.expires_at < now
        ]
        for grant in sorted(ended, key=lambda grant: (grant.expires_at, grant.id)):
            self.wallets[workspace], _ = with_expiry(self.wallets[workspace], grant.id)


class _NoQueue:
    def submit(self, generation: Generation) -> None:
        """Nothing carries these generations on; the test ends them."""


class RealBooks:
    """The use cases over DynamoDB."""

    def __init__(self, client: DynamoDBClient, clock: Clock) -> None:
        self._client, self.clock = client, clock
        self.core, self.ledger_table = create_core_table(client), create_ledger_table(client)
        self.transactions = LosingTransactions(client)
        self.ledger = DynamoLedger(client, self.ledger_table)
        self.generations = DynamoGenerations(client, self.core)
        self.usage = DynamoUsageCounters(client, self.core)
        budgets, unit = DynamoBudgets(client, self.ledger_table), self.transactions
        self.budgets = budgets
        open_account = OpenAccount(
            ledger=self.ledger, unit_of_work=unit, trial=TrialOffer(0, timedelta(days=30)), clock=clock
        )
        for name in WORKSPACES:
            open_account(name, ())
        self._submit = SubmitGeneration(
            appraise=Appraise(catalogue=load_catalogue(), prices=PRICES, address_fault=find_fault(())),
            references=resolve_references_over(self.generations, clock),
            quotes=QuoteSigner(lambda: [b"key"], clock),
            generations=self.generations,
            claims=DynamoIdempotencyClaims(client, self.core),
            usage=self.usage,
            ledger=self.ledger,
            budgets=budgets,
            open_account=open_account,
            unit_of_work=unit,
            queue=_NoQueue(),
            clock=clock,
        )
        self._close = CloseGeneration(
            generations=self.generations,
            outbox=DynamoOutbox(client, self.core),
            ledger=self.ledger,
            budgets=budgets,
            usage=self.usage,
            summaries=DynamoUsageSummaries(client, self.core),
            unit_of_work=unit,
            describe_end=lambda generation: generation_ended(generation, lambda *_: "https://easel.example/i/x"),
            clock=clock,
        )
        standing = Standing(
            api_keys=DynamoApiKeys(client, self.core), workspaces=DynamoWorkspaces(client, self.core), clock=clock
        )
        self._give = GrantCredits(
            ledger=self.ledger,
            unit_of_work=unit,
            open_account=open_account,
            standing=standing,
            workspaces=DynamoWorkspaces(client, self.core),
            clock=clock,
        )
        self.expire = ExpireGrants(ledger=self.ledger, unit_of_work=unit, clock=clock)

    def give(self, workspace: str, grant: Grant) -> object:
        wanted = GrantRequest(
            grant.id, grant.kind, grant.amount, grant.priority, grant.expires_at, taken_from=grant.taken_from
        )
        operator = replace(caller(workspace), key_id=SIGNED_IN)
        return self._give(operator, workspace, wanted).grant

    def hold(self, workspace: str, key: str, model: str, images: int) -> Generation:
        request = ImageRequest(prompt="p", model=model, n=images, input_params={"key": key})
        return self._submit(caller(workspace), request, request_id="r", idempotency_key=key).generation

    def resolve(self, workspace: str, generation_id: str, delivered: int, status: Status) -> Generation:
        def decide(found: Generation) -> Outcome:
            images = [
                replace(image, status=Status.COMPLETED if image.index < delivered else status, stage=None)
                for image in found.images
            ]
            return Outcome(Status.COMPLETED if delivered else status, tuple(images))

        return self._close(workspace, generation_id, decide)[0]

    def limit(self, workspace: str, limit: int | None) -> None:
        (before, _) = self.budgets_of(workspace)
        self.transactions.commit(self.budgets.setting(before, limit))

    def budgets_of(self, workspace: str) -> Sequence[Budget]:
        """Those of the workspace and of its only key, this month."""
        return self.budgets.get(scopes_of(workspace, caller(workspace).budget_keys), month_of(self.clock()))

    def snapshots(self) -> dict[str, Snapshot]:
        """All of the ledger in one consistent look."""
        items = self._all_items()
        return {name: _snapshot(name, items) for name in WORKSPACES}

    def raw(self) -> list[dict[str, Any]]:
        """Every item of the ledger as it is, to see whether anything changed."""
        return sorted(self._all_items(), key=lambda item: (item["pk"], item["sk"]))

    def _all_items(self) -> list[dict[str, Any]]:
        pages = self._client.get_paginator("scan").paginate(TableName=self.ledger_table, ConsistentRead=True)
        return [from_item(item) for page in pages for item in page["Items"]]

    def drop(self) -> None:
        for table in (self.core, self.ledger_table):
            self._client.delete_table(TableName=table)


def _snapshot(workspace: str, items: Sequence[dict[str, Any]]) -> Snapshot:
    own = [item for item in items if item["pk"] == f"WS#{workspace}"]
    by_entity: dict[str, list[dict[str, Any]]] = {}
    for item in own:
        by_entity.setdefault(item.get("entity", ""), []).append(item)
    (wallet,) = by_entity["WALLET"]
    others = [item for item in items if item["pk"].startswith("ACCOUNT#") and item["workspaceId"] == workspace]
    return Snapshot(
        wallet=wallet_from(wallet),
        entries=tuple(entry_from(item) for item in by_entity.get("ENTRY", ())),
        other_sides=tuple(entry_from(item) for item in others),
        holds={item["id"]: hold_from(workspace, item) for item in by_entity.get("HOLD", ())},
        resolutions={
            item["id"]: (item["resolution"], item["posted"])
            for item in by_entity.get("HOLD", ())
            if "resolution" in item
        },
    )


def caller(workspace: str) -> Principal:
    scopes = frozenset({"generations:write", "wallet:grant"})
    return Principal(
        workspace, USER, frozenset({"owner"}), scopes, Channel.API, "key-1", "standard", budget_keys=("key-1",)
    )


__all__ = [
    "EACH",
    "FLAT",
    "WORKSPACES",
    "Clock",
    "EaselError",
    "GrantKind",
    "InsufficientCredits",
    "ProcessLostError",
    "PureBooks",
    "RealBooks",
]

"""Wallets, statements and grants as the canonical door shows them.

Amounts are whole milli-credits; `credits` beside them is the same number for people, with at most three decimals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.clock import to_iso
from easel.domain.credits import MILLI, Entry, GrantKind, Wallet
from easel.doors.canonical.money.requests import StatementRequest
from easel.http import answers
from easel.http.models import AnswerModel, Moment, moment
from easel.http.pagination import Pages
from easel.http.reports import csv_text
from easel.services.money.grant_credits import Given
from easel.services.ports.pages import Page

ENTRIES_PATH: Final = "/api/v1/wallet/entries"
_COLUMNS: Final = ("createdAt", "id", "type", "milliCredits", "credits", "generationId", "grantId")


class Amount(AnswerModel):
    """An amount of credits."""

    milli_credits: int
    credits: float

    @classmethod
    def of(cls, milli_credits: int) -> Amount:
        """This many milli-credits."""
        return cls(milli_credits=milli_credits, credits=milli_credits / MILLI)


class OpenGrantBody(AnswerModel):
    """What is left of a grant. Charges use the lowest `priority` first, then what expires first."""

    id: str
    kind: GrantKind
    remaining: Amount
    priority: int
    expires_at: Moment | None


class WalletBody(AnswerModel):
    """A balance. `available` + `held` is what the grants have left; with `spent` and `expired` it is `granted`."""

    workspace_id: str
    available: Amount
    held: Amount = Field(description="Set aside for what is running; what is not charged comes back.")
    spent: Amount
    expired: Amount
    granted: Amount
    grants: list[OpenGrantBody]


class EntryBody(AnswerModel):
    """One line of a statement. Lines are only ever added."""

    id: str
    type: str = Field(description="`spend`, `expiry`, or the kind of the grant.")
    milli_credits: int = Field(description="Positive when credits came in, negative when they went out.")
    credits: float
    created_at: Moment
    generation_id: str | None
    grant_id: str | None
    from_grants: dict[str, int] = Field(description="Which grants gave how many milli-credits.")


class EntryPageBody(AnswerModel):
    """The newest lines of a statement first."""

    entries: list[EntryBody]
    limit: int
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


class GrantBody(AnswerModel):
    """Credits that were granted, or taken back."""

    id: str
    workspace_id: str
    kind: GrantKind
    milli_credits: int
    credits: float
    priority: int
    expires_at: Moment | None
    note: str | None
    taken_from: str | None


def wallet_body(wallet: Wallet) -> WalletBody:
    """A balance with its open grants, in the order in which they pay."""
    grants = sorted(wallet.grants.values(), key=lambda grant: (grant.priority, grant.expires_at is None, grant.id))
    return WalletBody(
        workspace_id=wallet.workspace_id,
        available=Amount.of(wallet.available),
        held=Amount.of(wallet.held),
        spent=Amount.of(wallet.spent),
        expired=Amount.of(wallet.expired),
        granted=Amount.of(wallet.granted),
        grants=[
            OpenGrantBody(
                id=grant.id,
                kind=grant.kind,
                remaining=Amount.of(grant.remaining),
                priority=grant.priority,
                expires_at=moment(grant.expires_at),
            )
            for grant in grants
        ],
    )


def statement_answer(
    page: Page[Entry], asked: StatementRequest, pages: Pages, base_url: str
) -> Response[EntryPageBody | str]:
    """One page of a statement: as JSON, or as a table whose `Link` leads to what follows."""
    entries, cursor = pages.fit(page, _entry)
    if asked.as_csv:
        return _table(entries, f"{base_url.rstrip('/')}{ENTRIES_PATH}?{asked.query(cursor)}" if cursor else None)
    return answers.as_json(EntryPageBody(entries=entries, limit=asked.limit, next_cursor=cursor))


def _table(entries: Sequence[EntryBody], further: str | None) -> Response[EntryPageBody | str]:
    rows = [[getattr(entry, _snake(name)) for name in _COLUMNS] for entry in entries]
    headers = {"Content-Disposition": 'attachment; filename="statement.csv"', "Cache-Control": answers.PRIVATE}
    linked = {"Link": f'<{further}>; rel="next"'} if further else {}
    return Response(
        HTTPStatus.OK.value,
        content_type="text/csv; charset=utf-8",
        body=csv_text(_COLUMNS, rows),
        headers={**headers, **linked},
    )


def given_answer(given: Given) -> Response[GrantBody]:
    """201 for a new grant; 200 for one that had been made before."""
    grant = given.grant
    body = GrantBody(
        id=grant.id,
        workspace_id=given.workspace_id,
        kind=grant.kind,
        milli_credits=grant.amount,
        credits=grant.amount / MILLI,
        priority=grant.priority,
        expires_at=moment(grant.expires_at),
        note=grant.note,
        taken_from=grant.taken_from,
    )
    if given.replayed:
        return answers.as_json(body, headers={"Idempotent-Replayed": "true"})
    return answers.as_json(body, status=HTTPStatus.CREATED)


def _entry(entry: Entry) -> EntryBody:
    return EntryBody(
        id=entry.transfer_id,
        type=entry.reason,
        milli_credits=entry.amount,
        credits=entry.amount / MILLI,
        created_at=to_iso(entry.created_at),
        generation_id=entry.generation_id,
        grant_id=entry.grant_id,
        from_grants=dict(entry.from_grants),
    )


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()

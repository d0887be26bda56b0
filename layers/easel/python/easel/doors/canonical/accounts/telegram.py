"""Telegram users: what a bot asks about the people it brings, and how a Mini App's user signs in.

The routes that bots call answer in snake_case, as seed 001 has it.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import BaseModel, ConfigDict, Field

from easel.clock import to_iso
from easel.domain.credits import MILLI, Wallet
from easel.domain.identities import (
    TELEGRAM_ID_LIMIT,
    TelegramProfile,
    is_telegram_id,
    personal_workspace,
    read_telegram_id,
)
from easel.errors import InvalidRequest
from easel.http.models import AnswerModel, Moment, RequestModel, WholeNumber, moment
from easel.services.accounts.exchange_telegram import SignedIn
from easel.services.accounts.impersonation import no_telegram_user
from easel.services.accounts.read_users import Trial, TrialStatus
from easel.services.accounts.sync_users import SyncedUser

TelegramId = Annotated[
    str, Path(description="A Telegram user's id.", json_schema_extra={"pattern": "^[1-9][0-9]{0,15}$"})
]


class SnakeModel(BaseModel):
    """A part of an answer to a bot."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class SyncUserRequest(RequestModel):
    """A person as Telegram describes them (Bot API, `User`). What is left out stays as it is; null clears it.

    Telegram adds fields to its objects whenever it likes, so those that we do not know are ignored here.
    """

    model_config = ConfigDict(extra="ignore")

    telegram_id: WholeNumber = Field(json_schema_extra={"minimum": 1, "maximum": 2**52 - 1}, examples=[279058397])
    username: str | None = Field(default=None, max_length=256)
    first_name: str | None = Field(default=None, max_length=256)
    last_name: str | None = Field(default=None, max_length=256)
    language_code: str | None = Field(default=None, max_length=35)
    is_bot: bool | None = Field(default=None, description="Accepted, not stored.")
    is_premium: bool | None = Field(default=None, description="Accepted, not stored.")
    photo_url: str | None = Field(default=None, max_length=2048, description="Accepted, not stored.")


class TelegramSignInRequest(RequestModel):
    """The `initData` of a Mini App."""

    init_data: str = Field(description="`Telegram.WebApp.initData`, as it is.")


class TelegramUserBody(SnakeModel):
    """A Telegram user that the bot synced."""

    id: str
    telegram_id: int
    username: str | None
    first_name: str | None
    last_name: str | None
    language_code: str | None
    created_at: Moment
    updated_at: Moment | None


class TelegramBalanceBody(SnakeModel):
    """A balance, in credits and in thousandths of credits."""

    telegram_id: int
    balance: float = Field(description="Credits that can be spent.")
    balance_milli_credits: int
    held: float = Field(description="Credits set aside for generations that are running.")
    held_milli_credits: int


class TelegramTrialBody(SnakeModel):
    """State of a person's trial."""

    telegram_id: int
    status: str = Field(
        description="`none`: there is none.", json_schema_extra={"enum": ["available", "used", "expired", "none"]}
    )
    available: bool
    used: bool
    amount: float | None = Field(description="Credits that it was worth.")
    remaining: float = Field(description="Credits that are left of it.")
    granted_at: Moment | None
    expires_at: Moment | None


class SyncedUserBody(SnakeModel):
    """The person as we know them now."""

    user: TelegramUserBody
    created: bool = Field(description="Whether the user was created by this request.")
    balance: TelegramBalanceBody
    trial: TelegramTrialBody


class MiniAppUserBody(AnswerModel):
    """The user that the token is for."""

    id: str
    workspace_id: str
    telegram_id: int
    username: str | None
    first_name: str | None
    last_name: str | None
    language_code: str | None


class TelegramSessionBody(AnswerModel):
    """A token to send as `Authorization: Bearer <token>`."""

    access_token: str
    token_type: str
    expires_in: int = Field(description="Seconds.")
    expires_at: Moment
    user: MiniAppUserBody
    created: bool = Field(description="Whether the user was created by this request.")


def telegram_profile(request: SyncUserRequest) -> TelegramProfile:
    """The person. Raises InvalidRequest for an id that Telegram cannot have given."""
    if not is_telegram_id(request.telegram_id):
        limit = {"minimum": 1, "maximum": TELEGRAM_ID_LIMIT - 1}
        raise InvalidRequest.of("telegramId", "telegramId must be a positive number below 2^52.", limit)
    return TelegramProfile(
        telegram_id=request.telegram_id,
        username=request.username,
        first_name=request.first_name,
        last_name=request.last_name,
        language_code=request.language_code,
    )


def not_said(request: SyncUserRequest) -> frozenset[str]:
    """The fields of the profile that the request leaves out."""
    return frozenset(field.name for field in fields(TelegramProfile)) - request.model_fields_set


def telegram_id(text: str) -> int:
    """The id in an address. Raises NotFound for one that Telegram cannot have given."""
    number = read_telegram_id(text)
    if number is None:
        raise no_telegram_user(text)
    return number


def synced_user_body(synced: SyncedUser, number: int) -> SyncedUserBody:
    """The result of a sync."""
    profile = synced.user.profile or TelegramProfile(number)
    return SyncedUserBody(
        user=TelegramUserBody(
            id=synced.user.user_id,
            telegram_id=number,
            username=profile.username,
            first_name=profile.first_name,
            last_name=profile.last_name,
            language_code=profile.language_code,
            created_at=to_iso(synced.user.created_at),
            updated_at=moment(synced.user.updated_at),
        ),
        created=synced.created,
        balance=balance_body(number, synced.wallet),
        trial=trial_body(number, synced.trial),
    )


def balance_body(number: int, wallet: Wallet) -> TelegramBalanceBody:
    """What a person has."""
    return TelegramBalanceBody(
        telegram_id=number,
        balance=wallet.available / MILLI,
        balance_milli_credits=wallet.available,
        held=wallet.held / MILLI,
        held_milli_credits=wallet.held,
    )


def trial_body(number: int, trial: Trial) -> TelegramTrialBody:
    """State of a person's trial."""
    return TelegramTrialBody(
        telegram_id=number,
        status=trial.status.value,
        available=trial.status is TrialStatus.AVAILABLE,
        used=trial.status is TrialStatus.USED,
        amount=None if trial.amount is None else trial.amount / MILLI,
        remaining=trial.remaining / MILLI,
        granted_at=moment(trial.granted_at),
        expires_at=moment(trial.expires_at),
    )


def session_body(signed_in: SignedIn, now: datetime) -> TelegramSessionBody:
    """The token."""
    user = signed_in.person.user
    profile = user.profile or TelegramProfile(0)
    return TelegramSessionBody(
        access_token=signed_in.token.token,
        token_type="Bearer",  # noqa: S106 - the name of a scheme
        expires_in=int((signed_in.token.expires_at - now).total_seconds()),
        expires_at=to_iso(signed_in.token.expires_at),
        user=MiniAppUserBody(
            id=user.user_id,
            workspace_id=personal_workspace(user.user_id),
            telegram_id=profile.telegram_id,
            username=profile.username,
            first_name=profile.first_name,
            last_name=profile.last_name,
            language_code=profile.language_code,
        ),
        created=signed_in.person.created,
    )

"""For whom a request is made: `telegram_id` in path, query or body, and the header that is sent with it."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from pydantic import Field

from easel.domain.identities import TELEGRAM_ID_LIMIT, is_telegram_id, read_telegram_id
from easel.errors import Forbidden, InvalidRequest
from easel.http.models import WholeNumber
from easel.services.accounts.impersonation import no_telegram_user

_PATTERN: Final = {"pattern": "^[1-9][0-9]{0,15}$"}
_RANGE: Final = {"minimum": 1, "maximum": TELEGRAM_ID_LIMIT - 1}

TelegramId = Annotated[
    str, Path(alias="telegram_id", description="A Telegram user's id.", json_schema_extra={**_PATTERN})
]
TelegramIdInQuery = Annotated[
    str | None,
    Query(alias="telegram_id", description="The Telegram user whom this is about.", json_schema_extra={**_PATTERN}),
]
TelegramIdInBody = Annotated[WholeNumber, Field(json_schema_extra={**_RANGE}, examples=[279058397])]
TelegramUser = Annotated[
    str | None,
    Header(
        alias="X-Telegram-User-Id",
        description="The Telegram user for whom the bot sends the request. A `telegram_id` in the request has to be "
        "the same; it is 403 otherwise. Empty is the same as left out.",
        json_schema_extra={"pattern": "^([1-9][0-9]{0,15})?$"},
    ),
]


def id_in_path(text: str, header: str | None) -> int:
    """A Telegram id in an address.

    Raises:
        NotFound: Telegram cannot have given it.
        Forbidden: the header names another user.
    """
    number = read_telegram_id(text)
    if number is None:
        raise no_telegram_user(text)
    return _same(number, header)


def id_in_query(text: str | None, header: str | None) -> int:
    """A Telegram id in the query; that of the header where it is left out.

    Raises:
        InvalidRequest: none at all, or one that Telegram cannot have given.
        Forbidden: the header names another user.
    """
    number = read_telegram_id(header or "") if text is None else read_telegram_id(text)
    if number is None:
        raise _invalid()
    return _same(number, header)


def id_in_body(number: int, header: str | None) -> int:
    """A Telegram id in a body. Raises as `id_in_query`."""
    if not is_telegram_id(number):
        raise _invalid()
    return _same(number, header)


def id_if_any(number: int | None, header: str | None) -> int | None:
    """A Telegram id that need not be there. Raises as `id_in_query` where there is one."""
    if number is not None:
        return id_in_body(number, header)
    return id_in_query(header, header) if header else None


def _same(number: int, header: str | None) -> int:
    named = (header or "").strip()
    if named and named != str(number):
        raise Forbidden("telegram_id and the header X-Telegram-User-Id name different users.")
    return number


def _invalid() -> InvalidRequest:
    return InvalidRequest.of("telegram_id", "telegram_id must be a positive number below 2^52.", _RANGE)

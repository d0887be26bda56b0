"""Which door a request came to, where several doors claim one address.

An address has one integration in the gateway, so the function behind it has to tell the doors apart. `door_of` decides
by facts that only that door's clients send; without any, the address's home door answers. Doors that a deployment keeps
closed take no part. README.md has the table in words, with the reasons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from easel.domain.request import Channel
from easel.errors import FieldError, InvalidRequest
from easel.http.door import ALL_DOORS, DoorName


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What `door_of` looks at. Header names are in lower case; `fields` are the names in the JSON body.

    `channel` is that of the authenticated caller, None where there is none.
    """

    method: str
    path: str
    query: frozenset[str] = frozenset()
    headers: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    channel: Channel | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The door, and what it has to refuse the request for where the facts of two doors contradict each other."""

    door: DoorName
    refusal: InvalidRequest | None = None


Fact = Callable[[RequestFacts], bool]


@dataclass(frozen=True, slots=True)
class Address:
    """One address. Its `home` door answers unless a fact speaks for one of `others`.

    `exclusive` are body fields of different doors: a request with all of them is refused.
    """

    method: str
    path: str
    home: DoorName
    others: Mapping[DoorName, Fact] = field(default_factory=dict)
    exclusive: tuple[str, ...] = ()

    @property
    def doors(self) -> tuple[DoorName, ...]:
        """Every door that claims it, the home door first."""
        return (self.home, *self.others)


_FILE_OF_ITEM: Final = re.compile(r"[^/]+(?:/|%2f)[^/]+\.\w+", re.IGNORECASE)
DOOR_HEADERS: Final = ("X-Internal-Api-Key", "X-Telegram-User-Id", "X-Telegram-Init-Data")
"""Headers by which a door is told from another: caches have to know them."""
_TELEGRAM_HEADERS: Final = frozenset(name.lower() for name in DOOR_HEADERS)


def _telegram_header(facts: RequestFacts) -> bool:
    """The headers of seed 001's clients; canonical bots send `Authorization` and `X-Act-As`."""
    return bool(facts.headers & _TELEGRAM_HEADERS)


def _telegram_user(facts: RequestFacts) -> bool:
    return _telegram_header(facts) or "telegram_id" in facts.query


def _content_item(facts: RequestFacts) -> bool:
    return "contentItemId" in facts.fields


def _prompt(facts: RequestFacts) -> bool:
    return "prompt" in facts.fields


def _cursor(facts: RequestFacts) -> bool:
    """The studio's lists know `limit` and `offset` only, and its pages are the web channel."""
    return "cursor" in facts.query and facts.channel is not Channel.WEB


def _file_name(facts: RequestFacts) -> bool:
    """Ids of the content door are `contentItemId/name.ext`, the slash plain or escaped; all others are UUIDs."""
    _, _, image_id = facts.path.partition("/images/")
    return bool(_FILE_OF_ITEM.fullmatch(image_id))


_CANONICAL, _BOT, _STUDIO, _CONTENT = DoorName.CANONICAL, DoorName.BOT, DoorName.STUDIO, DoorName.CONTENT
_CONTENT_OR_PROMPT: Final = ("contentItemId", "prompt")

ADDRESSES: Final = (
    Address("GET", "/api/v1/models", _CANONICAL, {_BOT: _telegram_header}),
    Address("GET", "/api/v1/sizes", _CANONICAL, {_BOT: _telegram_header}),
    Address("GET", "/api/v1/health", _CANONICAL, {_BOT: _telegram_header}),
    Address("POST", "/api/v1/users/sync", _CANONICAL, {_BOT: _telegram_header}),
    Address("GET", "/api/v1/users/{telegram_id}/balance", _CANONICAL, {_BOT: _telegram_header}),
    Address("GET", "/api/v1/users/{telegram_id}/trial", _CANONICAL, {_BOT: _telegram_header}),
    Address("GET", "/api/v1/generations", _CANONICAL, {_BOT: _telegram_user}),
    Address("GET", "/api/v1/generations/{generationId}", _CANONICAL, {_BOT: _telegram_user}),
    Address("GET", "/api/v1/images", _STUDIO, {_CANONICAL: _cursor}),
    Address("GET", "/api/v1/images/{imageId}", _CANONICAL, {_CONTENT: _file_name}),
    Address("POST", "/api/v1/images/generate", _STUDIO, {_CONTENT: _content_item}, _CONTENT_OR_PROMPT),
    Address("POST", "/api/images/generate", _CONTENT, {_STUDIO: _prompt}, _CONTENT_OR_PROMPT),
    # One door each, but not the door that the prefix stands for.
    Address("POST", "/api/v1/images", _CONTENT),
    Address("DELETE", "/api/v1/images/{imageId}", _CANONICAL, {_CONTENT: _file_name}),
    Address("POST", "/api/images", _CONTENT),
    Address("DELETE", "/api/images", _CONTENT),
    Address("DELETE", "/api/images/{imageId}", _CONTENT),
)
"""Every address that two doors claim, and those whose door depends on the method."""

_PREFIXES: Final = (
    ("/api/v1/generations/submit", _BOT),
    ("/api/v1/generations/active", _BOT),
    ("/api/v1/generations/price", _BOT),
    ("/api/v1/generations/{id}/refresh", _BOT),
    ("/api/v1/generations/{id}/results", _BOT),
    ("/api/v1/generations/{id}/download", DoorName.SHOP),
    ("/api/v1/media", _BOT),
    ("/api/v1/users/{telegram_id}/ban-status", _BOT),
    ("/api/v1/payments/stars", _BOT),
    ("/api/v1/referrals", _BOT),
    ("/api/v1/tools", _BOT),
    ("/api/v1/upload", DoorName.SHOP),
    ("/api/v1/content-items", _CONTENT),
    ("/api/v1/prompts", _STUDIO),
    ("/api/v1/data", _STUDIO),
    ("/api/v1", _CANONICAL),
    ("/api/ai", DoorName.WORKSPACE),
    ("/api/auth/session", DoorName.WORKSPACE),
    ("/api/presets", DoorName.WORKSPACE),
    ("/api", DoorName.SHOP),
    ("/generate", _CONTENT),
    ("/internal/api", _CONTENT),
    ("/media/draft-images", _CONTENT),
    ("/v1", DoorName.OPENAI),
)
"""Whose clients are meant at all other addresses; the first one that fits counts. What fits none is canonical."""


def door_of(facts: RequestFacts, opened: Collection[DoorName] = ALL_DOORS) -> Choice:
    """The door that answers this request, of those that are open.

    The canonical door stands in where none of the doors that claim the address is open.
    """
    address = next((known for known in ADDRESSES if _fits(known, facts)), None)
    if address is None:
        owner = next((door for prefix, door in _PREFIXES if _prefix(prefix).match(facts.path)), _CANONICAL)
        return Choice(owner if owner in opened else _CANONICAL)
    candidates = [door for door in address.doors if door in opened]
    if len(candidates) > 1 and address.exclusive and facts.fields.issuperset(address.exclusive):
        return Choice(address.home, _contradiction(address.exclusive))
    meant = (door for door in candidates if door is not address.home and address.others[door](facts))
    return Choice(next(meant, candidates[0] if candidates else _CANONICAL))


def doors_named(names: Iterable[str]) -> frozenset[DoorName]:
    """The doors that a deployment's setting names.

    Raises:
        ValueError: a name that no door has.
    """
    return frozenset(DoorName(name) for name in names)


def _fits(address: Address, facts: RequestFacts) -> bool:
    return facts.method == address.method and bool(_pattern(address.path).fullmatch(facts.path))


@cache
def _pattern(path: str) -> re.Pattern[str]:
    # An image id of the content door has a slash in it.
    return re.compile(_template(path, ".+" if "{imageId}" in path else "[^/]+"))


@cache
def _prefix(path: str) -> re.Pattern[str]:
    return re.compile(_template(path, "[^/]+") + r"(?:/|$)")


def _template(path: str, placeholder: str) -> str:
    return placeholder.join(re.escape(part) for part in re.split(r"\{\w+\}", path))


def _contradiction(fields: tuple[str, ...]) -> InvalidRequest:
    message = f"Give either {' or '.join(fields)}, not both."
    return InvalidRequest(message, [FieldError(name, message, list(fields)) for name in fields])

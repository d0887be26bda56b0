"""A door as the machinery sees it: how it writes failures, and which headers it puts on every answer.

The doors are in `easel/doors`, one package each. Each has one `Door`, and its functions pass it to `gateway.resolver`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from easel.errors import EaselError, FieldError
from easel.http import rates
from easel.http.problems import Kind, details_of, may_succeed_later, retry_after

if TYPE_CHECKING:
    from pydantic import BaseModel


class DoorName(StrEnum):
    """The front doors. A deployment's setting names those that are open."""

    CANONICAL = "canonical"
    SHOP = "shop"
    BOT = "bot"
    WORKSPACE = "workspace"
    STUDIO = "studio"
    CONTENT = "content"
    OPENAI = "openai"


ALL_DOORS: Final = frozenset(DoorName)


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that failed, as its door has to write it down.

    `headers` are the request's, by lower-case names; `fields` is its JSON body, `query` are its query parameters;
    both are empty where there are none.
    """

    error: EaselError
    kind: Kind
    method: str
    path: str
    request_id: str
    at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def details(self) -> Sequence[FieldError]:
        """The fields at fault, or the numbers behind a refusal."""
        return details_of(self.error)

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later."""
        return may_succeed_later(self.error, self.kind)

    @property
    def retry_after(self) -> int | None:
        """In how many seconds to retry; None where a retry cannot help."""
        return retry_after(self.error, self.kind)


@dataclass(frozen=True, slots=True)
class WrittenFailure:
    """A failure as a door shows it: JSON, with the table's status unless the door has one of its own."""

    body: Any
    media_type: str = "application/json"
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Served:
    """An answer that is about to leave."""

    event: Mapping[str, Any]
    status: int
    at: datetime
    milliseconds: int


def rate_headers(served: Served) -> Mapping[str, str]:
    """The headers about request rates, for doors that have no family of their own."""
    return rates.headers(served.event, served.at)


@dataclass(frozen=True, slots=True)
class Door:
    """One front door. `failure_model` and `failure_media_type` describe its failures in the OpenAPI document.

    So do `further_codes`: for a code, those that the door gives to errors of the same class in special cases.
    `field_names` are its names of fields that our rules call otherwise, by the names that they have there.
    """

    name: DoorName
    write_failure: Callable[[Failure], WrittenFailure]
    failure_model: type[BaseModel]
    failure_media_type: str = "application/json"
    further_codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    headers: Callable[[Served], Mapping[str, str]] = rate_headers
    field_names: Mapping[str, str] = field(default_factory=dict, hash=False)

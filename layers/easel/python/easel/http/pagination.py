"""Pages of lists, by the policy of the door: by signed cursor, or by number or offset as far as that stays cheap."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel

from easel.errors import InvalidRequest
from easel.http.cursors import CursorSigner
from easel.services.ports.pages import Page

ANSWER_BYTES: Final = 4_000_000
"""What the items of a page may take of an answer. Lambda takes 6 MB, headers and all."""
_Item = TypeVar("_Item")
_Body = TypeVar("_Body", bound=BaseModel)

Way = Literal["cursor", "page", "offset"]
"""How a list may be walked."""

REACH: Final = 1_000
"""The last item that a page number or an offset reaches: every item before it is read again."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: after a sort key, by number or by offset; the first one when all three are None."""

    limit: int
    page: int | None = None
    after: str | None = None
    offset: int | None = None

    @property
    def skip(self) -> int:
        """How many items come before the page, counted from the beginning or from `after`."""
        return (self.page - 1) * self.limit if self.page else self.offset or 0


@dataclass(frozen=True, slots=True)
class Listing:
    """How one list of one door is paged: the usual and the largest page, and the ways to ask for one.

    Its `..._parameter` methods describe the query parameters, for the annotated types in the signatures of routes.
    """

    default: int = 10
    maximum: int = 100
    takes: frozenset[Way] = frozenset({"cursor"})
    reach: int = REACH

    def of(self, signer: CursorSigner, owner: str, query: str) -> Pages:
        """The pages of one owner's list; `query` tells the lists of an owner apart."""
        return Pages(self, signer, owner, query)

    def limit_parameter(self) -> Any:
        """`limit`."""
        return Query(
            description=f"Items per page; {self.default} when left out. A page of large items may have fewer.",
            json_schema_extra={"minimum": 1, "maximum": self.maximum},
        )

    def page_parameter(self) -> Any:
        """`page`."""
        return Query(
            description=f"From 1, while page * limit <= {self.reach}.{self._alone}", json_schema_extra={"minimum": 1}
        )

    def offset_parameter(self) -> Any:
        """`offset`."""
        return Query(
            description=f"Items to skip, while offset + limit <= {self.reach}.{self._alone}",
            json_schema_extra={"minimum": 0},
        )

    @property
    def _alone(self) -> str:
        return " Not with `cursor`." if "cursor" in self.takes else ""


def cursor_parameter() -> Any:
    """`cursor`."""
    return Query(alias="cursor", description="`nextCursor` of the page before.")


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one list of one owner, and the cursors from one to the next."""

    listing: Listing
    signer: CursorSigner
    owner: str
    query: str

    def request(
        self,
        *,
        limit: int | None = None,
        page: int | None = None,
        offset: int | None = None,
        cursor: str | None = None,
    ) -> PageRequest:
        """Which page the caller asks for.

        Raises:
            InvalidRequest: out of range, two ways at once, or a way that this list does not take.
            InvalidCursor: a cursor that we did not issue for this list.
        """
        size = limit_of(self.listing, limit)
        given: dict[Way, Any] = {"cursor": cursor, "page": page, "offset": offset}
        ways = [way for way, value in given.items() if value is not None]
        for way in ways:
            if way not in self.listing.takes:
                raise InvalidRequest.of(way, f"This list does not take {way}.", sorted(self.listing.takes))
        if len(ways) > 1:
            raise InvalidRequest.of(ways[1], f"Give either {ways[0]} or {ways[1]}, not both.")
        if cursor is not None:
            return PageRequest(size, after=self.signer.read(cursor, owner=self.owner, query=self.query))
        if offset is not None:
            return PageRequest(size, offset=self._within("offset", offset, 0, self.listing.reach - size, size))
        if "page" in self.listing.takes or page is not None:
            return PageRequest(
                size, page=self._within("page", 1 if page is None else page, 1, self.listing.reach // size, size)
            )
        return PageRequest(size)

    def fit(self, page: Page[_Item], show: Callable[[_Item], _Body]) -> tuple[list[_Body], str | None]:
        """The items of a page as bodies, as far as they fit into one answer, and the cursor to what follows."""
        bodies = fitting(page.items, show)
        return bodies, self.next_cursor(page.first(len(bodies)).next_after)

    def next_cursor(self, after: str | None) -> str | None:
        """The cursor to the next page; None when there is none."""
        return self.signer.sign(after, owner=self.owner, query=self.query) if after else None

    def _within(self, name: Way, value: int, lowest: int, highest: int, size: int) -> int:
        if not lowest <= value <= highest:
            further = "; use cursor to go further" if "cursor" in self.listing.takes else ""
            message = f"{name} must be from {lowest} to {highest} with limit {size}{further}."
            raise InvalidRequest.of(name, message, {"minimum": lowest, "maximum": highest})
        return value


def fitting(items: Iterable[_Item], show: Callable[[_Item], _Body]) -> list[_Body]:
    """Items as bodies, as far as they fit into one answer; at least the first."""
    bodies: list[_Body] = []
    room = ANSWER_BYTES
    for item in items:
        body = show(item)
        room -= _bytes_in_answer(body)
        if bodies and room < 0:
            break
        bodies.append(body)
    return bodies


def _bytes_in_answer(body: BaseModel) -> int:
    """What a body adds to a function's answer: JSON within JSON, so quotes and backslashes are written twice."""
    text = body.model_dump_json(by_alias=True, ensure_ascii=True)
    return len(text) + text.count('"') + text.count("\\")


def limit_of(listing: Listing, limit: int | None) -> int:
    """The size of a page. Raises InvalidRequest: out of range."""
    size = listing.default if limit is None else limit
    if not 1 <= size <= listing.maximum:
        message = f"limit must be from 1 to {listing.maximum}."
        raise InvalidRequest.of("limit", message, {"minimum": 1, "maximum": listing.maximum})
    return size

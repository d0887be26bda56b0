"""Pages of lists, as repositories return them and doors cut them to what fits into an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

_Item = TypeVar("_Item")
_Other = TypeVar("_Other")


@dataclass(frozen=True, slots=True)
class Page(Generic[_Item]):
    """Some items of a list. `positions` has the sort key of each item: the list continues after it.

    `next_after` is the position to continue after, None at the end of the list. A page may be shorter than it was asked
    for, even empty, and not be the last one.
    """

    items: tuple[_Item, ...]
    positions: tuple[str, ...]
    next_after: str | None

    @classmethod
    def of(cls, items: Sequence[_Item], position: Callable[[_Item], str], *, more: bool) -> Page[_Item]:
        """A page whose items say where they are."""
        positions = tuple(map(position, items))
        return cls(tuple(items), positions, positions[-1] if more else None)

    def map(self, make: Callable[[_Item], _Other]) -> Page[_Other]:
        """The same page of other items."""
        return Page(tuple(map(make, self.items)), self.positions, self.next_after)

    def first(self, count: int) -> Page[_Item]:
        """The page up to so many items (at least one)."""
        if count >= len(self.items):
            return self
        cut = self.positions[:count]
        return replace(self, items=self.items[:count], positions=cut, next_after=cut[-1])

    def find(self, look_up: Callable[[_Item], _Other | None]) -> Page[_Other]:
        """The same page of what is found for its items; what is gone meanwhile is left out."""
        looked_up = zip(map(look_up, self.items), self.positions, strict=True)
        found = [(item, position) for item, position in looked_up if item is not None]
        return Page(tuple(item for item, _ in found), tuple(position for _, position in found), self.next_after)

"""A page of generations, and how many there are in all."""

from __future__ import annotations

from dataclasses import dataclass

from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.services.accounts.principal import Principal
from easel.services.ports.generations import GenerationReader
from easel.services.ports.pages import Page
from easel.services.ports.usage import GenerationCounts


@dataclass(frozen=True, slots=True)
class GenerationList:
    """One page of generations, and how many of this status the workspace has."""

    page: Page[Generation]
    total: int


class ListWithTotal:
    """Lists with totals. They are counters, so what a list costs does not depend on how many generations there are."""

    def __init__(self, *, generations: GenerationReader, counts: GenerationCounts) -> None:
        self._generations = generations
        self._counts = counts

    def __call__(
        self, principal: Principal, *, limit: int, after: str | None, skip: int = 0, status: Status | None = None
    ) -> GenerationList:
        """The newest generations of the workspace first, of one status or of all."""
        page = self._generations.list(principal.workspace_id, limit=limit, after=after, status=status, skip=skip)
        return GenerationList(page, self._counts.total(principal.workspace_id, status))

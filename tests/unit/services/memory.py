"""Generations in memory, to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.domain.request import Channel
from easel.ids import generation_of_image
from easel.services.accounts.principal import Principal
from easel.services.ports.pages import Page


@dataclass
class MemoryGenerations:
    """`ports.generations.GenerationReader`: those of all workspaces."""

    found: list[Generation] = field(default_factory=list)
    reads: int = 0

    def id_with_prefix(self, workspace_id: str, prefix: str) -> str | None:
        ids = (one.id for one in self.found if one.workspace_id == workspace_id and one.id.startswith(prefix))
        return next(ids, None)

    def get(self, workspace_id: str, generation_id: str) -> Generation | None:
        self.reads += 1
        return next((one for one in self.found if (one.workspace_id, one.id) == (workspace_id, generation_id)), None)

    def of_images(self, workspace_id: str, image_ids: Sequence[str]) -> Mapping[str, Generation]:
        origins = {image_id: generation_of_image(image_id) for image_id in image_ids}
        found = {id_: self.get(workspace_id, origin[0]) for id_, origin in origins.items() if origin is not None}
        return {image_id: generation for image_id, generation in found.items() if generation is not None}

    def list(
        self, workspace_id: str, *, limit: int, after: str | None, status: Status | None, skip: int = 0
    ) -> Page[Generation]:
        newest = sorted(
            (one for one in self.found if one.workspace_id == workspace_id and (after is None or one.id < after)),
            key=lambda one: one.id,
            reverse=True,
        )
        matching = [one for one in newest if status in (None, one.status)][skip:]
        return Page.of(matching[:limit], lambda one: one.id, more=len(matching) > limit)


def a_caller(workspace_id: str, **changes: Any) -> Principal:
    """Somebody with every scope."""
    values: dict[str, Any] = {
        "workspace_id": workspace_id,
        "user_id": "user-1",
        "roles": frozenset({"owner"}),
        "scopes": frozenset({"generations:read", "generations:write"}),
        "channel": Channel.API,
        "key_id": "key-1",
        "budget_keys": ("key-1",),
    }
    return Principal(**values | changes)

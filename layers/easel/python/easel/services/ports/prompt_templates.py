"""Prompt templates that workspaces made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from easel.domain.prompt_templates import TemplateSet


@dataclass(frozen=True, slots=True)
class OwnTemplate:
    """A version of a workspace's own prompt template. `changed_by` is the user who made this version."""

    workspace_id: str
    template: TemplateSet
    created_at: datetime
    changed_at: datetime
    changed_by: str


class PromptTemplates(Protocol):
    """Prompt templates that workspaces made. Every version stays as it was until the template is removed."""

    def adding(self, own: OwnTemplate) -> Sequence[Write]:
        """Conflict: TooManyTemplates."""
        ...

    def replacing(self, own: OwnTemplate) -> Sequence[Write]:
        """Make this the newest version, after the one before it. Conflict: StaleWrite."""
        ...

    def removing(self, own: OwnTemplate) -> Sequence[Write]:
        """Remove all versions up to this newest one. Conflict: StaleWrite."""
        ...

    def get(self, workspace_id: str, template_id: str, version: int | None = None) -> OwnTemplate | None:
        """One version, the newest unless told."""
        ...

    def list(self, workspace_id: str, *, limit: int, after: str | None) -> tuple[Sequence[OwnTemplate], str | None]:
        """The newest versions, the template that was made last first."""
        ...

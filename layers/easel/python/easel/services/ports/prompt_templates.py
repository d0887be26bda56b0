"""A workspace's own prompt templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from easel.domain.prompt_templates import TemplateSet


@dataclass(frozen=True, slots=True)
class OwnTemplate:
    """A version of a workspace's own prompt template. `changed_by` is the user who created this version."""

    workspace_id: str
    template: TemplateSet
    created_at: datetime
    changed_at: datetime
    changed_by: str


class PromptTemplates(Protocol):
    """A workspace's own prompt templates. Versions never change and are deleted with the template."""

    def adding(self, own: OwnTemplate) -> Sequence[Write]:
        """Conflict: TooManyTemplates."""
        ...

    def replacing(self, own: OwnTemplate) -> Sequence[Write]:
        """Add this as the newest version. Conflict: StaleWrite."""
        ...

    def removing(self, own: OwnTemplate) -> Sequence[Write]:
        """Remove all versions up to this newest one. Conflict: StaleWrite."""
        ...

    def get(self, workspace_id: str, template_id: str, version: int | None = None) -> OwnTemplate | None:
        """One version, by default the newest."""
        ...

    def list(self, workspace_id: str, *, limit: int, after: str | None) -> Page[OwnTemplate]:
        """The newest version of each, newest template first."""
        ...

"""Prompt templates of a workspace: those that ship with Easel, and those that its members made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from easel.domain.catalogue import Catalogue
from easel.domain.prompt_templates import (
    BUILT_IN,
    LONGEST_PROMPT,
    MAX_VERSIONS,
    Composition,
    TemplateSet,
    compose,
    find_built_in,
)
from easel.domain.template_use import TemplateUse
from easel.errors import NotFound
from easel.services.accounts.principal import Principal
from easel.services.ports.prompt_templates import OwnTemplate, PromptTemplates

_FIRST: Final = 1
_OWN_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class KnownTemplate:
    """A template as a workspace sees it; `own` is None for one that ships with Easel, which nobody can change."""

    template: TemplateSet
    own: OwnTemplate | None = None


class ReadPromptTemplates:
    """What there is, and what it makes. Templates that ship cost no call."""

    def __init__(self, *, templates: PromptTemplates, catalogue: Catalogue) -> None:
        self._templates = templates
        self._catalogue = catalogue

    def get(self, principal: Principal, template_id: str, version: int | None = None) -> KnownTemplate:
        """A version, the newest unless told. Raises NotFound."""
        known = self._known(principal.workspace_id, template_id, version)
        if known is None:
            which = "" if version is None else f" of version {version}"
            raise NotFound(f"There is no prompt template {template_id}{which}.")
        return known

    def find(self, workspace_id: str, template_id: str, version: int | None) -> TemplateSet | None:
        """`compose_prompts.FindTemplate`."""
        known = self._known(workspace_id, template_id, version)
        return known.template if known else None

    def list(
        self, principal: Principal, *, limit: int, after: str | None
    ) -> tuple[Sequence[KnownTemplate], str | None]:
        """Those that ship first, then the workspace's own, the last one made first."""
        begun = BUILT_IN.index(after) + 1 if after in BUILT_IN else len(BUILT_IN) if after else 0
        shipped = BUILT_IN[begun : begun + limit]
        entries = [KnownTemplate(found) for found in map(find_built_in, shipped) if found]
        if len(entries) == limit:
            return entries, shipped[-1]
        own, next_after = self._templates.list(
            principal.workspace_id, limit=limit - len(entries), after=None if after in BUILT_IN else after
        )
        return [*entries, *(KnownTemplate(one.template, one) for one in own)], next_after

    def render(
        self, principal: Principal, use: TemplateUse, *, roles: Sequence[str] = (), model: str | None = None
    ) -> Composition:
        """The prompts that a request with these values would have. Nothing is written.

        Raises:
            NotFound: no such template.
            InvalidRequest: a model that there is not, or whatever the template does not take.
        """
        chosen = self.get(principal, use.id, use.version).template
        limit = self._catalogue.find(model).max_prompt_characters if model else LONGEST_PROMPT
        return compose(chosen, use, roles=roles, limit=limit)

    def _known(self, workspace_id: str, template_id: str, version: int | None) -> KnownTemplate | None:
        if template_id in BUILT_IN:
            shipped = find_built_in(template_id, version)
            return KnownTemplate(shipped) if shipped else None
        if not _OWN_ID.fullmatch(template_id) or not _FIRST <= (version or _FIRST) <= MAX_VERSIONS:
            return None
        own = self._templates.get(workspace_id, template_id, version)
        return KnownTemplate(own.template, own) if own else None

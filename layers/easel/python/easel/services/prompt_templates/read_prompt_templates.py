"""Read prompt templates of a workspace: built-in ones and its own."""

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
from easel.services.ports.pages import Page
from easel.services.ports.prompt_templates import OwnTemplate, PromptTemplates

_FIRST: Final = 1
_OWN_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class KnownTemplate:
    """A template as a workspace sees it; `own` is None for a built-in one, which cannot be changed."""

    template: TemplateSet
    own: OwnTemplate | None = None


class ReadPromptTemplates:
    """Lists, reads and renders templates. Built-in ones need no read."""

    def __init__(self, *, templates: PromptTemplates, catalogue: Catalogue) -> None:
        self._templates = templates
        self._catalogue = catalogue

    def get(self, principal: Principal, template_id: str, version: int | None = None) -> KnownTemplate:
        """A version, by default the newest. Raises NotFound."""
        known = self._known(principal.workspace_id, template_id, version)
        if known is None:
            which = "" if version is None else f" of version {version}"
            raise NotFound(f"There is no prompt template {template_id}{which}.")
        return known

    def find(self, workspace_id: str, template_id: str, version: int | None) -> TemplateSet | None:
        """`compose_prompts.FindTemplate`."""
        known = self._known(workspace_id, template_id, version)
        return known.template if known else None

    def list(self, principal: Principal, *, limit: int, after: str | None) -> Page[KnownTemplate]:
        """Built-in ones first, then the workspace's own, newest first."""
        begun = BUILT_IN.index(after) + 1 if after in BUILT_IN else len(BUILT_IN) if after else 0
        shipped = [KnownTemplate(found) for found in map(find_built_in, BUILT_IN[begun : begun + limit]) if found]
        first = Page.of(shipped, lambda known: known.template.id, more=True) if shipped else None
        if first and len(shipped) == limit:
            return first
        own = self._templates.list(
            principal.workspace_id, limit=limit - len(shipped), after=None if after in BUILT_IN else after
        ).map(lambda one: KnownTemplate(one.template, one))
        if first is None:
            return own
        return Page((*first.items, *own.items), (*first.positions, *own.positions), own.next_after)

    def render(
        self, principal: Principal, use: TemplateUse, *, roles: Sequence[str] = (), model: str | None = None
    ) -> Composition:
        """Render the prompts for these values. Nothing is written.

        Raises:
            NotFound: no such template.
            InvalidRequest: an unknown model, or values that are invalid for the template.
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

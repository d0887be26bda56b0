"""Prompt templates of a workspace: those that ship with Easel, and those that its members made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from easel.clock import Clock
from easel.domain.catalogue import Catalogue
from easel.domain.prompts import (
    BUILT_IN,
    LONGEST_PROMPT,
    MAX_VERSIONS,
    Composition,
    TemplateSet,
    compose,
    faults_of,
    find_built_in,
    set_values,
)
from easel.domain.template_use import TemplateUse
from easel.errors import Conflict, InvalidRequest, NotFound, StaleWrite, TooManyTemplates
from easel.ids import new_id
from easel.services.ports.prompts import OwnTemplate, PromptTemplates
from easel.services.ports.transactions import UnitOfWork
from easel.services.principal import Principal

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


class ManagePromptTemplates:
    """Make, change and remove the workspace's own."""

    def __init__(self, *, templates: PromptTemplates, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._templates = templates
        self._unit_of_work = unit_of_work
        self._clock = clock

    def create(self, principal: Principal, wanted: TemplateSet) -> OwnTemplate:
        """A new template with its first version; the id and version of `wanted` do not count.

        Raises:
            InvalidRequest: with all that is wrong with it.
            TooManyTemplates: the workspace has as many as it can.
        """
        now = self._clock()
        template = _checked(replace(wanted, id=new_id(), version=_FIRST))
        own = OwnTemplate(principal.workspace_id, template, now, now, principal.user_id)
        self._unit_of_work.commit(*self._templates.adding(own))
        return own

    def change(
        self, principal: Principal, template_id: str, wanted: TemplateSet, *, replaces: int | None
    ) -> OwnTemplate:
        """The next version of a template. The same words again make no new version.

        `replaces` is the version that the caller read; None to replace whichever is the newest.

        Raises:
            InvalidRequest: with all that is wrong with it.
            NotFound: no such template.
            Conflict: one that ships with Easel.
            StaleWrite: `replaces` is not the newest, or somebody else was faster.
            TooManyTemplates: it has as many versions as it can.
        """
        checked = _checked(wanted)
        newest = self._find(principal, template_id)
        version = newest.template.version
        if replaces not in {None, version}:
            raise StaleWrite(f"The newest version is {version}, not {replaces}.")
        if set_values(checked) == set_values(newest.template):
            return newest
        if version >= MAX_VERSIONS:
            raise TooManyTemplates(f"A prompt template can have {MAX_VERSIONS} versions; make a new one of it.")
        template = replace(checked, id=template_id, version=version + 1)
        own = replace(newest, template=template, changed_at=self._clock(), changed_by=principal.user_id)
        self._unit_of_work.commit(*self._templates.replacing(own))
        return own

    def remove(self, principal: Principal, template_id: str) -> None:
        """Remove a template with all its versions. Generations that it was used for keep their prompts.

        Raises:
            NotFound: no such template.
            Conflict: one that ships with Easel.
            StaleWrite: somebody changed it at the same time.
        """
        self._unit_of_work.commit(*self._templates.removing(self._find(principal, template_id)))

    def _find(self, principal: Principal, template_id: str) -> OwnTemplate:
        if template_id in BUILT_IN:
            raise Conflict(f"The template {template_id} ships with Easel and cannot be changed; make your own of it.")
        own = self._templates.get(principal.workspace_id, template_id)
        if own is None:
            raise NotFound(f"There is no prompt template {template_id}.")
        return own


def _checked(wanted: TemplateSet) -> TemplateSet:
    faults = faults_of(wanted)
    if faults:
        raise InvalidRequest(faults[0].message, faults)
    return wanted

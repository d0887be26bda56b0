"""Create, change and delete the prompt templates of a workspace."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from easel.clock import Clock
from easel.domain.prompt_templates import (
    BUILT_IN,
    MAX_VERSIONS,
    TemplateSet,
    faults_of,
    set_values,
)
from easel.errors import Conflict, InvalidRequest, NotFound, StaleWrite, TooManyTemplates
from easel.ids import new_id
from easel.services.accounts.principal import Principal
from easel.services.ports.prompt_templates import OwnTemplate, PromptTemplates
from easel.services.ports.transactions import UnitOfWork

_FIRST: Final = 1


class ManagePromptTemplates:
    """Creates, changes and deletes a workspace's own templates."""

    def __init__(self, *, templates: PromptTemplates, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._templates = templates
        self._unit_of_work = unit_of_work
        self._clock = clock

    def create(self, principal: Principal, content: TemplateSet) -> OwnTemplate:
        """Create a template with its first version; the id and version of the argument are ignored.

        Raises:
            InvalidRequest: with all validation errors.
            TooManyTemplates: the workspace has the maximum number.
        """
        now = self._clock()
        template = _checked(replace(content, id=new_id(), version=_FIRST))
        own = OwnTemplate(principal.workspace_id, template, now, now, principal.user_id)
        self._unit_of_work.commit(*self._templates.adding(own))
        return own

    def change(
        self, principal: Principal, template_id: str, content: TemplateSet, *, replaces: int | None
    ) -> OwnTemplate:
        """Create the next version of a template. Unchanged content creates no version.

        `replaces` is the version that the caller read; None replaces the newest.

        Raises:
            InvalidRequest: with all validation errors.
            NotFound: no such template.
            Conflict: a built-in template.
            StaleWrite: `replaces` is not the newest, or a concurrent change was faster.
            TooManyTemplates: the template has the maximum number of versions.
        """
        checked = _checked(content)
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
        """Delete a template with all its versions. Generations keep their prompts.

        Raises:
            NotFound: no such template.
            Conflict: a built-in template.
            StaleWrite: it was changed concurrently.
        """
        self._unit_of_work.commit(*self._templates.removing(self._find(principal, template_id)))

    def _find(self, principal: Principal, template_id: str) -> OwnTemplate:
        if template_id in BUILT_IN:
            raise Conflict(f"The template {template_id} ships with Easel and cannot be changed; make your own of it.")
        own = self._templates.get(principal.workspace_id, template_id)
        if own is None:
            raise NotFound(f"There is no prompt template {template_id}.")
        return own


def _checked(content: TemplateSet) -> TemplateSet:
    faults = faults_of(content)
    if faults:
        raise InvalidRequest(faults[0].message, faults)
    return content

"""Prompt templates: requests to commands, domain to answers. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from easel.clock import to_iso
from easel.domain.prompt_templates import BUILT_IN, Composition, TemplateSet, set_from, set_values
from easel.domain.template_use import TemplateUse
from easel.http import parameters
from easel.http.dialects.canonical import composition_body
from easel.http.schemas.prompts import (
    PromptTemplateBody,
    PromptTemplatePage,
    PromptTemplateRequest,
    RenderedShotBody,
    RenderedTemplateBody,
    RenderRequest,
)
from easel.services.ports.prompt_templates import OwnTemplate
from easel.services.prompt_templates.read_prompt_templates import KnownTemplate


def template_id(text: str) -> str:
    """The id in an address: a word for what ships with Easel, or an id of ours. Raises NotFound."""
    return text if text in BUILT_IN else parameters.resource_id(text, "prompt template")


def wanted(request: PromptTemplateRequest) -> TemplateSet:
    """The template as it shall be; its id and version are given to it later."""
    return set_from("", 0, request.model_dump(by_alias=True))


def template_use(id: str, request: RenderRequest) -> TemplateUse:
    """The command. Raises NotFound for what cannot be an id."""
    return TemplateUse(
        id=template_id(id),
        variables=request.variables,
        version=request.version,
        shots=None if request.shots is None else tuple(request.shots),
        truncate=request.truncate,
    )


def template_body(known: KnownTemplate) -> PromptTemplateBody:
    """One version of a template."""
    template, own = known.template, known.own
    return PromptTemplateBody(
        id=template.id,
        version=template.version,
        built_in=own is None,
        **set_values(template),
        example={variable.name: variable.example for variable in template.variables if variable.example},
        created_at=to_iso(own.created_at) if own else None,
        changed_at=to_iso(own.changed_at) if own else None,
        changed_by=own.changed_by if own else None,
    )


def own_body(own: OwnTemplate) -> PromptTemplateBody:
    """One version of a workspace's own template."""
    return template_body(KnownTemplate(own.template, own))


def template_page(found: Sequence[KnownTemplate], limit: int, next_cursor: str | None) -> PromptTemplatePage:
    """One page of templates."""
    return PromptTemplatePage(templates=[template_body(one) for one in found], limit=limit, next_cursor=next_cursor)


def rendered_body(made: Composition) -> RenderedTemplateBody:
    """The prompts of a template."""
    return RenderedTemplateBody(
        title=made.title,
        n=len(made.prompts),
        template=composition_body(made),
        shots=[
            RenderedShotBody(
                id=prompt.shot.id,
                name=prompt.shot.name,
                prompt=prompt.text,
                characters=len(prompt.text),
                aspect_ratio=prompt.shot.aspect_ratio,
            )
            for prompt in made.prompts
        ],
    )

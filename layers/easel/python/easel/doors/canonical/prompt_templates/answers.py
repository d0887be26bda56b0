"""Prompt templates as the canonical door shows them."""

from __future__ import annotations

from pydantic import Field

from easel.clock import to_iso
from easel.domain.prompt_templates import Composition, set_values
from easel.doors.canonical.generations.answers import UsedTemplateBody, composition_body
from easel.doors.canonical.prompt_templates.requests import LANGUAGE, WHEN
from easel.http.models import AnswerModel, Moment
from easel.http.pagination import Pages
from easel.services.ports.pages import Page
from easel.services.ports.prompt_templates import OwnTemplate
from easel.services.prompt_templates.read_prompt_templates import KnownTemplate


class TemplateVariableBody(AnswerModel):
    """A value that a template asks for."""

    name: str
    description: str
    required: bool
    max_length: int
    allowed: list[str] = Field(description="The only values, if there are any.")
    example: str | None
    truncatable: bool = Field(description="With `truncate` a longer value is cut instead of refused.")


class TemplateReferenceBody(AnswerModel):
    """A kind of reference picture that a template knows."""

    role: str
    sentence: str = Field(description="Added to the prompts of shots that work from such a picture.")
    description: str


class TemplateShotBody(AnswerModel):
    """One picture of a template."""

    id: str
    name: str
    text: str = Field(description=LANGUAGE)
    references: list[str] = Field(description="Roles of the pictures that it works from; all when empty.")
    aspect_ratio: str | None
    when: dict[str, str] = Field(description=WHEN)


class PromptTemplateBody(AnswerModel):
    """One version of a prompt template. Versions never change."""

    id: str
    version: int
    built_in: bool = Field(description="Ships with Easel: it can be used and not be changed.")
    name: str
    description: str
    variables: list[TemplateVariableBody]
    references: list[TemplateReferenceBody]
    shots: list[TemplateShotBody]
    example: dict[str, str] = Field(description="Values of variables to try it with.")
    created_at: Moment | None = Field(description="Of the first version; null when it ships with Easel.")
    changed_at: Moment | None = Field(description="Of this version.")
    changed_by: str | None = Field(description="The user who made this version.")


class PromptTemplatePage(AnswerModel):
    """The newest versions: what ships with Easel first, then the workspace's own, the last one made first."""

    templates: list[PromptTemplateBody]
    limit: int
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


class RenderedShotBody(AnswerModel):
    """The prompt of one shot."""

    id: str
    name: str
    prompt: str
    characters: int
    aspect_ratio: str | None


class RenderedTemplateBody(AnswerModel):
    """What a request with these values would ask for. Nothing was written."""

    title: str = Field(description="What `prompt` of the generation would say.")
    n: int
    template: UsedTemplateBody
    shots: list[RenderedShotBody]


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


def template_page(page: Page[KnownTemplate], limit: int, pages: Pages) -> PromptTemplatePage:
    """One page of templates."""
    bodies, next_cursor = pages.fit(page, template_body)
    return PromptTemplatePage(templates=bodies, limit=limit, next_cursor=next_cursor)


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

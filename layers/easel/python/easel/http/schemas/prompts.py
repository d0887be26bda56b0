"""The shapes of prompt templates on the wire. By themselves, so that others need not load them.

Names of models are unique over all such modules: the OpenAPI document is merged by them.
"""

from __future__ import annotations

from typing import Final

from pydantic import Field
from pydantic.config import JsonDict

from easel.domain.prompt_templates import (
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    LONGEST_VALUE,
    MAX_ALLOWED,
    MAX_ROLES,
    MAX_SHOTS,
    NAME,
)
from easel.domain.template_use import ANY_ROLE, MAX_VARIABLES, ROLE
from easel.http.schemas.base import AnswerModel, Moment, RequestModel, WholeNumber
from easel.http.schemas.generations import UsedTemplateBody
from easel.http.schemas.submit import TemplateValues
from easel.ids import MAX_IMAGES

# Limits of texts are rules of the domain, which reports all faults together; here they are only told.
_NAME: Final[JsonDict] = {"minLength": 1, "maxLength": LONGEST_NAME}
_DESCRIPTION: Final[JsonDict] = {"maxLength": LONGEST_DESCRIPTION}
_TEXT: Final[JsonDict] = {"minLength": 1, "maxLength": LONGEST_VALUE}
_VARIABLE: Final[JsonDict] = {"pattern": f"^{NAME}$"}
_WORD: Final[JsonDict] = {"pattern": f"^{ROLE}$"}

_LANGUAGE: Final = (
    "`{name}` is replaced by a variable's value. A part in `[[ ]]` vanishes when one of its values is missing."
)
_WHEN: Final = "Values of variables with `allowed`: with another value the shot is left out."


class TemplateVariableRequest(RequestModel):
    """A value that a template asks for."""

    name: str = Field(json_schema_extra=_VARIABLE, examples=["shoe"])
    description: str = Field(default="", json_schema_extra=_DESCRIPTION)
    required: bool = False
    max_length: WholeNumber = Field(default=200, json_schema_extra={"minimum": 1, "maximum": LONGEST_VALUE})
    allowed: list[str] = Field(
        default_factory=list, max_length=MAX_ALLOWED, description="The only values, if there are any."
    )
    example: str | None = Field(default=None, json_schema_extra=_DESCRIPTION)
    truncatable: bool = Field(default=False, description="With `truncate` a longer value is cut instead of refused.")


class TemplateReferenceRequest(RequestModel):
    """A kind of reference picture that a template knows."""

    role: str = Field(json_schema_extra=_WORD, examples=["front"])
    sentence: str = Field(
        json_schema_extra=_DESCRIPTION,
        description="Added to prompts of shots that work from such a picture. `{number}` is which of theirs it is.",
        examples=["Reference picture {number} shows the front of the shoe."],
    )
    description: str = Field(default="", json_schema_extra=_DESCRIPTION)


class TemplateShotRequest(RequestModel):
    """One picture of a template."""

    id: str = Field(json_schema_extra=_WORD, examples=["side"])
    name: str = Field(json_schema_extra=_NAME, examples=["From the side"])
    text: str = Field(
        json_schema_extra=_TEXT, description=_LANGUAGE, examples=["A {shoe}[[ in {color}]], seen from the side."]
    )
    references: list[str] = Field(
        default_factory=list,
        max_length=MAX_ROLES,
        description="Roles of the pictures that it works from; all when empty.",
    )
    aspect_ratio: str | None = Field(
        default=None,
        description="Taken where the request chooses nothing, the model has it, and all shots made suggest the same.",
        examples=["4:3"],
    )
    when: dict[str, str] = Field(default_factory=dict, max_length=MAX_VARIABLES, description=_WHEN)


class PromptTemplateRequest(RequestModel):
    """A prompt template: the variables it asks for, and one text per shot."""

    name: str = Field(json_schema_extra=_NAME, examples=["Shoe shots"])
    description: str = Field(default="", json_schema_extra=_DESCRIPTION)
    variables: list[TemplateVariableRequest] = Field(
        default_factory=list,
        max_length=MAX_VARIABLES,
        examples=[[{"name": "shoe", "required": True, "maxLength": 100}, {"name": "color"}]],
    )
    references: list[TemplateReferenceRequest] = Field(default_factory=list, max_length=MAX_ROLES)
    shots: list[TemplateShotRequest] = Field(max_length=MAX_SHOTS, json_schema_extra={"minItems": 1})


class ChangePromptTemplateRequest(PromptTemplateRequest):
    """The next version of a prompt template, whole."""

    version: WholeNumber | None = Field(
        default=None, description="The version that this replaces: 409 when it is no longer the newest."
    )


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
    text: str = Field(description=_LANGUAGE)
    references: list[str] = Field(description="Roles of the pictures that it works from; all when empty.")
    aspect_ratio: str | None
    when: dict[str, str] = Field(description=_WHEN)


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


class ShownReferenceRequest(RequestModel):
    """What a reference picture would show."""

    role: str = ANY_ROLE


class RenderRequest(RequestModel):
    """Values to try a template with: the same fields as `template` in a request for images."""

    version: WholeNumber | None = Field(default=None, description="The newest when left out.")
    shots: list[str] | None = Field(default=None, max_length=MAX_IMAGES)
    variables: TemplateValues = Field(default_factory=dict, examples=[{"name": "canvas tote bag"}])
    truncate: bool = False
    references: list[ShownReferenceRequest] = Field(
        default_factory=list,
        max_length=MAX_ROLES,
        description="What the pictures of the request would show, in their order.",
    )
    model: str | None = Field(default=None, description="Prompts must fit this model.", examples=["seedream-v4"])


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

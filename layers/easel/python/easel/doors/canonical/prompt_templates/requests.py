"""What requests about prompt templates may say, and the commands that they become."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import Field
from pydantic.config import JsonDict

from easel.domain.prompt_templates import (
    BUILT_IN,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    LONGEST_VALUE,
    MAX_ALLOWED,
    MAX_ROLES,
    MAX_SHOTS,
    NAME,
    TemplateSet,
    set_from,
)
from easel.domain.template_use import ANY_ROLE, MAX_VARIABLES, ROLE, TemplateUse
from easel.doors.canonical.generations.requests import TemplateValues
from easel.http import parse
from easel.http.models import RequestModel, WholeNumber, WholeNumberParameter
from easel.ids import MAX_IMAGES

TemplateId = Annotated[
    str, Path(alias="templateId", description="A word for what ships with Easel, an id of ours for your own.")
]
TemplateVersion = Annotated[
    WholeNumberParameter | None,
    Query(description="An older version; the newest when left out.", json_schema_extra={"minimum": 1}),
]

# Limits of texts are rules of the domain, which reports all faults together; here they are only shown.
_NAME: Final[JsonDict] = {"minLength": 1, "maxLength": LONGEST_NAME}
_DESCRIPTION: Final[JsonDict] = {"maxLength": LONGEST_DESCRIPTION}
_TEXT: Final[JsonDict] = {"minLength": 1, "maxLength": LONGEST_VALUE}
_VARIABLE: Final[JsonDict] = {"pattern": f"^{NAME}$"}
_WORD: Final[JsonDict] = {"pattern": f"^{ROLE}$"}
LANGUAGE: Final = (
    "`{name}` is replaced by a variable's value. A part in `[[ ]]` vanishes when one of its values is missing."
)
WHEN: Final = "Values of variables with `allowed`: with another value the shot is left out."


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
        json_schema_extra=_TEXT, description=LANGUAGE, examples=["A {shoe}[[ in {color}]], seen from the side."]
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
    when: dict[str, str] = Field(default_factory=dict, max_length=MAX_VARIABLES, description=WHEN)


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


def template_id(text: str) -> str:
    """The id in an address: a word for what ships with Easel, or an id of ours. Raises NotFound."""
    return text if text in BUILT_IN else parse.resource_id(text, "prompt template")


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
        at="",
    )

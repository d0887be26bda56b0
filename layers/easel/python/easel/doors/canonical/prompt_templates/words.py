"""Prompt templates in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.errors import Conflict, Contended, InvalidRequest, NotFound, StaleWrite, TooManyTemplates, UnknownModel
from easel.http.description import empty, route

_TAG: Final = "Prompts"

LIST_PROMPT_TEMPLATES: Final = route(
    "listPromptTemplates",
    _TAG,
    "List prompt templates",
    "Those that ship with Easel and those of the workspace, each with its variables and shots. Follow `nextCursor`.",
    {200: "One page."},
)

READ_PROMPT_TEMPLATE: Final = route(
    "readPromptTemplate",
    _TAG,
    "Get a prompt template",
    "Its newest version, or the one that `version` names: versions never change.",
    {200: "The template."},
    errors=(NotFound,),
)

RENDER_PROMPT_TEMPLATE: Final = route(
    "renderPromptTemplate",
    _TAG,
    "Render a prompt template",
    "Answers with the prompts that a request with these values would have, or with what is wrong with each value. "
    "Nothing is written and nothing charged.",
    {200: "The prompts."},
    errors=(InvalidRequest, UnknownModel, NotFound),
)

CREATE_PROMPT_TEMPLATE: Final = route(
    "createPromptTemplate",
    _TAG,
    "Create a prompt template",
    "Everyone in the workspace can use it, by its id as `template.id` of a request for images.",
    {201: "Created."},
    errors=(
        InvalidRequest,
        TooManyTemplates,
        Contended,
    ),
)

CHANGE_PROMPT_TEMPLATE: Final = route(
    "changePromptTemplate",
    _TAG,
    "Update a prompt template",
    "Makes its next version. Older versions can still be read and used. The same template again makes no new version.",
    {200: "The newest version."},
    errors=(
        InvalidRequest,
        NotFound,
        Conflict,
        StaleWrite,
        TooManyTemplates,
        Contended,
    ),
)

REMOVE_PROMPT_TEMPLATE: Final = route(
    "removePromptTemplate",
    _TAG,
    "Delete a prompt template",
    "With all its versions. Generations that it was used for keep their prompts.",
    {204: empty("Deleted.")},
    errors=(
        NotFound,
        Conflict,
        StaleWrite,
        Contended,
    ),
)

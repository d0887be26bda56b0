"""Prompt templates: sets as versioned data, a language without code, and prompts made from both."""

from easel.domain.prompts.compose import (
    ANY_ROLE,
    LONGEST_PROMPT,
    Composition,
    ShotPrompt,
    TemplateUse,
    compose,
)
from easel.domain.prompts.library import BUILT_IN, CONTENT_ITEM, PRODUCT_SHOTS, built_in_versions, find_built_in
from easel.domain.prompts.template_set import (
    MAX_SET_BYTES,
    MAX_VARIABLES,
    ROLE,
    Role,
    Shot,
    TemplateSet,
    Variable,
    faults_of,
    set_from,
    set_values,
)

__all__ = [
    "ANY_ROLE",
    "BUILT_IN",
    "CONTENT_ITEM",
    "LONGEST_PROMPT",
    "MAX_SET_BYTES",
    "MAX_VARIABLES",
    "PRODUCT_SHOTS",
    "ROLE",
    "Composition",
    "Role",
    "Shot",
    "ShotPrompt",
    "TemplateSet",
    "TemplateUse",
    "Variable",
    "built_in_versions",
    "compose",
    "faults_of",
    "find_built_in",
    "set_from",
    "set_values",
]

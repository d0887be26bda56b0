"""Prompt templates: versioned sets as data, a template language without code, and their rendering."""

from easel.domain.prompt_templates.compose import LONGEST_PROMPT, Composition, ShotPrompt, compose
from easel.domain.prompt_templates.language import NAME
from easel.domain.prompt_templates.library import (
    BUILT_IN,
    CONTENT_ITEM,
    PRODUCT_SHOTS,
    built_in_versions,
    find_built_in,
)
from easel.domain.prompt_templates.template_set import (
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    LONGEST_VALUE,
    MAX_ALLOWED,
    MAX_ROLES,
    MAX_SET_BYTES,
    MAX_SHOTS,
    MAX_TEMPLATES,
    MAX_VERSIONS,
    Role,
    Shot,
    TemplateSet,
    Variable,
    faults_of,
    set_from,
    set_values,
)

__all__ = [
    "BUILT_IN",
    "CONTENT_ITEM",
    "LONGEST_DESCRIPTION",
    "LONGEST_NAME",
    "LONGEST_PROMPT",
    "LONGEST_VALUE",
    "MAX_ALLOWED",
    "MAX_ROLES",
    "MAX_SET_BYTES",
    "MAX_SHOTS",
    "MAX_TEMPLATES",
    "MAX_VERSIONS",
    "NAME",
    "PRODUCT_SHOTS",
    "Composition",
    "Role",
    "Shot",
    "ShotPrompt",
    "TemplateSet",
    "Variable",
    "built_in_versions",
    "compose",
    "faults_of",
    "find_built_in",
    "set_from",
    "set_values",
]

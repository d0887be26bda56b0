"""The built-in sets: data beside this module, each with all of its versions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from easel.domain.prompt_templates.template_set import TemplateSet, set_from

PRODUCT_SHOTS: Final = "product-shots"
CONTENT_ITEM: Final = "content-item"
CONTENT_ITEM_WITH_TEXT: Final = "content-item-with-text"
BUILT_IN: Final = (PRODUCT_SHOTS, CONTENT_ITEM, CONTENT_ITEM_WITH_TEXT)
"""In listing order. Their ids are words, so they cannot collide with the ids of a workspace's own sets."""


@cache
def _versions(id: str) -> Mapping[int, TemplateSet]:
    """Oldest first."""
    data = json.loads(resources.files(__package__).joinpath(f"{id}.json").read_text("utf-8"))
    return {entry["version"]: set_from(id, entry["version"], entry) for entry in data["versions"]}


def built_in_versions(id: str) -> tuple[TemplateSet, ...]:
    """Every version of a built-in set, oldest first; empty for an unknown id."""
    return tuple(_versions(id).values()) if id in BUILT_IN else ()


def find_built_in(id: str, version: int | None = None) -> TemplateSet | None:
    """A version of a built-in set, by default the newest; None if there is no such version or set."""
    versions = built_in_versions(id)
    if version is None:
        return versions[-1] if versions else None
    return next((one for one in versions if one.version == version), None)

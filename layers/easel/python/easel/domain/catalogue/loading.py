"""Reads the catalogue's data: the files in `data/`, one per family of models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from easel.domain.catalogue.lifecycle import Life, Lifecycle
from easel.domain.catalogue.model import Candidate, Catalogue, Model, SizeRule
from easel.domain.catalogue.parameters import parse_size


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that ships with this release, read once per process."""
    folder = resources.files(__package__).joinpath("data")
    about = json.loads(folder.joinpath("catalogue.json").read_text("utf-8"))
    entries = [
        entry
        for family in about["families"]
        for entry in json.loads(folder.joinpath(f"{family}.json").read_text("utf-8"))
    ]
    return Catalogue(about["version"], tuple(_model(entry) for entry in entries))


def _model(entry: Mapping[str, Any]) -> Model:
    return Model(
        id=entry["id"],
        name=entry["name"],
        description=entry["description"],
        provider=entry["provider"],
        life=_life(entry.get("life", {})),
        sizes=_size_rule(entry["sizes"]) if "sizes" in entry else None,
        aspect_ratios=tuple(entry.get("aspectRatios", ())),
        resolutions=tuple(entry.get("resolutions", ())),
        default_resolution=entry.get("defaultResolution"),
        output_formats=tuple(entry["outputFormats"]),
        max_references=entry["maxReferences"],
        max_prompt_characters=entry["maxPromptCharacters"],
        deadline_seconds=entry["deadlineSeconds"],
        candidates=tuple(_candidate(candidate, entry["id"]) for candidate in entry.get("candidates", ())),
        aliases=tuple(entry.get("aliases", ())),
        equivalents=tuple(entry.get("equivalents", ())),
    )


def _life(entry: Mapping[str, Any]) -> Life:
    return Life(
        status=Lifecycle(entry.get("status", Lifecycle.ACTIVE)),
        ends_on=_day(entry.get("endsOn")),
        retired_on=_day(entry.get("retiredOn")),
        successor=entry.get("successor"),
        notice=entry.get("notice"),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _size_rule(entry: Mapping[str, Any]) -> SizeRule:
    options = tuple(parse_size(option) for option in entry["options"])
    sides = [side for size in options for side in (size.width, size.height)]
    return SizeRule(
        min_side=entry.get("minSide", min(sides)),
        max_side=entry.get("maxSide", max(sides)),
        default=parse_size(entry["default"]),
        options=options,
        only=entry.get("only", False),
    )


def _candidate(entry: Mapping[str, Any], model: str) -> Candidate:
    return Candidate(
        provider=entry["provider"],
        model=model,
        text_to_image=entry["textToImage"],
        image_to_image=entry["imageToImage"],
        cost_micro_usd_by_resolution=entry["costMicroUsd"],
    )

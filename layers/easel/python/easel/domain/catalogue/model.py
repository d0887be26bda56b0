"""A model as the catalogue describes it, and the reader of `models.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from easel.domain.catalogue.parameters import parse_size
from easel.domain.generation import Mode, Size
from easel.errors import FieldError, UnknownModel


@dataclass(frozen=True, slots=True)
class SizeRule:
    """Pixel sizes a model makes: each side within bounds. `options` are suggestions, not the limit."""

    min_side: int
    max_side: int
    default: Size
    options: tuple[Size, ...]

    def allows(self, size: Size) -> bool:
        return all(self.min_side <= side <= self.max_side for side in (size.width, size.height))

    def describe(self) -> dict[str, Any]:
        """What a caller may send, for error answers and schemas."""
        return {"minSide": self.min_side, "maxSide": self.max_side, "examples": [str(size) for size in self.options]}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider with its own names for the living model `model`: able to serve one image task."""

    provider: str
    model: str
    text_to_image: str
    image_to_image: str
    cost_micro_usd_by_resolution: Mapping[str, int]

    def upstream_model(self, mode: Mode) -> str:
        return self.text_to_image if mode is Mode.TEXT_TO_IMAGE else self.image_to_image

    def cost_micro_usd(self, resolution: str | None) -> int:
        """What the provider takes for one image, by the catalogue's table."""
        costs = self.cost_micro_usd_by_resolution
        return costs.get(resolution or "default", costs["default"])


@dataclass(frozen=True, slots=True)
class Model:
    """One model that callers can name."""

    id: str
    name: str
    description: str
    provider: str
    status: str
    sizes: SizeRule | None
    aspect_ratios: tuple[str, ...]
    resolutions: tuple[str, ...]
    default_resolution: str | None
    output_formats: tuple[str, ...]
    max_references: int
    max_prompt_characters: int
    deadline_seconds: int
    candidates: tuple[Candidate, ...]

    @property
    def is_active(self) -> bool:
        return self.status == "active"

    @property
    def modes(self) -> tuple[Mode, ...]:
        return (Mode.TEXT_TO_IMAGE, Mode.IMAGE_TO_IMAGE) if self.max_references else (Mode.TEXT_TO_IMAGE,)

    def candidate(self, provider: str) -> Candidate | None:
        return next((candidate for candidate in self.candidates if candidate.provider == provider), None)


class Catalogue:
    """All models, found by the names that callers use."""

    def __init__(self, version: str, models: tuple[Model, ...]) -> None:
        self.version = version
        self._models = {model.id: model for model in models}

    def active_models(self) -> tuple[Model, ...]:
        return tuple(model for model in self._models.values() if model.is_active)

    def find(self, name: str) -> Model:
        """The active model of this name.

        Raises:
            UnknownModel: with the names that would have been accepted.
        """
        model = self._models.get(name.strip().lower())
        if model is None or not model.is_active:
            allowed = [active.id for active in self.active_models()]
            message = f"There is no model named {name[:80]!r}."
            raise UnknownModel(message, [FieldError("model", message, allowed)])
        return model

    def providers(self) -> tuple[str, ...]:
        """Every provider that some model can be served by."""
        names = {candidate.provider for model in self._models.values() for candidate in model.candidates}
        return tuple(sorted(names))


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that ships with this release, read once per process."""
    data = json.loads(resources.files(__package__).joinpath("models.json").read_text("utf-8"))
    return Catalogue(data["version"], tuple(_model(entry) for entry in data["models"]))


def _model(entry: Mapping[str, Any]) -> Model:
    return Model(
        id=entry["id"],
        name=entry["name"],
        description=entry["description"],
        provider=entry["provider"],
        status=entry["status"],
        sizes=_size_rule(entry["sizes"]) if "sizes" in entry else None,
        aspect_ratios=tuple(entry.get("aspectRatios", ())),
        resolutions=tuple(entry.get("resolutions", ())),
        default_resolution=entry.get("defaultResolution"),
        output_formats=tuple(entry["outputFormats"]),
        max_references=entry["maxReferences"],
        max_prompt_characters=entry["maxPromptCharacters"],
        deadline_seconds=entry["deadlineSeconds"],
        candidates=tuple(_candidate(candidate, entry["id"]) for candidate in entry["candidates"]),
    )


def _size_rule(entry: Mapping[str, Any]) -> SizeRule:
    return SizeRule(
        min_side=entry["minSide"],
        max_side=entry["maxSide"],
        default=parse_size(entry["default"]),
        options=tuple(parse_size(option) for option in entry["options"]),
    )


def _candidate(entry: Mapping[str, Any], model: str) -> Candidate:
    return Candidate(
        provider=entry["provider"],
        model=model,
        text_to_image=entry["textToImage"],
        image_to_image=entry["imageToImage"],
        cost_micro_usd_by_resolution=entry["costMicroUsd"],
    )

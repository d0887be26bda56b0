"""Loads the catalogue's data: the files in `data/`, one per family of models."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final

from easel.clock import Clock, system_clock
from easel.domain.catalogue.candidate import Candidate, TokenPrices
from easel.domain.catalogue.lifecycle import Life, Lifecycle
from easel.domain.catalogue.model import Catalogue, Model
from easel.domain.catalogue.parameters import parse_size
from easel.domain.catalogue.plan import STANDARD, STYLE_WORDS
from easel.domain.catalogue.sizes import SizeRule
from easel.domain.catalogue.supported_sizes import AnySize, Canvas, FreeSizes, Ratios, SomeSizes
from easel.domain.catalogue.tuning import Tuning

OUTPUT_FORMATS: Final = ("png", "jpeg", "webp")
"""Formats of every model: those that a vendor does not make are converted."""


@cache
def load_catalogue(clock: Clock = system_clock) -> Catalogue:
    """The catalogue of this release, loaded once per process, with the models of `REVIVED_MODELS` active.

    `clock` decides which models have ended.
    """
    return read_catalogue([name for name in os.environ.get("REVIVED_MODELS", "").split(",") if name], clock)


def read_catalogue(revived: Iterable[str] = (), clock: Clock = system_clock) -> Catalogue:
    """The catalogue of a deployment that still has access to some retired models.

    Raises:
        ValueError: a model to be revived is unknown or has no past offer in the data.
    """
    about = _read("catalogue")
    reader = _Reader(about["canvases"], about["tokenPrices"])
    entries = [entry for family in about["families"] for entry in _read(family)]
    models = {entry["id"]: reader.model(entry) for entry in entries}
    for name in revived:
        if name not in models or not models[name].candidates:
            raise ValueError(f"{name!r} cannot be revived: there is no offer of it")
        models[name] = models[name].revived()
    return Catalogue(about["version"], tuple(models.values()), clock)


def _read(name: str) -> Any:
    return json.loads(resources.files(__package__).joinpath("data", f"{name}.json").read_text("utf-8"))


class _Reader:
    """Builds models from entries, which refer to shared sizes and price lists by name."""

    def __init__(self, canvases: Mapping[str, Any], token_prices: Mapping[str, Any]) -> None:
        self._canvases = {name: _canvas(entry) for name, entry in canvases.items()}
        self._token_prices = {
            name: TokenPrices(entry["textIn"], entry["imageIn"], entry["textOut"], entry["imageOut"])
            for name, entry in token_prices.items()
        }

    def model(self, entry: Mapping[str, Any]) -> Model:
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
            output_formats=OUTPUT_FORMATS,
            max_references=entry["maxReferences"],
            max_prompt_characters=entry["maxPromptCharacters"],
            deadline_seconds=entry["deadlineSeconds"],
            candidates=tuple(self._candidate(offer, entry["id"]) for offer in entry.get("candidates", ())),
            aliases=tuple(entry.get("aliases", ())),
            equivalents=tuple(entry.get("equivalents", ())),
            qualities=tuple(entry.get("qualities", (STANDARD,))),
            styles=tuple(STYLE_WORDS),
            backgrounds=tuple(entry.get("backgrounds", ())),
            masks=entry.get("masks", False),
            own_tuning=Tuning.of(entry.get("tuning", {})),
        )

    def _candidate(self, entry: Mapping[str, Any], model: str) -> Candidate:
        return Candidate(
            provider=entry["provider"],
            model=model,
            text_to_image=entry["textToImage"],
            image_to_image=entry["imageToImage"],
            costs=entry["costMicroUsd"],
            canvas=self._canvases[entry["canvas"]],
            formats=tuple(entry.get("formats", ())),
            qualities=entry.get("qualities", {}),
            styles=entry.get("styles", {}),
            backgrounds=tuple(entry.get("backgrounds", ())),
            max_references=entry["maxReferences"],
            masks=entry.get("masks", False),
            cost_grows=entry.get("costGrows", False),
            tuning=Tuning.of(entry.get("tuning", {})),
            token_prices=self._token_prices.get(entry.get("tokenPrices", "")),
        )


def _canvas(entry: Mapping[str, Any]) -> Canvas:
    if "sizes" in entry:
        return SomeSizes(tuple(parse_size(size) for size in entry["sizes"]))
    if "ratios" in entry:
        sizes = {ratio: parse_size(size) for ratio, size in entry["ratios"].items()}
        return Ratios(sizes, tuple(entry.get("resolutions", ())))
    return _bounds(entry) if "minSide" in entry else AnySize()


def _bounds(entry: Mapping[str, Any]) -> FreeSizes:
    unbounded = FreeSizes(entry["minSide"], entry["maxSide"])
    return FreeSizes(
        min_side=entry["minSide"],
        max_side=entry["maxSide"],
        step=entry.get("step", unbounded.step),
        min_pixels=entry.get("minPixels", unbounded.min_pixels),
        max_pixels=entry.get("maxPixels", unbounded.max_pixels),
        max_ratio=entry.get("maxRatio", unbounded.max_ratio),
    )


def _size_rule(entry: Mapping[str, Any]) -> SizeRule:
    return SizeRule(
        default=parse_size(entry["default"]) if "default" in entry else None,
        options=tuple(parse_size(option) for option in entry["options"]),
        bounds=_bounds(entry) if "minSide" in entry else None,
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

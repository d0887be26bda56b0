"""A model of the catalogue, and the candidates that can serve it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from easel.clock import Clock, system_clock
from easel.domain.catalogue.candidate import Candidate
from easel.domain.catalogue.lifecycle import Life, Lifecycle
from easel.domain.catalogue.sizes import SizeRule
from easel.domain.catalogue.tuning import NO_TUNING, Tuning
from easel.domain.reference import NO_REFERENCES, ReferenceNeeds
from easel.domain.request import Fallback, Mode
from easel.errors import FieldError, UnknownModel
from easel.suggestions import did_you_mean


@dataclass(frozen=True, slots=True)
class Model:
    """One model that callers can name.

    `candidates` are the offers of this model itself, past ones once it is retired; `Catalogue.candidates` says who
    serves. `equivalents` are active models that may replace it, best first. The first of `qualities` is the default.
    `masks`: edits may be limited to a part of a picture.
    """

    id: str
    name: str
    description: str
    provider: str
    life: Life
    sizes: SizeRule | None
    aspect_ratios: tuple[str, ...]
    resolutions: tuple[str, ...]
    default_resolution: str | None
    output_formats: tuple[str, ...]
    max_references: int
    max_prompt_characters: int
    deadline_seconds: int
    candidates: tuple[Candidate, ...]
    aliases: tuple[str, ...] = ()
    equivalents: tuple[str, ...] = ()
    qualities: tuple[str, ...] = ("standard",)
    styles: tuple[str, ...] = ()
    backgrounds: tuple[str, ...] = ()
    masks: bool = False
    own_tuning: Tuning = NO_TUNING

    @property
    def tuning(self) -> Tuning:
        """What it takes; nothing once it is retired, since its successor is another model."""
        return NO_TUNING if self.is_retired else self.own_tuning

    @property
    def status(self) -> Lifecycle:
        return self.life.status

    @property
    def is_retired(self) -> bool:
        return self.status is Lifecycle.RETIRED

    def revived(self) -> Model:
        """The model as active, for a deployment that still has access to it; its successor becomes an equivalent."""
        successor = (self.life.successor,) if self.life.successor else ()
        return replace(self, life=Life(), equivalents=(*successor, *self.equivalents))

    @property
    def default_quality(self) -> str:
        return self.qualities[0]

    @property
    def modes(self) -> tuple[Mode, ...]:
        return (Mode.TEXT_TO_IMAGE, Mode.IMAGE_TO_IMAGE) if self.max_references else (Mode.TEXT_TO_IMAGE,)


class Catalogue:
    """All models by name and alias, with their lifecycle as of today."""

    def __init__(self, version: str, models: tuple[Model, ...], clock: Clock = system_clock) -> None:
        self.version = version
        self._models = {model.id: model for model in models}
        self._ids = {name: model.id for model in models for name in (model.id, *model.aliases)}
        self._clock = clock

    def models(self) -> tuple[Model, ...]:
        """Every model, including retired ones."""
        return tuple(self._today(model) for model in self._models.values())

    def active_models(self) -> tuple[Model, ...]:
        """The models that are still available at some vendor."""
        return tuple(model for model in self.models() if not model.is_retired)

    def takers(self, field: str) -> tuple[str, ...]:
        """The ids of the active models that take this field of `Tuning`."""
        return tuple(model.id for model in self.active_models() if field in model.tuning.describe())

    def find(self, name: str) -> Model:
        """The model of this name or alias; it may be retired.

        Raises:
            UnknownModel: lists the active models.
        """
        model_id = self._ids.get(name.strip().lower())
        if model_id is None:
            allowed = [active.id for active in self.active_models()]
            message = f"There is no model named {name[:80]!r}.{did_you_mean(name, allowed)}"
            raise UnknownModel(message, [FieldError("model", message, allowed)])
        return self._today(self._models[model_id])

    def living(self, model: Model) -> Model:
        """The model that requests for `model` run on: itself, or its successor if it is retired."""
        seen = {model.id}
        while model.is_retired and model.life.successor is not None:
            model = self.find(model.life.successor)
            if model.id in seen:
                raise ValueError(f"{model.id} is its own successor")
            seen.add(model.id)
        return model

    def candidates(
        self, model: Model, fallback: Fallback, needs: ReferenceNeeds = NO_REFERENCES
    ) -> tuple[Candidate, ...]:
        """The candidates for a request with such references, in order of preference.

        A retired name is served by its successor, at the vendor of the name first.
        """
        offers = list(self._offers(model))
        if fallback is Fallback.EQUIVALENT:
            for name in model.equivalents:
                offers += self.living(self.find(name)).candidates
        able = {one.key: one for one in offers if one.takes(needs)}
        return tuple(able.values())[: 1 if fallback is Fallback.NONE else None]

    def candidate(self, model: Model, provider: str, living: str | None = None) -> Candidate | None:
        """The candidate of `provider` for a request for `model`, for the active model of that id if one is given."""
        every = self.candidates(model, Fallback.EQUIVALENT)
        return next((one for one in every if one.provider == provider and living in {None, one.model}), None)

    def providers(self) -> tuple[str, ...]:
        """Every provider of some model."""
        names = {candidate.provider for model in self._models.values() for candidate in model.candidates}
        return tuple(sorted(names))

    def _offers(self, model: Model) -> Iterator[Candidate]:
        living = self.living(model)
        if living.id == model.id:
            yield from living.candidates
        else:
            yield from sorted(living.candidates, key=lambda candidate: candidate.provider != model.provider)

    def _today(self, model: Model) -> Model:
        life = model.life.on(self._clock().date())
        if life.status is Lifecycle.RETIRED:
            return replace(model, life=life, candidates=())
        return model

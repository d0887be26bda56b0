"""What some models can be told about how they make a picture: guidance, steps, seed, what not to show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from easel.domain.request import AskedParameters
from easel.domain.text import is_blank
from easel.errors import FieldError

Takers = Callable[[str], Sequence[str]]
"""The ids of the models that take a field of this name."""


def no_takers(_: str) -> Sequence[str]:
    """Where the other models are not known."""
    return ()


MAX_SEED: Final = 2**32 - 1
"""The largest that all known vendors take."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """What a model, or a provider's offer of it, takes; the ranges include their ends. None for what it does not."""

    negative_prompt: int | None = None
    """The most characters."""
    guidance: tuple[float, float] | None = None
    steps: tuple[int, int] | None = None
    seed: bool = False

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Tuning:
        """From the catalogue's data."""
        guidance, steps = entry.get("guidance"), entry.get("steps")
        return cls(
            negative_prompt=entry.get("negativePrompt"),
            guidance=(float(guidance[0]), float(guidance[1])) if guidance else None,
            steps=(steps[0], steps[1]) if steps else None,
            seed=entry.get("seed", False),
        )

    def describe(self) -> dict[str, Any]:
        """Each field that it takes as a JSON Schema."""
        schemas: dict[str, Any] = {}
        if self.negative_prompt is not None:
            schemas["negativePrompt"] = {"type": "string", "minLength": 1, "maxLength": self.negative_prompt}
        if self.guidance is not None:
            schemas["guidance"] = {"type": "number", "minimum": self.guidance[0], "maximum": self.guidance[1]}
        if self.steps is not None:
            schemas["steps"] = {"type": "integer", "minimum": self.steps[0], "maximum": self.steps[1]}
        if self.seed:
            schemas["seed"] = {"type": "integer", "minimum": 0, "maximum": MAX_SEED}
        return schemas

    def says_in_prompt(self, asked: AskedParameters) -> bool:
        """Whether the prompt says what is not wanted, since there is no field for it."""
        return asked.negative_prompt is not None and asked.negative_in_prompt and self.negative_prompt is None

    def faults(self, model_id: str, asked: AskedParameters, takers: Takers = no_takers) -> list[FieldError]:
        """What is wrong with what was asked for, one for each field; `takers` are the models that take a field."""
        taken = self.describe()
        values = {
            "negativePrompt": None if self.says_in_prompt(asked) else asked.negative_prompt,
            "guidance": asked.guidance,
            "steps": asked.steps,
            "seed": asked.seed,
        }
        return [
            fault
            for name, value in values.items()
            if value is not None and (fault := _fault(name, value, model_id, taken, takers)) is not None
        ]


NO_TUNING: Final = Tuning()


def negative_words(negative_prompt: str) -> str:
    """A negative prompt as a part of the prompt."""
    return f"Do not show: {negative_prompt.strip()}."


def _fault(name: str, value: str | float, model_id: str, taken: Mapping[str, Any], takers: Takers) -> FieldError | None:
    schema = taken.get(name)
    if schema is None:
        models = list(takers(name))
        who = f"{', '.join(models)} do" if len(models) > 1 else f"{models[0]} does" if models else "no model does"
        return FieldError(name, f"{model_id} does not take {name}; {who}.", {"models": models})
    allowed = {bound: schema[bound] for bound in ("minLength", "maxLength", "minimum", "maximum") if bound in schema}
    if isinstance(value, str):
        fits = not is_blank(value) and len(value) <= schema["maxLength"]
        return None if fits else FieldError(name, f"{name} must have 1 to {schema['maxLength']} characters.", allowed)
    # False for what is no number, too.
    fits = schema["minimum"] <= value <= schema["maximum"]
    message = f"{name} must be from {schema['minimum']} to {schema['maximum']} for {model_id}."
    return None if fits else FieldError(name, message, allowed)

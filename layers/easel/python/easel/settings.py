"""A function's environment as a model: read once, validated at the first use; errors name the variables.

    class Env(settings.Settings):
        CORE_TABLE_NAME: settings.Text

    env = settings.load(Env)

Fields have the names of the variables; other variables are ignored.
"""

from __future__ import annotations

import os
from typing import Annotated, TypeVar, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

Text = Annotated[str, Field(min_length=1)]
"""A variable that may not be empty."""

Words = Annotated[tuple[str, ...], BeforeValidator(lambda given: tuple(filter(None, given.split(","))))]
"""A comma-separated list; may be empty."""

_AnySettings = TypeVar("_AnySettings", bound="Settings")


class Settings(BaseModel):
    """Base of every function's `Env`."""

    # Models are built on first use: most functions import more mixins than they use.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    def __hash__(self) -> int:
        """By the class, as mappings cannot be hashed: a process has one instance of each, so factories can cache."""
        return hash(type(self))


class SettingsError(RuntimeError):
    """A variable is missing or invalid. Only a deployment can fix that."""

    loggable = True
    """The message names variables, never their values."""


_loaded: dict[type[Settings], Settings] = {}


def load(model: type[_AnySettings]) -> _AnySettings:
    """The settings of this process, read from the environment once.

    Raises:
        SettingsError: names every missing or invalid variable, never its value.
    """
    if model not in _loaded:
        _loaded[model] = _read(model)
    return cast(_AnySettings, _loaded[model])


def forget() -> None:
    """Clear the cache, for tests that change the environment."""
    _loaded.clear()


def _read(model: type[_AnySettings]) -> _AnySettings:
    try:
        return model.model_validate(dict(os.environ))
    except ValidationError as error:
        faults = ", ".join(f"{_name(fault['loc'])} ({fault['type']})" for fault in error.errors(include_input=False))
    # Outside of the `except`: the validation error contains values, and some are secrets.
    raise SettingsError(f"Environment variables missing or wrong: {faults}.")


def _name(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)

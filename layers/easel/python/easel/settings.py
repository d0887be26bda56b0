"""A function's environment as a model: read once, checked at the first use, wrong or missing values named.

    class Env(settings.Settings):
        CORE_TABLE_NAME: settings.Text

    env = settings.load(Env)

Fields are spelled as the variables are; variables that no field names are left alone.
"""

from __future__ import annotations

import os
from typing import Annotated, TypeVar, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

Text = Annotated[str, Field(min_length=1)]
"""A variable that must say something: an empty one is as wrong as a missing one."""

Words = Annotated[tuple[str, ...], BeforeValidator(lambda given: tuple(filter(None, given.split(","))))]
"""A list with commas between; empty where it says nothing."""

_AnySettings = TypeVar("_AnySettings", bound="Settings")


class Settings(BaseModel):
    """Base of every function's `Env`."""

    # A mixin that is never read by itself is never compiled: most functions import more of them than they use.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    def __hash__(self) -> int:
        """By the class, as mappings cannot be hashed: a process has one instance of each, so factories can cache."""
        return hash(type(self))


class SettingsError(RuntimeError):
    """The environment lacks a variable or has one that cannot be right. Only a deployment can mend that."""

    loggable = True
    """The message names variables, never what they hold."""


_loaded: dict[type[Settings], Settings] = {}


def load(model: type[_AnySettings]) -> _AnySettings:
    """The settings of this process, read from the environment once.

    Raises:
        SettingsError: with the name of every variable that is missing or wrong, never with its value.
    """
    if model not in _loaded:
        _loaded[model] = _read(model)
    return cast(_AnySettings, _loaded[model])


def forget() -> None:
    """Read the environment anew at the next `load`: for tests that change it."""
    _loaded.clear()


def _read(model: type[_AnySettings]) -> _AnySettings:
    try:
        return model.model_validate(dict(os.environ))
    except ValidationError as error:
        faults = ", ".join(f"{_name(fault['loc'])} ({fault['type']})" for fault in error.errors(include_input=False))
    # Outside of the `except`: the validation error shows values, and some of these are secrets.
    raise SettingsError(f"Environment variables missing or wrong: {faults}.")


def _name(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)

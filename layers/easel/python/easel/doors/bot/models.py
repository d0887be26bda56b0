"""What the models of this door have in common: snake_case, strict requests that take camelCase too."""

from __future__ import annotations

from pydantic import AliasChoices, AliasGenerator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from easel.domain.credits import MILLI


def _spellings(name: str) -> AliasChoices:
    return AliasChoices(name, to_camel(name))


class BotRequest(BaseModel):
    """A request body. `null` means the same as leaving a field out: the bot's client sends it for what is unset."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(validation_alias=_spellings),
        extra="forbid",
        frozen=True,
        strict=True,
        defer_build=True,
    )


class BotAnswer(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, defer_build=True)


def credits_of(milli_credits: int) -> int | float:
    """Milli-credits as credits: a whole number where they are one, since clients read integers."""
    whole, rest = divmod(milli_credits, MILLI)
    return milli_credits / MILLI if rest else whole

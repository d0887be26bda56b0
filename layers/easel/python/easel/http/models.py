"""What the models of all doors have in common: strict requests, camelCase names, times and addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from easel.clock import to_iso
from easel.outbound.addresses import BadAddress, read_address


def _web_address(text: str) -> str:
    try:
        read_address(text)
    except BadAddress as error:
        fault = {"reason": error.reason, "allowed": error.allowed}
        raise PydanticCustomError("not_a_web_address", "is no web address", fault) from error
    return text


WebAddress = Annotated[str, AfterValidator(_web_address), Field(json_schema_extra={"format": "uri"})]


Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-20T10:00:00.000Z"])]
"""ISO 8601 in UTC with milliseconds and `Z`."""


def moment(time: datetime | None) -> str | None:
    """A time as `Moment` has it."""
    return to_iso(time) if time else None


def _integral(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WholeNumber = Annotated[int, BeforeValidator(_integral)]
"""An integer in a request: JSON has one kind of number, so `1.0` is 1."""


class RequestModel(BaseModel):
    """A request body: strict about types, closed to fields it does not know."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True, strict=True, defer_build=True
    )


class AnswerModel(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, defer_build=True)

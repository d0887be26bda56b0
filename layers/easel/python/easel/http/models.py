"""What the models of all doors have in common: strict requests, camelCase names, times and addresses."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError, PydanticKnownError

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


INTEGRAL = BeforeValidator(_integral)
"""For an integer with limits: `Annotated[int, Field(ge=1), INTEGRAL]`. Limits after it are lost in the JSON Schema."""
WholeNumber = Annotated[int, INTEGRAL]
"""An integer in a request: JSON has one kind of number, so `1.0` is 1."""


_DECIMAL: Final = re.compile(r"-?[0-9]+")


def _decimal(value: object) -> object:
    # Python also reads `5_0`, `+5`, `5.0` and blanks as a number.
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        raise PydanticKnownError("int_parsing")
    return value


DECIMAL = BeforeValidator(_decimal)
"""For an integer with limits in a query: `Annotated[int, Field(ge=0), DECIMAL]`."""
WholeNumberParameter = Annotated[int, DECIMAL]
"""An integer in a query: decimal digits, after a minus where it is negative."""


class RequestModel(BaseModel):
    """A request body: strict about types, closed to fields it does not know.

    A field may be written in camelCase or snake_case, but not in both: one of the two values would be lost.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True, strict=True, defer_build=True
    )

    @model_validator(mode="before")
    @classmethod
    def _one_spelling(cls, value: Any) -> Any:
        if isinstance(value, dict):
            for name, field in cls.model_fields.items():
                if field.alias != name and field.alias in value and name in value:
                    raise PydanticCustomError("two_spellings", "is given twice", {"field": field.alias, "other": name})
        return value


class AnswerModel(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, defer_build=True)

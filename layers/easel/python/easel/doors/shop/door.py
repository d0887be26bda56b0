"""The shop door: how its failures look.

Its clients are pages that call a NestJS API: they read `message` and `statusCode` of a JSON body, and a generic handler
of theirs may want `success`. Programs switch on `error.code`, as at every other door.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from easel.errors import LimitReached
from easel.http.door import Door, DoorName, Failure, WrittenFailure
from easel.http.models import AnswerModel


class ShopFaultDetail(AnswerModel):
    """One thing wrong with one field: its name as it was sent, and what would have been accepted."""

    field: str
    message: str
    allowed: Any = None


class ShopError(AnswerModel):
    """The failure for programs: switch on `code`."""

    code: str
    message: str
    details: list[ShopFaultDetail]
    retryable: bool = Field(description="Whether the same request may succeed later.")


class ShopFailure(AnswerModel):
    """Every failure of the shop's routes: what NestJS clients read, and the fields of RFC 9457."""

    status_code: int
    message: str
    success: bool = Field(default=False, description="Always false.")
    error: ShopError
    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    active_request_id: str | None = Field(
        default=None,
        alias="active_request_id",
        description="Only with 409, when as many generations as may run at once are running: the oldest of them.",
    )


def write_failure(failure: Failure) -> WrittenFailure:
    """A failure as a `ShopFailure`."""
    error, kind = failure.error, failure.kind
    running = error.active_ids if isinstance(error, LimitReached) else ()
    body = ShopFailure(
        status_code=kind.status.value,
        message=error.message,
        error=ShopError(
            code=error.code,
            message=error.message,
            details=[
                ShopFaultDetail(field=fault.field, message=fault.message, allowed=fault.allowed)
                for fault in failure.details
            ],
            retryable=failure.retryable,
        ),
        type=f"/docs#{error.code}",
        title=kind.title,
        status=kind.status.value,
        detail=error.message,
        instance=failure.path,
        request_id=failure.request_id,
        active_request_id=running[0] if running else None,
    )
    left_out = set() if running else {"active_request_id"}
    return WrittenFailure(body.model_dump(by_alias=True, exclude=left_out))


SHOP: Final = Door(DoorName.SHOP, write_failure, ShopFailure)

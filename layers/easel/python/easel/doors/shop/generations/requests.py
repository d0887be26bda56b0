"""What requests about the shop's generations may say, and the commands that they become."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path, Query
from pydantic import Field

from easel.domain.image import Status
from easel.domain.retry import LONGEST_NOTE, Retry
from easel.errors import NotFound
from easel.http import parse
from easel.http.models import RequestModel
from easel.http.parse import LONGEST_KEY
from easel.ids import MAX_IMAGES
from easel.services.products.product_request import DEFAULT_MODEL, WantedShots

_LONGEST_QUOTE_ID: Final = 1024
_INDEX: Final = re.compile(r"[0-9]{1,3}")
_QUOTE: Final = "Of a `dry_run`: no more than its price is charged."

GenerationId = Annotated[str, Path(alias="generationId", description="The generation's `_id`.")]
ImageIndex = Annotated[str, Path(alias="index", description="Of the image within its generation, from 0.")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="The same key with the same request answers for 24 hours with the generation it first made.",
        json_schema_extra={"pattern": f"^[!-~]{{1,{LONGEST_KEY}}}$"},
    ),
]
DryRun = Annotated[
    str | None,
    Query(
        description="`true`: say what it costs, and do nothing.", json_schema_extra={"enum": ["true", "false", None]}
    ),
]
StatusFilter = Annotated[
    str | None,
    Query(description="Only generations of this status.", json_schema_extra={"enum": [*Status, None]}),
]


class StartGenerationRequest(RequestModel):
    """Which product's pictures to make."""

    product_id: str = Field(description="The product's `_id`.")
    model: str | None = Field(
        default=None, description=f"`{DEFAULT_MODEL}` when left out; `modelNotice` says what that runs on.",
        examples=[DEFAULT_MODEL],
    )  # fmt: skip
    shots: list[str] | None = Field(
        default=None,
        max_length=MAX_IMAGES,
        description="Ids of the shots to make; all six when left out.",
        examples=[["duo", "flat-lay"]],
    )
    quote_id: str | None = Field(default=None, max_length=_LONGEST_QUOTE_ID, description=_QUOTE)


class RetryShotRequest(RequestModel):
    """What shall be different."""

    note: str | None = Field(
        default=None,
        json_schema_extra={"maxLength": LONGEST_NOTE},
        description="What was wrong with the picture. It is added to the prompt.",
        examples=["the label cannot be read"],
    )
    quote_id: str | None = Field(default=None, max_length=_LONGEST_QUOTE_ID, description=_QUOTE)


StartBody = Annotated[StartGenerationRequest, Body()]
RetryBody = Annotated[RetryShotRequest | None, Body()]


def wanted_shots(request: StartGenerationRequest, sent: Mapping[str, Any]) -> WantedShots:
    """The command. Raises NotFound: what cannot be the id of a product."""
    return WantedShots(
        product_id=parse.resource_id(request.product_id, "product"),
        model=request.model or DEFAULT_MODEL,
        shots=None if request.shots is None else tuple(request.shots),
        quote_id=request.quote_id,
        sent=sent,
    )


def retry(generation_id: str, index: str, request: RetryShotRequest | None) -> Retry:
    """The command. Raises NotFound: what cannot be the id of a generation or the number of an image."""
    asked = request or RetryShotRequest()
    if not _INDEX.fullmatch(index):
        raise NotFound(f"There is no image {index[:80]}.")
    sent = asked.model_dump(by_alias=True, exclude_none=True)
    return Retry(parse.resource_id(generation_id, "generation"), int(index), asked.note, asked.quote_id, sent)


def status_filter(text: str | None) -> Status | None:
    """Read `status`, in upper or lower case. Raises InvalidRequest: not one of ours."""
    return None if text is None else Status(parse.choice("status", text.upper(), tuple(str(one) for one in Status)))

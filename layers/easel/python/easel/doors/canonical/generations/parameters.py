"""Headers and query parameters of the routes about generations, and how they are read."""

from __future__ import annotations

import re
from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query

from easel.domain.image import Status
from easel.errors import NotFound
from easel.http.parse import LONGEST_KEY, choice

_INDEX: Final = re.compile(r"[0-9]{1,3}")

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description=f"1 to {LONGEST_KEY} visible characters, quoted or bare. For 24 hours the same key with the same "
        "request, however it is written, answers with what it first made; with another request it is refused "
        "with 422.",
        json_schema_extra={"pattern": f"^[!-~]{{1,{LONGEST_KEY}}}$"},
    ),
]
Prefer = Annotated[
    str | None,
    Header(
        description="`wait=0` to `wait=25`: seconds to wait for the end of the generation before answering. "
        "Other preferences are ignored.",
    ),
]
CancelAfter = Annotated[
    str | None,
    Header(
        alias="Cancel-After",
        description="Give up after this long: `30`, `30s` or `2m`, from 5 seconds to 10 minutes. "
        "It counts from the request on, so waiting for a free worker is included. Shortens the `deadline` of the "
        "generation, never lengthens it.",
        json_schema_extra={"pattern": r"^(([5-9]|[1-9][0-9]|[1-5][0-9]{2}|600)s?|([1-9]|10)m)$"},
    ),
]
DryRun = Annotated[
    str | None,
    # Not in the document: a route whose answers are of two kinds is no use to generated clients, and those have the
    # route for quotes. The route's description names it.
    Query(description="`true`: say what it would cost, and do nothing.", include_in_schema=False),
]
StatusFilter = Annotated[
    str | None,
    Query(description="Only generations of this status.", json_schema_extra={"enum": [*Status, None]}),
]
ImageIndex = Annotated[str, Path(alias="index", description="Of the image within its generation, from 0.")]
GenerationId = Annotated[str, Path(alias="generationId", json_schema_extra={"format": "uuid"})]


def image_index(text: str) -> int:
    """The number of an image in an address. Raises NotFound: text that cannot be one."""
    if not _INDEX.fullmatch(text):
        raise NotFound(f"There is no image {text[:80]}.")
    return int(text)


def status_filter(text: str | None) -> Status | None:
    """Read `status`, in upper or lower case.

    Raises:
        InvalidRequest: not one of ours.
    """
    return None if text is None else Status(choice("status", text.upper(), tuple(str(status) for status in Status)))

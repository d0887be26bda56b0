"""Headers, query and path parameters: how they read, and how the OpenAPI document tells of them.

The annotated types are for the signatures of routes. They take any text; the functions below check it, so that each
message can name the values that would have been accepted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final, cast

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query

from easel.domain.image import Status
from easel.errors import InvalidRequest, NotFound

if TYPE_CHECKING:
    from easel.services.images.links import Variant

VARIANTS: Final = ("original", "preview", "thumbnail")
"""Those of `services.links`, told here so that functions without pictures need not load it."""

_WAIT_SECONDS: Final = (1, 25)
"""The longest is what API Gateway's 30 seconds leave after the submit itself."""
_CANCEL_AFTER_SECONDS: Final = (5, 600)
_LONGEST_KEY: Final = 255

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description=f"1 to {_LONGEST_KEY} visible characters, quoted or bare. For 24 hours the same key with the same "
        "request, however it is written, answers with the generation it first made; with another request it is refused "
        "with 422.",
    ),
]
Prefer = Annotated[
    str | None,
    Header(
        description="`wait=1` to `wait=25`: seconds to wait for the end of the generation before answering. "
        "Other preferences are ignored.",
    ),
]
CancelAfter = Annotated[
    str | None,
    Header(
        alias="Cancel-After",
        description="Give up after this long: `30`, `30s` or `2m`, from 5 seconds to 10 minutes. "
        "Shortens the model's own deadline, never lengthens it.",
    ),
]
DryRun = Annotated[
    str | None,
    Query(
        description="`true`: say what it would cost, as `POST /api/v1/quotes` does, and do nothing.",
        json_schema_extra={"enum": ["true", "false", None]},
    ),
]
StatusFilter = Annotated[
    str | None,
    Query(description="Only generations of this status.", json_schema_extra={"enum": [*Status, None]}),
]
VariantChoice = Annotated[
    str | None,
    Query(description="Which file; the original when left out.", json_schema_extra={"enum": [*VARIANTS, None]}),
]
Accept = Annotated[str | None, Header(description="`application/json` for a description instead of the redirect.")]
GenerationId = Annotated[str, Path(alias="generationId", json_schema_extra={"format": "uuid"})]
ImageId = Annotated[str, Path(alias="imageId", json_schema_extra={"format": "uuid"})]
WorkspaceId = Annotated[str, Path(alias="workspaceId", json_schema_extra={"format": "uuid"})]
UserId = Annotated[str, Path(alias="userId", json_schema_extra={"format": "uuid"})]
KeyId = Annotated[str, Path(alias="keyId", json_schema_extra={"format": "uuid"})]
TemplateId = Annotated[
    str, Path(alias="templateId", description="A word for what ships with Easel, an id of ours for your own.")
]
TemplateVersion = Annotated[
    int | None,
    Query(description="An older version; the newest when left out.", json_schema_extra={"minimum": 1}),
]
TelegramId = Annotated[
    str, Path(description="A Telegram user's id.", json_schema_extra={"pattern": "^[1-9][0-9]{0,15}$"})
]
ModelId = Annotated[str, Path(alias="modelId")]
NamedModel = Annotated[
    str | None, Query(description="A model's id or alias; `seedream-v4` when left out.", alias="model")
]
ProviderName = Annotated[str, Path(description="The provider that was given the address.")]
CallbackTicket = Annotated[str, Query(alias="t", description="The ticket in the address.")]
PermalinkToken = Annotated[str, Path()]

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_VISIBLE: Final = re.compile(rf"[\x21-\x7e]{{1,{_LONGEST_KEY}}}")
_SECONDS: Final = re.compile(r"[0-9]{1,3}")
_DURATION: Final = re.compile(r"([0-9]{1,6})\s*([sm]?)")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the caller would like (RFC 7240): `wait` in seconds, None when there is nothing to wait for."""

    wait: int | None = None

    def applied(self, *, replayed: bool) -> dict[str, str]:
        """The headers that say which preference was honoured, and whether the answer is that of an earlier call."""
        waited = {} if self.wait is None else {"Preference-Applied": f"wait={self.wait}"}
        return waited | ({"Idempotent-Replayed": "true"} if replayed else {})


def preferences(prefer: str | None) -> Preferences:
    """Read a `Prefer` header. The first `wait` counts; what we do not know is ignored, as the RFC wants.

    Raises:
        InvalidRequest: a `wait` that is no whole number of seconds within the range.
    """
    lowest, highest = _WAIT_SECONDS
    for preference in (prefer or "").split(","):
        name, _, value = preference.partition(";")[0].partition("=")
        if name.strip().lower() != "wait":
            continue
        seconds = value.strip().strip('"')
        if not _SECONDS.fullmatch(seconds) or not lowest <= int(seconds) <= highest:
            message = f"Prefer: wait must be a whole number of seconds from {lowest} to {highest}."
            raise InvalidRequest.of("Prefer", message, {"minimum": lowest, "maximum": highest})
        return Preferences(int(seconds))
    return Preferences()


def cancel_after(text: str | None) -> timedelta | None:
    """Read a `Cancel-After` header: seconds, or a number with `s` or `m`.

    Raises:
        InvalidRequest: not such a time, or out of range.
    """
    if text is None:
        return None
    lowest, highest = _CANCEL_AFTER_SECONDS
    match = _DURATION.fullmatch(text.strip().lower())
    seconds = int(match[1]) * (60 if match[2] == "m" else 1) if match else 0
    if not lowest <= seconds <= highest:
        message = f"Cancel-After must be from {lowest} to {highest} seconds, written as 30, 30s or 2m."
        raise InvalidRequest.of("Cancel-After", message, {"minimum": lowest, "maximum": highest, "unit": "seconds"})
    return timedelta(seconds=seconds)


def idempotency_key(text: str | None) -> str | None:
    """Read an `Idempotency-Key` header: a quoted string as the draft standard wants it, or bare as most clients do.

    Raises:
        InvalidRequest: empty, too long, or with blanks or control characters.
    """
    if text is None:
        return None
    quoted = _QUOTED.fullmatch(text.strip())
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text.strip()
    if not _VISIBLE.fullmatch(key):
        message = f"Idempotency-Key must have 1 to {_LONGEST_KEY} visible ASCII characters."
        raise InvalidRequest.of("Idempotency-Key", message, {"minLength": 1, "maxLength": _LONGEST_KEY})
    return key


def status_filter(text: str | None) -> Status | None:
    """Read `status`, whatever its case.

    Raises:
        InvalidRequest: not one of ours.
    """
    return None if text is None else Status(_choice("status", text.upper(), tuple(str(status) for status in Status)))


def flag(name: str, text: str | None) -> bool:
    """Read a switch of the query: `true` or `false`, absent meaning the latter.

    Raises:
        InvalidRequest: anything else.
    """
    if text is not None and text.lower() not in {"true", "false"}:
        raise InvalidRequest.of(name, f"{name} must be true or false.", ["true", "false"])
    return text is not None and text.lower() == "true"


def variant(text: str | None) -> Variant:
    """Read `variant`; the original is the default.

    Raises:
        InvalidRequest: not one of ours.
    """
    return "original" if text is None else cast("Variant", _choice("variant", text.lower(), VARIANTS))


def wants_json(accept: str | None) -> bool:
    """Whether an `Accept` header names JSON. `*/*`, which every client sends unasked, does not."""
    types = [part.partition(";")[0].strip().lower() for part in (accept or "").split(",")]
    return "application/json" in types


def resource_id(text: str, kind: str) -> str:
    """An id from a path, in lower case.

    Raises:
        NotFound: text that cannot be an id; it reads the same as an id that is not there.
    """
    candidate = text.lower()
    if not _UUID.fullmatch(candidate):
        raise NotFound(f"There is no {kind} {text[:80]}.")
    return candidate


def _choice(field: str, value: str, options: tuple[str, ...]) -> str:
    if value not in options:
        raise InvalidRequest.of(field, f"{field} must be one of {', '.join(options)}.", list(options))
    return value

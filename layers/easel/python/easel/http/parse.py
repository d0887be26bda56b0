"""Reading of headers, switches and ids that every door may have. Each message names what would have been accepted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from easel.errors import InvalidRequest, NotFound

LONGEST_KEY: Final = 255
LONGEST_WAIT: Final = 25
"""Seconds that API Gateway's thirty leave for waiting, after the submit itself."""
_WAIT_SECONDS: Final = (0, LONGEST_WAIT)
CANCEL_AFTER_SECONDS: Final = (5, 600)
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_VISIBLE: Final = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_KEY}}}")
_DIGITS: Final = re.compile(r"[0-9]+")
_SMALL: Final = re.compile(r"[0-9]{1,9}")
_VERSION: Final = re.compile(r'(?:W/)?"?([0-9]{1,9})(?:-[0-9]{1,12})?"?')
_DURATION: Final = re.compile(r"([0-9]{1,6})\s*([sm]?)")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the caller would like (RFC 7240): `wait` in seconds, None where nothing is said; 0 is not to wait."""

    wait: int | None = None

    def applied(self, *, replayed: bool) -> dict[str, str]:
        """The headers that say which preference was honoured, and whether the answer is that of an earlier call."""
        waited = {} if self.wait is None else {"Preference-Applied": f"wait={self.wait}"}
        return waited | ({"Idempotent-Replayed": "true"} if replayed else {})


def preferences(prefer: str | None) -> Preferences:
    """Read a `Prefer` header. The first `wait` counts; what we do not know is ignored, as the RFC wants.

    A `wait` outside of the range, or without a number, counts as the nearest that we can keep: a preference is not a
    demand, and `Preference-Applied` says what became of it.

    Raises:
        InvalidRequest: a `wait` that is no whole number of seconds.
    """
    lowest, highest = _WAIT_SECONDS
    for preference in (prefer or "").split(","):
        name, _, value = preference.partition(";")[0].partition("=")
        if name.strip().lower() != "wait":
            continue
        seconds = value.strip().strip('"') or str(highest)
        if not _DIGITS.fullmatch(seconds):
            message = f"Prefer: wait must be a whole number of seconds from {lowest} to {highest}."
            raise InvalidRequest.of("Prefer", message, {"minimum": lowest, "maximum": highest})
        # However many digits: only whether there are more than the highest has.
        number = highest if len(seconds.lstrip("0")) > len(str(highest)) else int(seconds)
        return Preferences(min(max(number, lowest), highest))
    return Preferences()


def cancel_after(text: str | None) -> timedelta | None:
    """Read a `Cancel-After` header: seconds, or a number with `s` or `m`.

    Raises:
        InvalidRequest: not such a time, or out of range.
    """
    if text is None:
        return None
    lowest, highest = CANCEL_AFTER_SECONDS
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
        message = f"Idempotency-Key must have 1 to {LONGEST_KEY} visible ASCII characters."
        raise InvalidRequest.of("Idempotency-Key", message, {"minLength": 1, "maxLength": LONGEST_KEY})
    return key


def if_match(text: str | None) -> int | None:
    """Read an `If-Match` header that names a version: as `answers.version_tag` writes it, or as a bare number.

    None where there is none, and for `*`, which any version matches.

    Raises:
        InvalidRequest: anything else; a list of tags is not taken.
    """
    if text is None or text.strip() == "*":
        return None
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        message = "If-Match must be the ETag or the version of what you have read."
        raise InvalidRequest.of("If-Match", message, {"pattern": _VERSION.pattern})
    return int(match[1])


def flag(name: str, text: str | None) -> bool:
    """Read a switch of the query: `true` or `false`, absent meaning the latter.

    Raises:
        InvalidRequest: anything else.
    """
    if text is not None and text.lower() not in {"true", "false"}:
        raise InvalidRequest.of(name, f"{name} must be true or false.", ["true", "false"])
    return text is not None and text.lower() == "true"


def wants_json(accept: str | None) -> bool:
    """Whether an `Accept` header names JSON. `*/*`, which every client sends unasked, does not."""
    types = [part.partition(";")[0].strip().lower() for part in (accept or "").split(",")]
    return "application/json" in types


def small_number(text: str | None) -> int | None:
    """The number of at most nine decimal digits, in a header or a field of a form; None for anything else.

    `int` takes other scripts' digits, and raises for some thousands of them.
    """
    return int(text) if text is not None and _SMALL.fullmatch(text) else None


def resource_id(text: str, kind: str) -> str:
    """An id from a path, in lower case.

    Raises:
        NotFound: text that cannot be an id; it reads the same as an id that is not there.
    """
    candidate = text.lower()
    if not _UUID.fullmatch(candidate):
        raise NotFound(f"There is no {kind} {text[:80]}.")
    return candidate


def is_id(text: str) -> bool:
    """Whether this is an id in lower case."""
    return _UUID.fullmatch(text) is not None


def id_in_body(field: str, text: str, kind: str) -> str:
    """An id in a field of a body, in lower case. Raises InvalidRequest: text that cannot be an id."""
    candidate = text.strip().lower()
    if not _UUID.fullmatch(candidate):
        raise InvalidRequest.of(field, f"There is no {kind} {text[:80]}.", {"format": "uuid"})
    return candidate


def choice(field: str, value: str, options: tuple[str, ...]) -> str:
    """One of these words. Raises InvalidRequest."""
    if value not in options:
        raise InvalidRequest.of(field, f"{field} must be one of {', '.join(options)}.", list(options))
    return value

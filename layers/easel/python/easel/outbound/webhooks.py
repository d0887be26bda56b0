"""Posts events to the addresses that workspaces name, signed as Standard Webhooks has it. `guard.py` says how."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpcore

from easel.clock import Clock, system_clock
from easel.domain.deliveries import Attempt, Outcome, outcome_of
from easel.outbound.addresses import BadAddress, origins, parse_address
from easel.outbound.deadline import Deadline
from easel.outbound.guard import TOO_LATE, UNREACHABLE, GuardedHttp, NotPublicError
from easel.outbound.signatures import signed
from easel.services.ports.webhooks import Posting

USER_AGENT: Final = "easel-webhooks/1"
KEPT_BYTES: Final = 2_048
"""Of an answer's body. The rest is not read."""
CUT: Final = "… [cut]"
"""Ends a body that was longer."""
_LONGEST_NUMBER: Final = 9


class WebhookPoster:
    """`ports.webhooks.Poster`.

    `trusted_origins` (exact `scheme://host:port`) may be called over http and at any address: receivers on the
    developer's own machine.
    """

    def __init__(
        self,
        *,
        trusted_origins: Iterable[str] = (),
        http: GuardedHttp | None = None,
        clock: Clock = system_clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trusted = origins(trusted_origins)
        self._http = http or GuardedHttp()
        self._clock = clock
        self._monotonic = monotonic

    def __call__(self, posting: Posting, number: int) -> Attempt:
        at, began = self._clock(), self._monotonic()

        def ended(
            outcome: Outcome,
            status: int | None = None,
            response: str | None = None,
            retry_after: timedelta | None = None,
        ) -> Attempt:
            took = timedelta(seconds=max(0.0, self._monotonic() - began))
            return Attempt(number, at, took, outcome, status, response, retry_after)

        try:
            address = parse_address(posting.url, self._trusted)
        except BadAddress:
            return ended(Outcome.BAD_ADDRESS)
        deadline = Deadline(posting.seconds, self._monotonic)
        try:
            with self._http.send(
                "POST",
                address,
                deadline,
                headers=_headers(posting, at),
                is_trusted=address.origin in self._trusted,
                body=posting.body.encode("utf-8"),
            ) as response:
                # What the receiver has answered counts, even where the rest of it does not come in time.
                return ended(
                    outcome_of(response.status),
                    response.status,
                    _beginning(response),
                    _retry_after(response, at),
                )
        except NotPublicError:
            return ended(Outcome.NOT_PUBLIC)
        except TOO_LATE:
            return ended(Outcome.TIMEOUT)
        except UNREACHABLE as error:
            return ended(Outcome.TLS if _is_tls(error) else Outcome.UNREACHABLE)


def _headers(posting: Posting, at: datetime) -> list[tuple[str, str]]:
    return [
        ("User-Agent", USER_AGENT),
        ("Content-Type", "application/json"),
        # Nothing is decompressed, so that no answer is larger than what came.
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
        *signed(posting, at).items(),
    ]


def _beginning(response: httpcore.Response) -> str:
    """The first bytes of the body as text, with a marker where there is more."""
    received = bytearray()
    try:
        for chunk in response.iter_stream():
            received += chunk
            if len(received) > KEPT_BYTES:
                break
    except (*TOO_LATE, *UNREACHABLE):
        return _text(received) + CUT
    return _text(received[:KEPT_BYTES]) + (CUT if len(received) > KEPT_BYTES else "")


def _text(data: bytes | bytearray) -> str:
    text = bytes(data).decode("utf-8", "replace")
    return "".join(character if character.isprintable() or character in "\n\t" else "�" for character in text)


def _retry_after(response: httpcore.Response, now: datetime) -> timedelta | None:
    """What the receiver asks for: seconds or a date. None where it asks for nothing that can be read."""
    texts = [value for name, value in response.headers if name.lower() == b"retry-after"]
    text = texts[0].decode("ascii", "replace").strip() if texts else ""
    if text.isascii() and text.isdigit():
        # However many digits: days are cut to one anyway.
        return timedelta(seconds=int(text)) if len(text) <= _LONGEST_NUMBER else timedelta(days=1)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta())


def _is_tls(error: BaseException | None) -> bool:
    """Whether TLS is what failed, however deep the HTTP library has wrapped it."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False

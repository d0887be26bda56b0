"""Callbacks of vendors: the addresses that we give them, and what comes in there.

An address carries a ticket of ours, which names image and attempt, so a forged callback is refused without a read. On
top the vendor's own signature counts, where it has one. A callback is a hint: all that follows from it is one message
to look at the job with our own key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote
from uuid import UUID

from easel.clock import Clock
from easel.errors import CallbackRefused
from easel.services.ports.image_tasks import ImageRef

QUERY_NAME: Final = "t"
"""The query parameter that holds the ticket."""

_FORM: Final = struct.Struct(">B16s16sB16sI")
_VERSION: Final = 1
_MAC_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class CallbackTicket:
    """What a ticket names. All ids are UUIDs."""

    ref: ImageRef
    attempt_id: str


class CallbackSigner:
    """Makes and reads tickets: 86 bytes and no look-up, as an address has to be short and nothing is stored for it.

    `base64url(version, workspace, generation, image index, attempt, end of validity, hmac-sha256)`. The signature is
    over the provider's name too, so a vendor cannot speak for another one.
    """

    def __init__(self, key: Callable[[], bytes], clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def sign(self, provider: str, ticket: CallbackTicket, valid_until: datetime) -> str:
        """The ticket that this provider may show until then."""
        ref = ticket.ref
        ids = (UUID(ref.workspace_id).bytes, UUID(ref.generation_id).bytes, ref.index, UUID(ticket.attempt_id).bytes)
        payload = _FORM.pack(_VERSION, *ids, int(valid_until.timestamp()))
        return base64.urlsafe_b64encode(payload + self._signature(provider, payload)).rstrip(b"=").decode("ascii")

    def read(self, provider: str, text: str) -> CallbackTicket:
        """Raises CallbackRefused: not one that we gave to this provider, or too old."""
        payload, signature = _split(text)
        if not hmac.compare_digest(signature, self._signature(provider, payload)):
            raise CallbackRefused("forged")
        version, workspace, generation, index, attempt, ends = _FORM.unpack(payload)
        if version != _VERSION:
            raise CallbackRefused("forged")
        if self._clock().timestamp() > ends:
            raise CallbackRefused("expired")
        ref = ImageRef(str(UUID(bytes=workspace)), str(UUID(bytes=generation)), index)
        return CallbackTicket(ref, str(UUID(bytes=attempt)))

    def _signature(self, provider: str, payload: bytes) -> bytes:
        return hmac.digest(
            self._key(), b"easel-callback:" + provider.encode("utf-8", "replace") + b":" + payload, hashlib.sha256
        )


class SignedAddresses:
    """`ports.providers.CallbackAddresses` for these providers. `base_url` is where the API is reached from outside."""

    def __init__(self, *, signer: CallbackSigner, base_url: str, providers: Collection[str]) -> None:
        self._signer = signer
        self._base = base_url.rstrip("/")
        self._providers = frozenset(providers)

    def expected_from(self, provider: str) -> bool:
        return provider in self._providers

    def address(self, provider: str, ref: ImageRef, attempt_id: str, valid_until: datetime) -> str | None:
        if provider not in self._providers:
            return None
        ticket = self._signer.sign(provider, CallbackTicket(ref, attempt_id), valid_until)
        return f"{self._base}/api/v1/callbacks/{quote(provider, safe='')}?{QUERY_NAME}={ticket}"


class NoCallbacks:
    """`ports.providers.CallbackAddresses` where no vendor is told any."""

    def expected_from(self, provider: str) -> bool:  # noqa: ARG002 - the port's signature
        return False

    def address(self, provider: str, ref: ImageRef, attempt_id: str, valid_until: datetime) -> None:  # noqa: ARG002 - as above
        return None


def _split(text: str) -> tuple[bytes, bytes]:
    """Payload and signature. Raises CallbackRefused for what no ticket looks like."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise CallbackRefused("forged") from None
    # Base64 has several spellings for some bytes; only the one that we write counts.
    canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") == text
    if len(raw) != _FORM.size + _MAC_BYTES or not canonical:
        raise CallbackRefused("forged")
    return raw[: _FORM.size], raw[_FORM.size :]

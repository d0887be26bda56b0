"""Callbacks of vendors: the addresses that we give them, and what comes in there.

An address carries a ticket of ours, which names image and attempt, so a forged callback is refused without a read. On
top the vendor's own signature counts, where it has one. A callback is a hint: all that follows from it is one message
to look at the job with our own key.
"""

from __future__ import annotations

import struct
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote
from uuid import UUID

from easel.clock import Clock
from easel.errors import CallbackRefused
from easel.services.ports.image_tasks import ImageRef
from easel.signing import ExpiredToken, ForgedToken, Keys, Signer

QUERY_NAME: Final = "t"
"""The query parameter that holds the ticket."""

_FORM: Final = struct.Struct(">16s16sB16s")


@dataclass(frozen=True, slots=True)
class CallbackTicket:
    """What a ticket names. All ids are UUIDs."""

    ref: ImageRef
    attempt_id: str


class CallbackSigner:
    """Makes and reads tickets: short, as they are part of an address, and good without anything being stored.

    They are bound to the provider's name, so a vendor cannot speak for another one.
    """

    def __init__(self, keys: Keys, clock: Clock) -> None:
        self._signer = Signer("callback", keys, clock)

    def sign(self, provider: str, ticket: CallbackTicket, valid_until: datetime) -> str:
        """The ticket that this provider may show until then."""
        ref = ticket.ref
        payload = _FORM.pack(
            UUID(ref.workspace_id).bytes, UUID(ref.generation_id).bytes, ref.index, UUID(ticket.attempt_id).bytes
        )
        return self._signer.sign(payload, provider, expires_at=valid_until)

    def read(self, provider: str, text: str) -> CallbackTicket:
        """Raises CallbackRefused: not one that we gave to this provider, or too old."""
        try:
            payload = self._signer.verify(text, provider)
        except ExpiredToken:
            raise CallbackRefused("expired") from None
        except ForgedToken:
            raise CallbackRefused("forged") from None
        workspace, generation, index, attempt = _FORM.unpack(payload)
        ref = ImageRef(str(UUID(bytes=workspace)), str(UUID(bytes=generation)), index)
        return CallbackTicket(ref, str(UUID(bytes=attempt)))


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

"""What references need: addresses that are kept encrypted, and the bot that fetches Telegram's files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from easel.domain.generation import Generation
from easel.domain.provider import ReferenceImage

BotWorkspace = Callable[[], str | None]
"""The workspace that owns the deployment's Telegram bot; None while there is no bot. Raises SecretUnavailable."""


@dataclass(frozen=True, slots=True)
class ReferenceCopy:
    """Where the cleaned copy of a reference picture is stored."""

    key: str
    media_type: str


@dataclass(frozen=True, slots=True)
class CopyClaim:
    """The right to make the copy of one reference of a generation, counted from 1, until it expires."""

    generation_id: str
    number: int
    token: str


@dataclass(frozen=True, slots=True)
class CopyRefused:
    """A reference that cannot be used: the code and the message of the error."""

    code: str
    message: str


CopyState = CopyClaim | ReferenceCopy | CopyRefused | None
"""What there is of a copy: a claim that was just given, the copy, its refusal, or None while another worker has it."""


class ReferenceCopies(Protocol):
    """Which references of a generation were copied, and who is at it. Kept for a day."""

    def begin(self, generation_id: str, number: int, *, now: datetime, until: datetime) -> CopyState:
        """Claim the copy until this moment, unless it is made, refused, or claimed by another worker."""
        ...

    def finish(self, claim: CopyClaim, copy: ReferenceCopy) -> None:
        """Note the copy. Nothing happens when the claim was taken over."""
        ...

    def refuse(self, claim: CopyClaim, refusal: CopyRefused) -> None:
        """Note for all workers that the reference cannot be used. Nothing happens when the claim was taken over."""
        ...

    def release(self, claim: CopyClaim) -> None:
        """Let another worker try. Nothing happens when the claim was taken over."""
        ...


class ReferenceObjects(Protocol):
    """The part of the object store that copies need. Raises StorageUnavailable."""

    def put(self, key: str, data: bytes, media_type: str) -> None: ...

    def get(self, key: str) -> bytes | None: ...

    def presign(self, key: str, *, expires_in: timedelta) -> str: ...


class ReferenceStore(Protocol):
    """The copies themselves. Raises StorageUnavailable."""

    def keep(self, generation: Generation, reference: ReferenceImage) -> ReferenceCopy:
        """Store a copy; the same picture always under the same key."""
        ...

    def read(self, copy: ReferenceCopy) -> ReferenceImage | None:
        """The picture; None once it has expired."""
        ...

    def link(self, copy: ReferenceCopy) -> str:
        """A short-lived address of it, for vendors that fetch references."""
        ...


class TelegramFiles(Protocol):
    """Files that people sent to the deployment's Telegram bot."""

    def fetch(self, file_id: str) -> ReferenceImage:
        """Raises ReferenceUnavailable, ImageRejected or SecretUnavailable."""
        ...


class AddressVault(Protocol):
    """Encrypts web addresses that carry a secret. What it returns is worthless without the vault."""

    def seal(self, address: str, generation_id: str) -> str:
        """The address in encrypted form, bound to this generation. Raises SecretUnavailable."""
        ...

    def open(self, sealed: str, generation_id: str) -> str:
        """The address. Raises SecretUnavailable, also for what was sealed for another generation."""
        ...

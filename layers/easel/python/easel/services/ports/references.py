"""What references need: addresses that are kept encrypted, and the bot that fetches Telegram's files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from easel.domain.provider import ReferenceImage

BotWorkspace = Callable[[], str | None]
"""The workspace that owns the deployment's Telegram bot; None while there is no bot. Raises SecretUnavailable."""


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

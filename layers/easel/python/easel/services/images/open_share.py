"""Show what a link shows, to whoever has it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from easel.clock import Clock
from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.domain.rates import HOUR, MINUTE, Counter, Window
from easel.domain.share import LONGEST_PASSWORD, Share, decode_share_token, is_password
from easel.errors import EaselError, NotFound, PasswordRequired, RateLimited
from easel.services.accounts.rate_limits import RateCounters
from easel.services.ports.generations import GenerationReader
from easel.services.ports.shares import Shares

logger = logging.getLogger(__name__)

TRIES_PER_MINUTE: Final = 5
"""Passwords for one link from one address."""
TRIES_PER_HOUR: Final = 100
"""Passwords for one link from anywhere."""


@dataclass(frozen=True, slots=True)
class SharedPictures:
    """What a link shows: images that have a picture, at least one."""

    share: Share
    generation: Generation
    images: Sequence[Image]


class OpenShare:
    """One read for the link, one for its generation, one write for the number of views."""

    def __init__(self, *, shares: Shares, generations: GenerationReader, attempts: RateCounters, clock: Clock) -> None:
        self._shares = shares
        self._generations = generations
        self._attempts = attempts
        self._clock = clock

    def __call__(
        self, token: str, password: str | None = None, *, address: str = "", is_view: bool = True
    ) -> SharedPictures:
        """What it shows. Programs that make a preview of a link in a chat do not view it.

        Raises:
            NotFound: there is no such link, it has ended, was revoked, or what it shows is deleted: the same for all.
            PasswordRequired: it has a password, and none or another one was given.
            RateLimited: too many passwords were tried.
        """
        share = self._found(token)
        if share.password_hash is not None:
            self._check(share, share.password_hash, password, address)
        shown = self._pictures(share)
        if is_view:
            self._note(share)
        return shown

    def _found(self, token: str) -> Share:
        parsed = decode_share_token(token)
        share = self._shares.get(parsed.workspace_id, parsed.share_id) if parsed else None
        if parsed is None or share is None or not parsed.opens(share) or not share.is_open(self._clock()):
            raise _no_link()
        return share

    def _check(self, share: Share, stored: str, password: str | None, address: str) -> None:
        if password is None:
            raise PasswordRequired("This link has a password.")
        now = self._clock()
        windows = (Window("address", TRIES_PER_MINUTE, MINUTE), Window("share", TRIES_PER_HOUR, HOUR))
        # Every try is counted before it is checked, so that requests at the same moment have no more of them.
        allowed, counts = self._attempts.count(
            f"SHARE#{share.id}", [Counter(windows[0], address), Counter(windows[1])], now
        )
        if not allowed:
            full = next((one for one, count in zip(windows, counts, strict=True) if count >= one.limit), windows[0])
            message = "Too many passwords were tried. Please try again later."
            raise RateLimited(message, kind="passwords", limit=full.limit, retry_after=full.resets_in(now))
        # No password is longer, and hashing is slow on purpose.
        if len(password) > LONGEST_PASSWORD or not is_password(password, stored):
            raise PasswordRequired("This is not the password of this link.")

    def _pictures(self, share: Share) -> SharedPictures:
        generation = self._generations.get(share.workspace_id, share.generation_id)
        if generation is None:
            raise _no_link()
        wanted = generation.images if share.image_index is None else generation.images[share.image_index :][:1]
        images = [image for image in wanted if image.stored is not None]
        if not images:
            raise _no_link()
        return SharedPictures(share, generation, images)

    def _note(self, share: Share) -> None:
        """A view that cannot be counted is shown all the same."""
        try:
            self._shares.note_view(share, self._clock())
        except EaselError as error:
            logger.warning("view not counted", extra={"code": error.code})


def _no_link() -> NotFound:
    return NotFound("This link no longer works.")

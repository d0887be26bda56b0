"""Reference pictures as vendors may see them: fetched, cleaned and copied once per generation.

The workers of a generation's images start together. The first one claims a reference, the others wait for its copy, and
take the work over when it dies. What cannot be used is refused for all of them with the same reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.domain.provider import ReferenceImage
from easel.domain.reference import Reference, UrlSource
from easel.domain.upload import MAX_BYTES
from easel.errors import ImageRejected, ImagingUnavailable, ReferenceUnavailable, RejectionReason
from easel.services.ports.providers import ReferenceCleaner
from easel.services.ports.references import CopyClaim, CopyRefused, ReferenceCopies, ReferenceCopy, ReferenceStore
from easel.services.references.fetch_reference import FetchReference

CLAIM_LIFETIME: Final = timedelta(seconds=60)
"""Longer than a picture takes to be fetched and cleaned."""
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 2.0
"""Seconds between looks for a copy that another worker makes."""
_UPLOAD_IT: Final = (
    "It is too large to be used by its address; uploaded (POST /api/v1/uploads, "
    f"at most {MAX_BYTES // 1024**2} MB) it can be used."
)
"""Uploads are checked with more memory, and made smaller there for vendors."""


@dataclass(frozen=True, slots=True)
class PreparedReference:
    """The copy of a cleaned picture.

    Its bytes stay in the store while further references are cleaned: a worker has memory for one with its pixels.
    """

    copy: ReferenceCopy
    store: ReferenceStore
    is_mask: bool

    def read(self) -> ReferenceImage:
        """The picture. Raises ReferenceUnavailable or StorageUnavailable."""
        image = self.store.read(self.copy)
        if image is None:
            raise ReferenceUnavailable("The copy of a reference picture has expired.")
        return replace(image, is_mask=self.is_mask)

    def lent(self) -> ReferenceImage:
        """The picture with a short-lived address of its copy. Raises what `read` raises."""
        return replace(self.read(), url=self.store.link(self.copy))


class PrepareReferences:
    """One write and one read of a claim per reference and image; the work itself once per generation."""

    def __init__(
        self,
        *,
        fetch: FetchReference,
        cleaner: ReferenceCleaner,
        copies: ReferenceCopies,
        store: ReferenceStore,
        clock: Clock,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._fetch = fetch
        self._cleaner = cleaner
        self._copies = copies
        self._store = store
        self._clock = clock
        self._sleep = sleep

    def __call__(self, generation: Generation, image: Image, *, until: datetime) -> tuple[PreparedReference, ...]:
        """The pictures that this image works from.

        Raises:
            ReferenceUnavailable: one cannot be fetched, or all together take longer than `until`.
            ImageRejected: one is no picture that vendors take.
            ImagingUnavailable: one could not be cleaned now, or another worker is still at it.
            EaselError: something of ours does not answer.
        """
        return tuple(
            PreparedReference(self._copied(generation, number, reference, until), self._store, reference.is_mask)
            for number, reference in generation.references_of(image)
        )

    def _copied(self, generation: Generation, number: int, reference: Reference, until: datetime) -> ReferenceCopy:
        pause = _FIRST_PAUSE
        while True:
            now = self._clock()
            state = self._copies.begin(generation.id, number, now=now, until=now + CLAIM_LIFETIME)
            if isinstance(state, CopyRefused):
                raise _refusal(state)
            if isinstance(state, ReferenceCopy):
                return state
            if now > until:
                self._give_up(state)
            if isinstance(state, CopyClaim):
                return self._make(state, generation, reference)
            self._sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _give_up(self, state: CopyClaim | None) -> None:
        if state is None:
            raise ImagingUnavailable("A reference picture is still being prepared.")
        self._copies.release(state)
        raise ReferenceUnavailable("Fetching and checking the reference pictures took too long.")

    def _make(self, claim: CopyClaim, generation: Generation, reference: Reference) -> ReferenceCopy:
        try:
            image = self._clean(claim.number, reference, self._fetch(generation, reference))
            copy = self._store.keep(generation, image)
        except (ReferenceUnavailable, ImageRejected) as error:
            self._copies.refuse(claim, CopyRefused(error.code, error.message))
            raise
        except Exception:
            self._copies.release(claim)
            raise
        self._copies.finish(claim, copy)
        return copy

    def _clean(self, number: int, reference: Reference, fetched: ReferenceImage) -> ReferenceImage:
        try:
            return self._cleaner.clean(fetched)
        except ImageRejected as error:
            message = f"Reference picture {number}: {error.message}"
            if error.reason is RejectionReason.TOO_MUCH_MEMORY and isinstance(reference.source, UrlSource):
                message = f"{message} {_UPLOAD_IT}"
            raise ImageRejected(message, error.reason) from error


def _refusal(refused: CopyRefused) -> ReferenceUnavailable | ImageRejected:
    kind = ImageRejected if refused.code == ImageRejected.code else ReferenceUnavailable
    return kind(refused.message)

"""Reference images for vendors that fetch them by URL: a cleaned copy, and a short-lived link to it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Final

from easel.domain.generation import Generation
from easel.domain.provider import ReferenceImage
from easel.services.ports.pictures import ImageStore
from easel.storage.keys import lent_key

_LENT_FOR: Final = timedelta(hours=1)
"""Longer than any job; a lifecycle rule deletes the copy after a day."""


class S3ReferenceLender:
    """`ports.providers.ReferenceLender`."""

    def __init__(self, store: ImageStore) -> None:
        self._store = store

    def lend(self, generation: Generation, reference: ReferenceImage) -> ReferenceImage:
        digest, extension = hashlib.sha256(reference.data).hexdigest(), reference.media_type.rpartition("/")[2]
        key = lent_key(generation.workspace_id, generation.id, f"{digest}.{extension}")
        self._store.put(key, reference.data, reference.media_type)
        return replace(reference, url=self._store.presign(key, expires_in=_LENT_FOR))

"""Cleaned reference images in the bucket: read by the workers of a generation, and by vendors that fetch them."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

from easel.domain.generation import Generation
from easel.domain.provider import ReferenceImage
from easel.services.ports.references import ReferenceCopy, ReferenceObjects
from easel.storage.keys import lent_key

_LENT_FOR: Final = timedelta(hours=1)
"""Longer than any job; a lifecycle rule deletes the copy after a day."""


class S3ReferenceStore:
    """`ports.references.ReferenceStore`."""

    def __init__(self, objects: ReferenceObjects) -> None:
        self._objects = objects

    def keep(self, generation: Generation, reference: ReferenceImage) -> ReferenceCopy:
        digest, extension = hashlib.sha256(reference.data).hexdigest(), reference.media_type.rpartition("/")[2]
        key = lent_key(generation.workspace_id, generation.id, f"{digest}.{extension}")
        self._objects.put(key, reference.data, reference.media_type)
        return ReferenceCopy(key, reference.media_type)

    def read(self, copy: ReferenceCopy) -> ReferenceImage | None:
        data = self._objects.get(copy.key)
        if data is None:
            return None
        return ReferenceImage(data, copy.media_type, f"reference.{copy.media_type.rpartition('/')[2]}")

    def link(self, copy: ReferenceCopy) -> str:
        return self._objects.presign(copy.key, expires_in=_LENT_FOR)

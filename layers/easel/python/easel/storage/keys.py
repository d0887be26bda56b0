"""Object keys of the bucket. They are built here and nowhere else.

    generated/<workspace id>/<generation or content item id>/<image id>/{original.<ext>,preview.webp,thumb.webp}
    unmarked/<the same>/original.<ext>       the image before a watermark was drawn: no function may read it
    archives/<workspace id>/<generation id>/<digest>.zip     expires by a lifecycle rule
    batches/<workspace id>/<batch id>/{lines,results-<step>}.jsonl    expire by a lifecycle rule
    lent/<workspace id>/<generation id>/<sha256>.<ext>   copy of a cleaned reference image, for a vendor to read

    incoming/<workspace id>/<upload id>      what a caller sent, until it is checked; expires by a lifecycle rule
    uploads/<workspace id>/<upload id>/{<sha256>.<ext>,<sha256>-thumb.webp}   the cleaned picture; only workers write it

The same image always has the same keys, so storing it twice is harmless. File names are those of
`ProcessedImage.stored_under`.
"""

from __future__ import annotations

import re
from typing import Final

GENERATED: Final = "generated"
UNMARKED: Final = "unmarked"
LENT: Final = "lent"
ARCHIVES: Final = "archives"
BATCHES: Final = "batches"
INCOMING: Final = "incoming"
UPLOADS: Final = "uploads"

_INCOMING_PARTS: Final = 2
_PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def image_prefix(workspace_id: str, group: str, image_id: str) -> str:
    """Prefix of an image's files; `group` is the generation or the content item it belongs to.

    Raises:
        ValueError: an id with characters that are not allowed in a key.
    """
    return _prefix(GENERATED, workspace_id, group, image_id)


def unmarked_prefix(workspace_id: str, group: str, image_id: str) -> str:
    """Prefix of the image without its watermark: apart from the others, so that roles can be kept from reading it.

    Raises:
        ValueError: an id with characters that are not allowed in a key.
    """
    return _prefix(UNMARKED, workspace_id, group, image_id)


def archive_key(workspace_id: str, generation_id: str, digest: str) -> str:
    """Key of the archive with this content.

    Raises:
        ValueError: an id with characters that are not allowed in a key.
    """
    return _prefix(ARCHIVES, workspace_id, generation_id, f"{digest}.zip")


def archives_prefix(workspace_id: str, generation_id: str) -> str:
    """Prefix of all archives of a generation, its end included: ids of others may begin alike.

    Raises:
        ValueError: an id with characters that are not allowed in a key.
    """
    return _prefix(ARCHIVES, workspace_id, generation_id) + "/"


def lent_key(workspace_id: str, generation_id: str, name: str) -> str:
    """Key of the copy of a reference image that a vendor reads by URL.

    Raises:
        ValueError: an id with characters that are not allowed in a key.
    """
    return _prefix(LENT, workspace_id, generation_id, name)


def lent_prefix(workspace_id: str, generation_id: str) -> str:
    """Prefix of all copies of a generation's reference images, its end included.

    Raises:
        ValueError: an id with characters that are not allowed in a key.
    """
    return _prefix(LENT, workspace_id, generation_id) + "/"


def batch_key(workspace_id: str, batch_id: str, name: str) -> str:
    """Key of a file of a batch.

    Raises:
        ValueError: an id with characters that are not allowed in a key.
    """
    return _prefix(BATCHES, workspace_id, batch_id, f"{name}.jsonl")


def incoming_key(workspace_id: str, upload_id: str) -> str:
    """Key that the ticket of an upload allows to write.

    Raises:
        ValueError: an id with characters that are not allowed in a key.
    """
    return _prefix(INCOMING, workspace_id, upload_id)


def upload_of_incoming(key: str) -> tuple[str, str] | None:
    """(workspace id, upload id) of an incoming object; None for any other key."""
    root, *parts = key.split("/")
    if root != INCOMING or len(parts) != _INCOMING_PARTS or not all(map(_PART.fullmatch, parts)):
        return None
    return parts[0], parts[1]


def upload_prefix(workspace_id: str, upload_id: str) -> str:
    """Prefix of the checked files of an upload.

    Raises:
        ValueError: an id with characters that are not allowed in a key.
    """
    return _prefix(UPLOADS, workspace_id, upload_id)


def _prefix(root: str, *parts: str) -> str:
    return "/".join([root, *(_part(value) for value in parts)])


def _part(value: str) -> str:
    if not _PART.fullmatch(value):
        raise ValueError(f"{value!r} cannot be part of an object key")
    return value

"""Where things lie in the bucket. Keys are built here and nowhere else.

    generated/<workspace id>/<generation or content item id>/<image id>/{original.<ext>,preview.webp,thumb.webp}

The same picture always has the same keys, so that storing it twice changes nothing. The file names are those of
`ProcessedImage.stored_under`.
"""

from __future__ import annotations

import re
from typing import Final

GENERATED: Final = "generated"

_PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def image_prefix(workspace_id: str, group: str, image_id: str) -> str:
    """Everything of one image lies below this prefix; `group` is the generation or the content item it belongs to.

    Raises:
        ValueError: an id that could lead out of its folder.
    """
    return "/".join([GENERATED, *(_part(value) for value in (workspace_id, group, image_id))])


def _part(value: str) -> str:
    if not _PART.fullmatch(value):
        raise ValueError(f"{value!r} cannot be part of an object key")
    return value

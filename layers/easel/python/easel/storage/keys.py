"""Where things lie in the bucket. Keys are built here and nowhere else.

    generated/<workspace id>/<generation or content item id>/<image id>/{original.<ext>,preview.webp,thumb.webp}
    unmarked/<the same>/original.<ext>       the picture before a watermark was drawn: no function may read it
    lent/<workspace id>/<generation id>/<sha256>.<ext>   a cleaned reference picture, while a vendor reads it

The same picture always has the same keys, so that storing it twice changes nothing. The file names are those of
`ProcessedImage.stored_under`.
"""

from __future__ import annotations

import re
from typing import Final

GENERATED: Final = "generated"
UNMARKED: Final = "unmarked"
LENT: Final = "lent"

_PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def image_prefix(workspace_id: str, group: str, image_id: str) -> str:
    """Everything of one image that links lead to; `group` is the generation or the content item it belongs to.

    Raises:
        ValueError: an id that could lead out of its folder.
    """
    return _prefix(GENERATED, workspace_id, group, image_id)


def unmarked_prefix(workspace_id: str, group: str, image_id: str) -> str:
    """The picture without its watermark. Apart from the others, so that no link to one of them leads to it.

    Raises:
        ValueError: an id that could lead out of its folder.
    """
    return _prefix(UNMARKED, workspace_id, group, image_id)


def lent_key(workspace_id: str, generation_id: str, name: str) -> str:
    """A reference picture that a vendor reads for itself.

    Raises:
        ValueError: an id that could lead out of its folder.
    """
    return _prefix(LENT, workspace_id, generation_id, name)


def _prefix(root: str, *parts: str) -> str:
    return "/".join([root, *(_part(value) for value in parts)])


def _part(value: str) -> str:
    if not _PART.fullmatch(value):
        raise ValueError(f"{value!r} cannot be part of an object key")
    return value

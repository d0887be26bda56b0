"""Lists of the studio: twenty images or fifty prompts, by offset; images by cursor too."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlencode

from easel.http.models import WholeNumberParameter
from easel.http.pagination import Listing, cursor_parameter

IMAGES: Final = Listing(default=20, maximum=100, takes=frozenset({"cursor", "offset"}))
PROMPTS: Final = Listing(default=50, maximum=100, takes=frozenset({"cursor", "offset"}))

ImagesLimit = Annotated[WholeNumberParameter | None, IMAGES.limit_parameter()]
PromptsLimit = Annotated[WholeNumberParameter | None, PROMPTS.limit_parameter()]
Offset = Annotated[WholeNumberParameter | None, IMAGES.offset_parameter()]
CursorText = Annotated[str | None, cursor_parameter()]


def link(base_url: str, limit: int, next_cursor: str | None) -> dict[str, str]:
    """The header that leads to the next page of prompts, whose body has no place for it."""
    if next_cursor is None:
        return {}
    query = urlencode({"limit": limit, "cursor": next_cursor})
    return {"Link": f'<{base_url.rstrip("/")}/api/v1/prompts?{query}>; rel="next"'}

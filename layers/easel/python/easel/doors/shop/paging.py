"""Lists of the shop door: ten to a page, by page number as seed 000 has it, or by cursor beyond the first thousand."""

from __future__ import annotations

from typing import Annotated, Final

from easel.http.models import WholeNumberParameter
from easel.http.pagination import Listing, cursor_parameter

LISTING: Final = Listing(default=10, maximum=100, takes=frozenset({"cursor", "page"}))

Limit = Annotated[WholeNumberParameter | None, LISTING.limit_parameter()]
PageNumber = Annotated[WholeNumberParameter | None, LISTING.page_parameter()]
CursorText = Annotated[str | None, cursor_parameter()]

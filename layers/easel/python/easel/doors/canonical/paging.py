"""Lists of the canonical door: ten to a page, a hundred at most, by cursor; some also by page number."""

from __future__ import annotations

from typing import Annotated, Final

from easel.http.models import WholeNumberParameter
from easel.http.pagination import Listing, cursor_parameter

LISTING: Final = Listing(default=10, maximum=100)
NUMBERED: Final = Listing(default=10, maximum=100, takes=frozenset({"cursor", "page"}))

Limit = Annotated[WholeNumberParameter | None, LISTING.limit_parameter()]
PageNumber = Annotated[WholeNumberParameter | None, NUMBERED.page_parameter()]
CursorText = Annotated[str | None, cursor_parameter()]

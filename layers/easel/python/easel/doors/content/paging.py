"""Lists of the content door: ten to a page, fifty at most, by cursor."""

from __future__ import annotations

from typing import Annotated, Final

from easel.http.models import WholeNumberParameter
from easel.http.pagination import Listing, cursor_parameter

LISTING: Final = Listing(default=10, maximum=50)

Limit = Annotated[WholeNumberParameter | None, LISTING.limit_parameter()]
CursorText = Annotated[str | None, cursor_parameter()]

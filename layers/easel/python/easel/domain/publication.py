"""Images that a workspace shows in the public gallery of the deployment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

LONGEST_TITLE: Final = 200


@dataclass(frozen=True, slots=True)
class Publication:
    """A published image. What the public sees of it has no id but its own.

    One that an operator has taken down is kept, so that it is not published again.
    """

    id: str
    workspace_id: str
    image_id: str
    published_at: datetime
    published_by: str
    shows_prompt: bool = False
    title: str | None = None
    taken_down_at: datetime | None = None

"""The types of events that a workspace can receive, each with what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

EVENT_TYPES: Final[Mapping[str, str]] = {
    "generation.accepted": "A request was taken: its credits are held, and it is queued.",
    "generation.started": "Work on it has begun.",
    "generation.progress": "An image has reached another stage; at most once in three seconds for a generation.",
    "generation.image_completed": "One image is there.",
    "generation.image_failed": "One image will not come.",
    "generation.completed": "It has ended with at least one image.",
    "generation.failed": "It has ended without an image.",
    "generation.cancelled": "It was cancelled.",
    "image.deleted": "A picture and everything made of it is gone.",
    "budget.alert": "Most of a monthly budget is used.",
}

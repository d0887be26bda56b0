"""The types of events that a workspace can receive, each with what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PROGRESS: Final = "generation.progress"
COMPLETED: Final = "generation.completed"
RESULTS_DELIVERED: Final = "results.delivered"
VERIFICATION: Final = "webhook.verification"
"""It cannot be chosen: it brings an endpoint the code with which the workspace shows that it reads there."""
WEBHOOK_FAILING: Final = "webhook.failing"
WEBHOOK_DISABLED: Final = "webhook.disabled"

EVENT_TYPES: Final[Mapping[str, str]] = {
    "generation.accepted": "A request was taken: its credits are held, and it is queued.",
    "generation.started": "Work on it has begun.",
    PROGRESS: "An image has reached another stage; at most once in three seconds for a generation.",
    "generation.image_completed": "One image is there.",
    "generation.image_failed": "One image will not come.",
    COMPLETED: "It has ended with at least one image.",
    "generation.failed": "It has ended without an image.",
    "generation.cancelled": "It was cancelled.",
    RESULTS_DELIVERED: "The images of a generation are in a bucket of the workspace's own.",
    "image.deleted": "A picture and everything made of it is gone.",
    "batch.started": "A batch was started, or goes on after a pause.",
    "batch.paused": "A batch begins no further line: a member paused it, or credits, a budget or its caller ended.",
    "batch.completed": "Every line of a batch has ended, well or not.",
    "batch.cancelled": "A batch was cancelled, and the lines that ran have ended.",
    "budget.alert": "Four fifths of a monthly budget are used. Told once in a month for each limit.",
    "budget.reached": (
        "What remains of a monthly budget does not pay for another charge like the last one. Told once in a month for "
        "each limit."
    ),
    "credits.low": (
        "What is available after a charge does not pay for ten more charges like it. Told once until credits are "
        "granted."
    ),
    "model.retiring": "A model of the catalogue ends: told 30 days, 7 days and 1 day before.",
    WEBHOOK_FAILING: "Four attempts in a row at a webhook endpoint have failed. It goes to the others.",
    WEBHOOK_DISABLED: "A webhook endpoint was disabled: it answered 410, is gone, or failed for five days.",
}

"""Events for other systems."""

from easel.domain.events.event import INSTALLATION, Event, deserialise_event, serialise_event
from easel.domain.events.generations import PermalinkOf, generation_ended
from easel.domain.events.others import budget_alert, catalogue_event, image_deleted

__all__ = [
    "INSTALLATION",
    "Event",
    "PermalinkOf",
    "budget_alert",
    "catalogue_event",
    "deserialise_event",
    "generation_ended",
    "image_deleted",
    "serialise_event",
]

"""Events for other systems."""

from easel.domain.events.event import INSTALLATION, Event, deserialise_event, serialise_event
from easel.domain.events.generations import PermalinkOf, generation_ended
from easel.domain.events.money import budget_notice, credits_low
from easel.domain.events.others import catalogue_event, image_deleted, model_retiring

__all__ = [
    "INSTALLATION",
    "Event",
    "PermalinkOf",
    "budget_notice",
    "catalogue_event",
    "credits_low",
    "deserialise_event",
    "generation_ended",
    "image_deleted",
    "model_retiring",
    "serialise_event",
]

"""Events of a generation that has not ended: what version 1 promises, each of them keeps."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jsonschema_rs
import pytest
from tests.support.generations import NOW, a_generation, a_stored_image

from easel.domain.events import Event, generations, image_deleted, serialise_event
from easel.domain.events.types import EVENT_TYPES
from easel.domain.image import Failure, Image, ServedBy, Stage, Status
from easel.domain.request import Channel
from easel.events import live_schema

SAMPLES = Path(__file__).parent / "samples"
ECHO = '{"chat_id":-100123,"message_id":7,"language":"uz"}'
GENERATION = a_generation(
    count=2,
    status=Status.PROCESSING,
    started_at=NOW + timedelta(seconds=1),
    channel=Channel.TELEGRAM,
    client_reference=ECHO,
)
DELIVERED = replace(
    GENERATION.images[0],
    status=Status.COMPLETED,
    stage=None,
    stored=a_stored_image(),
    served_by=ServedBy("wavespeed", "seedream-v4"),
    completed_at=NOW + timedelta(seconds=3),
)
FAILED = replace(
    GENERATION.images[1],
    status=Status.FAILED,
    stage=None,
    failure=Failure("timeout", "The provider did not deliver before the deadline.", retryable=True),
    completed_at=NOW + timedelta(seconds=4),
)


def permalink(_: object, image: Image) -> str:
    return f"https://pictures.example/i/{image.index}"


EVENTS = [
    generations.accepted(GENERATION),
    generations.started(GENERATION),
    generations.progressed(GENERATION, GENERATION.images[0], Stage.GENERATING, 1, NOW + timedelta(seconds=2)),
    generations.image_ended(GENERATION, DELIVERED, permalink),
    generations.image_ended(GENERATION, FAILED, permalink),
]


def of_type(event: Event) -> str:
    return event.type


@pytest.mark.parametrize("event", EVENTS, ids=of_type)
def test_every_event_agrees_with_its_published_schema(event: Event) -> None:
    published = Path(live_schema.__file__).with_name("live-generation.v1.schema.json")

    jsonschema_rs.Draft202012Validator(json.loads(published.read_text())).validate(json.loads(serialise_event(event)))


@pytest.mark.parametrize("event", EVENTS, ids=of_type)
def test_a_receiver_of_the_first_version_finds_everything_it_knows(event: Event) -> None:
    sample = json.loads((SAMPLES / f"{event.type}.v1.json").read_text())

    live_schema.LiveGenerationEvent.model_validate(sample)
    assert names_of(sample) <= names_of(json.loads(serialise_event(event)))


def test_the_published_schemas_are_those_of_the_models() -> None:
    folder = Path(live_schema.__file__).parent

    assert json.loads((folder / "live-generation.v1.schema.json").read_text()) == live_schema.live_json_schema()
    assert json.loads((folder / "image.v1.schema.json").read_text()) == live_schema.image_json_schema()


def test_a_deleted_image_agrees_with_its_published_schema() -> None:
    event = image_deleted(GENERATION, DELIVERED, "req-1", NOW)

    jsonschema_rs.Draft202012Validator(live_schema.image_json_schema()).validate(json.loads(serialise_event(event)))


@pytest.mark.parametrize("event", EVENTS, ids=of_type)
def test_a_bot_gets_back_what_it_sent_along(event: Event) -> None:
    assert event.data["generation"]["echo"] == json.loads(ECHO)


def test_the_sequence_follows_what_happens() -> None:
    ended = replace(
        GENERATION,
        status=Status.COMPLETED,
        images=(DELIVERED, FAILED),
        # The clock of the worker that ended the last image was ahead.
        completed_at=NOW + timedelta(seconds=3, milliseconds=900),
    )
    sequences = [event.sequence for event in (*EVENTS, generations.generation_ended(ended, permalink))]

    assert sequences == sorted(set(sequences))


def test_an_id_is_that_of_what_happened_and_not_of_who_tells_it() -> None:
    again = generations.image_ended(replace(GENERATION, images=(DELIVERED, FAILED)), DELIVERED, permalink)

    assert again.id == EVENTS[3].id
    assert len({event.id for event in EVENTS}) == len(EVENTS)


@pytest.mark.parametrize("event", EVENTS, ids=of_type)
def test_every_type_is_in_the_catalogue(event: Event) -> None:
    assert event.type in EVENT_TYPES


def names_of(value: object, path: str = "") -> set[str]:
    """Paths of all fields."""
    if isinstance(value, dict):
        return {path} | {found for name, part in value.items() for found in names_of(part, f"{path}.{name}")}
    return {path}

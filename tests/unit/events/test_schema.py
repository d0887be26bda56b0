"""The contract with receivers: what version 1 promises, every event keeps, for ever."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.generations import NOW, a_generation, a_stored_image

from easel.domain.events import deserialise_event, generation_ended, serialise_event
from easel.domain.generation import Generation
from easel.domain.image import Failure, Image, ServedBy, Status
from easel.domain.request import Mode
from easel.doors.canonical.generations import intake
from easel.events import catalogue_schema, destination_schema, money_schema, schema
from easel.events.schema import GenerationEvent, json_schema

if TYPE_CHECKING:
    from collections.abc import Callable

ENDS = ("generation.completed", "generation.failed", "generation.cancelled")
SAMPLES = [Path(__file__).parent / "samples" / f"{name}.v1.json" for name in ENDS]
FAILURE = Failure("timeout", "The provider did not deliver before the deadline.", retryable=True)
REQUIRED_OF_RECEIVERS = 20_000


def ended(status: Status, count: int, **changes: Any) -> Generation:
    """A generation whose images are delivered, failed, cancelled in turn."""
    ends = [
        {"status": Status.COMPLETED, "stored": a_stored_image(), "served_by": ServedBy("wavespeed", "seedream-v4")},
        {"status": Status.FAILED, "failure": FAILURE},
        {"status": Status.CANCELLED},
    ]
    generation = a_generation(count=count, status=status, completed_at=NOW + timedelta(seconds=7), **changes)
    images = tuple(
        replace(image, stage=None, **ends[image.index % len(ends)])  # type: ignore[arg-type]  # fields differ by end
        for image in generation.images
    )
    return replace(generation, images=images)


def permalink(generation: Generation, image: Image) -> str:
    return f"https://pictures.example/i/{'t' * 56}{image.index}"


GENERATIONS = [
    ended(Status.COMPLETED, 3, client_reference="order-7"),
    ended(Status.FAILED, 2, failure=FAILURE, mode=Mode.IMAGE_TO_IMAGE),
    ended(Status.CANCELLED, 10),
]


@pytest.mark.requirement("M-10")
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_every_stored_sample_still_parses(sample: Path) -> None:
    text = sample.read_text()

    event = GenerationEvent.model_validate_json(text)

    assert sample.name == f"{event.type}.v1.json"
    assert deserialise_event(text).id == event.id


@pytest.mark.parametrize("generation", GENERATIONS, ids=lambda generation: generation.status)
def test_every_event_we_make_is_described_completely(generation: Generation) -> None:
    text = serialise_event(generation_ended(generation, permalink))

    event = GenerationEvent.model_validate_json(text)

    # Field for field: nothing is sent that the schema does not name, nothing that it names is missing.
    assert event.model_dump(mode="json", by_alias=True) == json.loads(text)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
@pytest.mark.parametrize("generation", GENERATIONS, ids=lambda generation: generation.status)
def test_no_field_that_receivers_have_seen_ever_goes_away(sample: Path, generation: Generation) -> None:
    today = json.loads(serialise_event(generation_ended(generation, permalink)))

    assert field_paths(json.loads(sample.read_text())) <= field_paths(today)


def test_receivers_that_know_version_1_can_read_an_event_with_fields_added_later() -> None:
    body = json.loads(SAMPLES[0].read_text())
    body["colour"] = body["data"]["colour"] = body["data"]["generation"]["images"][0]["colour"] = "red"

    assert GenerationEvent.model_validate(body).version == 1


def test_the_published_schema_is_that_of_the_models() -> None:
    published = Path(schema.__file__).with_name("generation.v1.schema.json")

    assert json.loads(published.read_text()) == json_schema()


@pytest.mark.parametrize(
    ("file", "made"),
    [
        (Path(schema.__file__).with_name("intake.v1.schema.json"), schema.intake_json_schema),
        (Path(schema.__file__).with_name("batch.v1.schema.json"), schema.batch_json_schema),
        (Path(schema.__file__).with_name("webhook.v1.schema.json"), schema.webhook_json_schema),
        (Path(schema.__file__).with_name("results.v1.schema.json"), destination_schema.results_json_schema),
        (Path(schema.__file__).with_name("verification.v1.schema.json"), destination_schema.verification_json_schema),
        (Path(schema.__file__).with_name("model.v1.schema.json"), catalogue_schema.model_json_schema),
        (Path(schema.__file__).with_name("budget.v1.schema.json"), money_schema.budget_json_schema),
        (Path(schema.__file__).with_name("credits.v1.schema.json"), money_schema.credits_json_schema),
        (Path(intake.__file__).with_name("intake-message.v1.schema.json"), intake.json_schema),
    ],
    ids=["events", "batches", "webhooks", "results", "verification", "models", "budgets", "credits", "messages"],
)
def test_the_published_schemas_are_those_of_the_models(file: Path, made: Callable[[], dict[str, object]]) -> None:
    assert json.loads(file.read_text()) == made()


def test_the_largest_event_stays_below_what_webhook_receivers_take() -> None:
    generation = ended(Status.COMPLETED, 10, client_reference="\N{GRINNING FACE}" * 256, failure=FAILURE)

    assert len(serialise_event(generation_ended(generation, permalink)).encode()) < REQUIRED_OF_RECEIVERS


def test_an_event_carries_links_and_neither_prompt_nor_storage_keys() -> None:
    generation = GENERATIONS[0]

    text = serialise_event(generation_ended(generation, permalink))

    assert permalink(generation, generation.images[0]) in text
    assert generation.prompt not in text
    assert "original.png" not in text


def field_paths(value: Any, path: str = "") -> set[str]:
    """Names of all fields; what an `error` consists of counts as one, since it may be null."""
    if isinstance(value, dict):
        if path.endswith("error"):
            return {path}
        return {path} | {found for name in value for found in field_paths(value[name], f"{path}.{name}".lstrip("."))}
    if isinstance(value, list):
        return {path} | {found for element in value for found in field_paths(element, f"{path}[]")}
    return {path}

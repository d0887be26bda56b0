"""The timeline of a generation: every moment that is stored, in order."""

from __future__ import annotations

from datetime import timedelta

from tests.support.generations import GENERATION_ID, NOW, a_generation, a_stored_image

from easel.domain.attempt import Attempt
from easel.domain.image import Failure, Image, Status
from easel.domain.timeline import Happening, timeline_of
from easel.doors.canonical.generations.timeline import timeline_body
from easel.ids import image_id


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


BUSY = Attempt(
    "a-1",
    "wavespeed",
    "nano-banana-2",
    "nano",
    NOW + after(1),
    ended_at=NOW + after(2),
    outcome="retryable",
    error_code="503",
    cost_micro_usd=400,
    cost_uncertain=True,
)
MADE = Attempt("a-2", "google", "nano-banana-2", "gemini", NOW + after(3), ended_at=NOW + after(9), outcome="delivered")
DELIVERED = Image(
    image_id(GENERATION_ID, 0),
    0,
    Status.COMPLETED,
    None,
    stored=a_stored_image(),
    attempts=(BUSY, MADE),
    completed_at=NOW + after(10),
)
REFUSED = Image(
    image_id(GENERATION_ID, 1),
    1,
    Status.FAILED,
    None,
    failure=Failure("content_policy", "No."),
    completed_at=NOW + after(2.5),
)
GENERATION = a_generation(
    status=Status.COMPLETED, images=(DELIVERED, REFUSED), created_at=NOW, started_at=NOW, completed_at=NOW + after(11)
)


def test_moments_of_all_images_stand_in_the_order_of_time() -> None:
    told = [(event.what, event.image_index, event.outcome, event.error_code) for event in timeline_of(GENERATION)]

    assert told == [
        (Happening.SUBMITTED, None, None, None),
        (Happening.STARTED, None, None, None),
        (Happening.ATTEMPT_STARTED, 0, None, None),
        (Happening.ATTEMPT_ENDED, 0, "retryable", "503"),
        (Happening.IMAGE_ENDED, 1, "FAILED", "content_policy"),
        (Happening.ATTEMPT_STARTED, 0, None, None),
        (Happening.ATTEMPT_ENDED, 0, "delivered", None),
        (Happening.IMAGE_ENDED, 0, "COMPLETED", None),
        (Happening.ENDED, None, "COMPLETED", None),
    ]


def test_an_open_generation_has_no_end_and_costs_nothing_yet() -> None:
    body = timeline_body(a_generation(images=(Image(image_id(GENERATION_ID, 0), 0),)))

    assert [event.type for event in body.events] == [Happening.SUBMITTED]
    assert (body.completed_at, body.charged_milli_credits) == (None, None)


def test_operators_see_what_may_not_have_to_be_paid() -> None:
    body = timeline_body(GENERATION)

    assert (body.provider_cost_micro_usd, body.uncertain_cost_micro_usd) == (400, 400)
    assert body.events[-1].since_ms == 11_000
    assert [attempt.provider for attempt in body.images[0].attempts] == ["wavespeed", "google"]

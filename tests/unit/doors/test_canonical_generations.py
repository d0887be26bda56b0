"""Presenters: what depends on time and on state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.generations import NOW, a_generation, a_stored_image

from easel.domain.generation import Generation
from easel.domain.image import Image, Stage, Status
from easel.doors.canonical.context import AnswerContext
from easel.doors.canonical.generations import answers as generations
from easel.services.images.links import PLAIN_LINK, ImageLinks, LinkOptions, Variant

BASE = "https://easel.example/"


class SignedLinks:
    """Links that differ at each reading, as signatures do."""

    def __init__(self) -> None:
        self.made = 0

    def image_links(self, image: Image) -> ImageLinks | None:
        self.made += 1
        if image.stored is None:
            return None
        url = f"https://b/?signature={self.made}"
        return ImageLinks(url, url, url, NOW + timedelta(hours=1, seconds=self.made))

    def download_url(self, image: Image, variant: Variant, options: LinkOptions = PLAIN_LINK) -> str | None:
        return f"https://b/{variant}" if image.stored else None


CONTEXT = AnswerContext(SignedLinks(), BASE, shows_costs=True)


def tag(generation: Generation, seconds: float = 0) -> str:
    body = generations.generation_body(generation, CONTEXT)
    return generations.generation_tag(body, NOW + timedelta(seconds=seconds))


def delivered() -> Generation:
    fresh = a_generation(status=Status.COMPLETED, completed_at=NOW)
    return replace(fresh, images=(replace(fresh.images[0], status=Status.COMPLETED, stored=a_stored_image()),))


@pytest.mark.parametrize(
    ("age", "pause"), [(0, "1"), (14, "1"), (15, "2"), (59, "2"), (60, "5"), (3600, "5"), (-5, "1")]
)
def test_polling_slows_down_with_age(age: int, pause: str) -> None:
    assert generations.retry_after(a_generation(), NOW + timedelta(seconds=age)) == {"Retry-After": pause}


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED, Status.CANCELLED])
def test_nobody_is_sent_polling_for_what_has_ended(status: Status) -> None:
    assert generations.retry_after(a_generation(status=status), NOW) == {}


def test_the_tag_is_blind_to_fresh_signatures() -> None:
    assert tag(delivered()) == tag(delivered())


def test_the_tag_runs_out_well_before_the_links_do() -> None:
    assert tag(delivered(), 0) != tag(delivered(), 301)


def test_the_tag_of_what_has_no_links_does_not_run_out() -> None:
    assert tag(a_generation(), 0) == tag(a_generation(), 10_000)


def test_the_tag_sees_each_step() -> None:
    waiting = a_generation()
    generating = replace(waiting, images=(replace(waiting.images[0], stage=Stage.GENERATING),))

    assert len({tag(waiting), tag(generating), tag(replace(waiting, status=Status.PROCESSING))}) == 3


def test_addresses_have_one_slash_between_base_and_path() -> None:
    body = generations.generation_body(a_generation(), CONTEXT)

    assert body.links.self_ == f"https://easel.example/api/v1/generations/{body.id}"
    assert body.images[0].permalink.startswith("https://easel.example/i/")


def test_an_answer_is_202_while_there_is_more_to_come_and_200_when_it_has_ended() -> None:
    statuses = {
        status: generations.generation_answer(a_generation(status=status), CONTEXT, now=NOW).status_code
        for status in Status
    }

    assert statuses == {
        Status.PENDING: 202,
        Status.PROCESSING: 202,
        Status.COMPLETED: 200,
        Status.FAILED: 200,
        Status.CANCELLED: 200,
    }

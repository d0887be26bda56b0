"""Guidance, steps, seed and negative prompt: what is planned for a provider."""

from __future__ import annotations

from dataclasses import replace

import pytest

from easel.domain.catalogue import plan_upstream
from easel.domain.catalogue.loading import load_catalogue
from easel.domain.request import AskedParameters, Fallback, ImageParameters

WANTED = ImageParameters(negative_prompt="people", guidance=7.5, steps=30, seed=42)


def test_a_provider_that_takes_them_is_sent_them() -> None:
    catalogue = load_catalogue()
    (sandbox,) = catalogue.candidates(catalogue.find("sandbox"), Fallback.NONE)

    plan = plan_upstream(sandbox, "a fox", WANTED)

    sent = plan.parameters
    assert (sent.negative_prompt, sent.guidance, sent.steps, sent.seed) == ("people", 7.5, 30, 42)
    assert (plan.prompt, plan.adjustments) == ("a fox", ())


def test_a_provider_that_does_not_is_sent_none_and_every_one_is_told() -> None:
    catalogue = load_catalogue()
    (other,) = catalogue.candidates(catalogue.find("seedream-v4"), Fallback.NONE)

    plan = plan_upstream(other, "a fox", WANTED)

    sent = plan.parameters
    assert (sent.negative_prompt, sent.guidance, sent.steps, sent.seed) == (None, None, None, None)
    assert {one.field for one in plan.adjustments} == {"negativePrompt", "guidance", "steps", "seed"}
    assert plan.prompt == "a fox\n\nDo not show: people."


@pytest.mark.parametrize(("index", "seed"), [(0, 42), (3, 45)])
def test_each_image_has_a_seed_of_its_own(index: int, seed: int) -> None:
    assert WANTED.of_image(index).seed == seed


def test_the_largest_seed_is_followed_by_the_smallest() -> None:
    assert replace(WANTED, seed=2**32 - 1).of_image(1).seed == 0


def test_without_a_seed_all_images_have_the_same_parameters() -> None:
    assert ImageParameters().of_image(5) == ImageParameters()


def test_a_revived_model_takes_what_it_took() -> None:
    model = load_catalogue().find("sd3-medium")
    asked = AskedParameters(steps=30)

    assert model.tuning.faults(model.id, asked)
    assert not model.revived().tuning.faults(model.id, asked)

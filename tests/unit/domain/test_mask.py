"""Masks: which requests may have one, and who serves them."""

from __future__ import annotations

import pytest

from easel.domain.catalogue import load_catalogue, validate_parameters
from easel.domain.reference import MASK, Reference, ReferenceNeeds, at_url, needs_of
from easel.domain.request import Fallback, ImageRequest
from easel.errors import InvalidRequest

PICTURE = at_url("https://a.example/1.png")
MASKED = at_url("https://a.example/mask.png", MASK)


def request_with(*references: Reference, model: str = "gpt-image-1") -> ImageRequest:
    fields = tuple(f"pictures[{index}]" for index in range(len(references)))
    return ImageRequest("a fox", model, references=references, reference_fields=fields)


@pytest.mark.parametrize("name", ["gpt-image-1", "dall-e-2", "gpt-image-2.6-flare", "sandbox"])
def test_a_mask_does_not_count_as_a_picture(name: str) -> None:
    model = load_catalogue().find(name)
    validate_parameters(model, request_with(*[PICTURE] * model.max_references, MASKED, model=name))


FAULTS = {
    "no picture": (request_with(MASKED), "needs the picture", "pictures[0]"),
    "two masks": (request_with(PICTURE, MASKED, MASKED), "one mask", "pictures[1]"),
    "a model without masks": (request_with(PICTURE, MASKED, model="seedream-v4"), "takes no mask", "pictures[1]"),
}


@pytest.mark.parametrize(("request_", "text", "field"), FAULTS.values(), ids=FAULTS)
def test_a_mask_that_cannot_be_used_is_refused(request_: ImageRequest, text: str, field: str) -> None:
    with pytest.raises(InvalidRequest, match=text) as refused:
        validate_parameters(load_catalogue().find(request_.model), request_)

    assert [fault.field for fault in refused.value.fields] == [field]


def test_a_masked_request_is_served_only_by_those_who_take_masks() -> None:
    catalogue = load_catalogue()
    model = catalogue.find("gpt-image-2.5-flare")
    needs = needs_of((PICTURE, MASKED))

    assert needs == ReferenceNeeds(1, mask=True)
    assert {one.provider for one in catalogue.candidates(model, Fallback.EQUIVALENT, needs)} == {"openai"}
    assert {one.provider for one in catalogue.candidates(model, Fallback.SAME_MODEL)} > {"openai"}


def test_every_model_with_masks_is_served_by_somebody_who_takes_them() -> None:
    catalogue = load_catalogue()
    for model in catalogue.models():
        if model.masks:
            assert catalogue.candidates(model, Fallback.SAME_MODEL, ReferenceNeeds(1, mask=True)), model.id

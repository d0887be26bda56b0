"""The largest request that is accepted, with the most that vendors and the engine may add, fits into its items."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.generations import NOW, a_generation, a_stored_image
from tests.support.item_sizes import ITEM_LIMIT, item_size

from easel.domain import limits
from easel.domain.attempt import Attempt
from easel.domain.catalogue import load_catalogue
from easel.domain.generation import Counted, Generation, Outcome, UsedTemplate
from easel.domain.image import Adjustment, Failure, Image, ServedBy, Status
from easel.domain.limits import bytes_of, check_request, json_of
from easel.domain.price import Price, PriceUnit
from easel.domain.prompt_templates import LONGEST_PROMPT
from easel.domain.reference import Reference, at_url
from easel.domain.request import AskedParameters, ImageParameters, ImageRequest, Routing, Size
from easel.domain.template_use import TemplateUse
from easel.ids import MAX_IMAGES, image_id
from easel.repositories.generations.assembled import generation_from, items_of
from easel.repositories.generations.input_params import input_from, input_values
from easel.repositories.generations.request_items import plain_request_item
from easel.repositories.generations.state_items import closing_values, state_item

ATTEMPTS = 4 * max(len(model.candidates) for model in load_catalogue().models())
"""More than an image may have: a few with each provider that makes its model."""
EXECUTION = {"executionId": "e" * 200}
"""What the state machine adds to the state of a generation."""
MOST_REFERENCES = max(model.max_references for model in load_catalogue().models())
HEAD_ROOM = 20_000
"""Bytes that are left in any case: for attributes that later versions add."""

SIGNS = ["x", "é", "字", "🦊", '"', "\n"]


def of(sign: str, size: int) -> str:
    return sign * (size // len(sign.encode()))


def largest(sign: str, *, template: bool) -> ImageRequest:
    """A request of which no text could be longer."""
    references = tuple(
        at_url(of("x", limits.REFERENCE_URL - 2) + f"{number:02}", "r" * 32, of(sign, limits.REFERENCE_FILE_ID))
        for number in range(MOST_REFERENCES)
    )
    values = {f"name{number}": of(sign, limits.TEMPLATE_VALUES // 20) for number in range(20)}
    request = ImageRequest(
        prompt="" if template else of(sign, limits.PROMPT),
        model="m" * 40,
        n=MAX_IMAGES,
        asked=AskedParameters(watermark=of(sign, limits.WATERMARK)),
        references=references,
        client_reference=of(sign, limits.CLIENT_REFERENCE),
        template=TemplateUse("t" * 36, values) if template else None,
    )
    words: dict[str, Any] = {"template": {"variables": values}} if template else {"prompt": request.prompt}
    body = {**words, "clientReference": request.client_reference}
    left = limits.INPUT - bytes_of(json_of(body | {"more": ""}))
    each = bytes_of(json_of(sign)) - len('""')
    return replace(request, input_params=body | {"more": sign * (left // each)})


def drafted(request: ImageRequest, sign: str) -> Generation:
    """As a submit stores it: with its own prompt for each image where a template makes them."""
    prompt = sign * LONGEST_PROMPT if request.template else None
    identity, all_references = a_generation().id, tuple(range(MOST_REFERENCES))
    return a_generation(
        prompt=request.prompt or sign * 200,
        input_params=request.input_params,
        references=request.references,
        client_reference=request.client_reference,
        parameters=ImageParameters(
            Size(16_384, 16_384),
            "16:9",
            "4k",
            "webp",
            "high",
            "photographic",
            "transparent",
            request.asked.watermark,
            Size(16_384, 16_384),
        ),
        images=tuple(
            Image(image_id(identity, index), index, prompt=prompt, shot="s" * 32, references=all_references)
            for index in range(MAX_IMAGES)
        ),
        template=UsedTemplate("t" * 36, 50, ("n" * 120,) * limits.NOTICES) if request.template else None,
        request_id="r" * 128,
        price=Price("v" * 20, "plan", PriceUnit.IMAGE, 10**9, MAX_IMAGES),
        budget_keys=("k" * 36,) * 10,
        routing=Routing("nanobanana", None, after_refusal=True),
        served_by=ServedBy("nanobanana", "m" * 40),
    )


def grown(generation: Generation) -> Generation:
    """The end of a generation for which everything went as wrong as it can, and then well."""
    later = NOW + timedelta(seconds=100)
    text, code = "字" * 1_000, "字" * 100
    attempt = Attempt(
        "a" * 36, "nanobanana", "m" * 40, "u" * 80, NOW, "j" * 200, later, "ambiguous", code, 10**9, cost_uncertain=True
    )
    adjustments = tuple(Adjustment("aspectRatio", text, text, text) for _ in range(4))
    images = tuple(
        replace(
            image,
            status=Status.FAILED,
            stage=None,
            stored=a_stored_image(
                original_key="k" * 200, preview_key="k" * 200, thumbnail_key="k" * 200, unmarked_key="k" * 200
            ),
            failure=Failure("provider_rejected_input", text),
            served_by=ServedBy("nanobanana", "m" * 40),
            adjustments=adjustments[:1],
            attempts=(attempt,) * ATTEMPTS,
            completed_at=later,
            late=True,
        )
        for image in generation.images
    )
    return replace(
        generation,
        images=images,
        status=Status.FAILED,
        started_at=NOW,
        completed_at=later,
        failure=Failure("provider_rejected_input", text),
        charged=10**9,
        adjustments=adjustments,
        counted=tuple(map(Counted.of, images)),
    )


@pytest.mark.parametrize("template", [False, True], ids=["prompt", "template"])
@pytest.mark.parametrize("sign", SIGNS)
def test_the_largest_request_fits_at_its_start_and_at_its_end(sign: str, *, template: bool) -> None:
    request = largest(sign, template=template)
    check_request(request)
    generation = drafted(request, sign)
    end = grown(generation)
    closing = closing_values(generation, end, Outcome(end.status, end.images, end.failure))
    # What cannot be compressed is the largest there is.
    items = [plain_request_item(generation), *items_of(end), state_item(generation) | closing | EXECUTION]
    assert max(map(item_size, items)) < ITEM_LIMIT - HEAD_ROOM
    assert generation_from(items_of(generation)) == generation


texts = st.text(max_size=20)
pictures = st.builds(at_url, url=texts, role=texts, telegram_file_id=st.none() | texts)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


@given(st.data(), texts, st.lists(pictures, max_size=4))
def test_a_body_comes_back_unchanged_and_without_what_is_held_anyway(
    data: st.DataObject, prompt: str, references: list[Reference]
) -> None:
    known = st.sampled_from(
        [
            prompt,
            [reference.url for reference in references],
            [{"url": reference.url} for reference in references],
            [{"url": reference.url, "role": reference.role} for reference in references],
            [reference.telegram_file_id for reference in references if reference.telegram_file_id],
        ]
    )
    body = data.draw(st.dictionaries(texts, anything | known, max_size=6))
    stored = input_values(body, prompt, references)

    assert input_from(stored, prompt, references) == body
    if prompt:
        assert prompt not in json.loads(stored["inputParams"]).values()

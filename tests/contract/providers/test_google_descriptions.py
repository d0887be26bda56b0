"""What a picture shows, asked of the simulated vendor and of scripted ones."""

from __future__ import annotations

import io
import json
from typing import Any

import httpx
import pytest
from infra.local.simulators.server import Simulators
from PIL import Image

from easel.domain.picture_analysis import PictureText
from easel.errors import ProviderError, ProviderErrorClass
from easel.providers.google_descriptions import GoogleDescriber


def picture(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(buffer, "WEBP")
    return buffer.getvalue()


def describer(answer: Any, status: int = 200) -> GoogleDescriber:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text=text))
    return GoogleDescriber(api_key=lambda: "sim-key", transport=transport)


def said(text: str) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}]}


@pytest.mark.requirement("S002-73")
def test_the_simulated_vendor_says_what_is_in_the_picture() -> None:
    with Simulators() as simulators:
        base_url = simulators.base_urls()["google"]
        seeing = GoogleDescriber(api_key=lambda: "sim-key", base_url=base_url)

        found = {colour: seeing.describe(picture(colour), "image/webp") for colour in ("green", "blue")}

    assert found["green"] == PictureText("A drawing that is mostly green.", ("green", "drawing"))
    assert found["blue"] == PictureText("A drawing that is mostly blue.", ("blue", "drawing"))


def test_a_wrong_key_is_the_operators_affair() -> None:
    with Simulators() as simulators:
        refused = GoogleDescriber(api_key=lambda: "wrong", base_url=simulators.base_urls()["google"])
        with pytest.raises(ProviderError) as caught:
            refused.describe(picture("red"), "image/webp")

    assert caught.value.error_class is ProviderErrorClass.AUTH


def test_words_are_kept_in_a_form_that_can_be_stored() -> None:
    long = "A very long sentence about nothing in particular " * 5
    answer = said(
        json.dumps({"alt": f"{long}\n and more", "tags": ["Fox", "fox ", "", "x" * 90, *map(str, range(20))]})
    )

    text = describer(answer).describe(b"x", "image/webp")

    assert text is not None
    assert len(text.alt) <= 125
    assert text.alt.endswith("…")
    assert "\n" not in text.alt
    assert text.tags[:2] == ("fox", "x" * 40)
    assert len(text.tags) == 10


@pytest.mark.parametrize(
    "answer",
    [
        said("I cannot help with that."),
        said("[]"),
        said('{"alt": 7, "tags": []}'),
        said('{"alt": " "}'),
        {"candidates": []},
    ],
    ids=["prose", "a list", "a number", "no tags", "nothing"],
)
def test_an_answer_that_is_no_description_is_none(answer: Any) -> None:
    assert describer(answer).describe(b"x", "image/webp") is None


@pytest.mark.parametrize(("answer", "status"), [("{", 200), ({"error": {"code": 503}}, 503), ("<html>", 502)])
def test_a_vendor_in_trouble_is_a_provider_error(answer: Any, status: int) -> None:
    with pytest.raises(ProviderError):
        describer(answer, status).describe(b"x", "image/webp")

"""How long stored texts may be, in bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain import limits
from easel.domain.catalogue import load_catalogue
from easel.domain.limits import bytes_of, check_request, shortened
from easel.domain.reference import at_url
from easel.domain.request import AskedParameters, ImageRequest
from easel.domain.template_use import TemplateUse
from easel.errors import InvalidRequest

URL = "https://pictures.example/"


def a_request(**changes: Any) -> ImageRequest:
    return ImageRequest(**({"prompt": "a red fox", "model": "seedream-v4"} | changes))


def of(sign: str, size: int) -> str:
    """A text of exactly so many bytes, as far as possible of this character."""
    count = size // len(sign.encode())
    return sign * count + "x" * (size - count * len(sign.encode()))


def request_with(field: str, sign: str, size: int) -> ImageRequest:
    """A request whose field has so many bytes."""
    text = of(sign, size)
    requests: dict[str, Any] = {
        "prompt": lambda: a_request(prompt=text),
        "watermark": lambda: a_request(asked=AskedParameters(watermark=text)),
        "clientReference": lambda: a_request(client_reference=text),
        "referenceUrls[1]": lambda: a_request(
            references=(at_url(URL), at_url(text)), reference_fields=("referenceUrls[0]", "referenceUrls[1]")
        ),
        "references[0].url": lambda: a_request(references=(at_url(text),)),
        "referenceFileIds[0]": lambda: a_request(references=(at_url(URL, telegram_file_id=text),)),
        "template.variables": lambda: a_request(
            prompt="", template=TemplateUse("t", {"one": text[: len(text) // 2], "two": text[len(text) // 2 :]})
        ),
        # `{"x":""}` has eight bytes.
        "body": lambda: a_request(input_params={"x": of(sign, size - 8)}),
    }
    made: ImageRequest = requests[field]()
    return made


LIMITS = {
    "prompt": limits.PROMPT,
    "watermark": limits.WATERMARK,
    "clientReference": limits.CLIENT_REFERENCE,
    "referenceUrls[1]": limits.REFERENCE_URL,
    "references[0].url": limits.REFERENCE_URL,
    "referenceFileIds[0]": limits.REFERENCE_FILE_ID,
    "template.variables": limits.TEMPLATE_VALUES,
    "body": limits.INPUT,
}


@pytest.mark.parametrize("field", LIMITS)
@pytest.mark.parametrize("sign", ["a", "é", "字", "🦊"])
def test_a_text_may_have_so_many_bytes_and_not_one_more(field: str, sign: str) -> None:
    limit = LIMITS[field]
    check_request(request_with(field, sign, limit))
    with pytest.raises(InvalidRequest) as refused:
        check_request(request_with(field, sign, limit + 1))

    (fault,) = refused.value.fields
    assert (fault.field, fault.allowed) == (field, {"maxBytes": limit})
    assert f"{limit + 1} bytes" in fault.message
    assert str(limit) in fault.message


def test_every_text_that_is_too_long_is_named() -> None:
    request = a_request(prompt="x" * 20_000, client_reference="x" * 1_000, input_params={"a": "x" * 100_000})
    with pytest.raises(InvalidRequest) as refused:
        check_request(request)
    assert [fault.field for fault in refused.value.fields] == ["prompt", "clientReference", "body"]


def test_no_model_takes_a_prompt_that_its_characters_alone_make_too_long() -> None:
    longest = max(model.max_prompt_characters for model in load_catalogue().models())
    assert longest * len("🦊".encode()) <= limits.PROMPT


@given(st.text(), st.integers(3, 40))
def test_a_shortened_text_fits_and_is_the_beginning_of_what_it_was(text: str, limit: int) -> None:
    cut = shortened(text, limit)
    assert bytes_of(cut) <= max(limit, 3)
    assert cut == text if bytes_of(text) <= limit else text.startswith(cut.removesuffix("…"))

"""The OpenAI adapter: what it sends, and what it makes of answers with a picture. Refusals: test_openai_errors.py."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.providers.vendor import PNG, REFERENCES, Vendor, submit_failure

from easel.domain.provider import (
    CallbackRequest,
    Finished,
    InlinePicture,
    OfferedModel,
    ProviderTask,
    ReferenceImage,
    RemotePicture,
    Submission,
    TokenUsage,
    UpstreamParameters,
)
from easel.domain.request import Mode, Size
from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class
from easel.providers.openai import OpenAI

if TYPE_CHECKING:
    from collections.abc import Callable

API = "https://vendor.test/v1"
UPSTREAM_MODEL = "gpt-image-2.5-flare"


class FormVendor(Vendor):
    """One that reads multipart forms too."""

    @property
    def parts(self) -> list[tuple[str, str | None, str | None, bytes]]:
        """The last request's form: name, filename, content type and content of each part."""
        request = self.requests[-1]
        boundary = request.headers["content-type"].partition("boundary=")[2].encode()
        found = []
        for part in request.content.split(b"--" + boundary)[1:-1]:
            head, _, content = part.partition(b"\r\n\r\n")
            named = {
                key: match[1].decode() if (match := re.search(pattern, head)) else None
                for key, pattern in {
                    "name": rb'; name="([^"]*)"',
                    "filename": rb'filename="([^"]*)"',
                    "type": rb"Content-Type: (\S+)",
                }.items()
            }
            found.append((str(named["name"]), named["filename"], named["type"], content.removesuffix(b"\r\n")))
        return found


def adapter(handler: Callable[[httpx.Request], httpx.Response], **options: Any) -> OpenAI:
    defaults: dict[str, Any] = {"api_key": lambda: "sim-key", "base_url": API}
    return OpenAI(transport=httpx.MockTransport(handler), **(defaults | options))


def answer(*outputs: Any, **fields: Any) -> httpx.Response:
    outputs = outputs or ({"b64_json": base64.b64encode(PNG).decode()},)
    return httpx.Response(200, json={"created": 1760000000, "data": list(outputs)} | fields)


def failure_of_submit(task: ProviderTask, reply: httpx.Response | Exception) -> ProviderError:
    return submit_failure(adapter, task, reply)


# What is sent


@pytest.mark.requirement("S002-1", "S004-54", "X-25")
def test_a_gpt_image_model_is_asked_in_the_vendors_words(task: ProviderTask) -> None:
    vendor = FormVendor(answer())
    parameters = UpstreamParameters(size=Size(1536, 1024), output_format="webp", quality="high", background="opaque")

    adapter(vendor).submit(replace(task, parameters=parameters))

    (request,) = vendor.requests
    assert (request.method, str(request.url)) == ("POST", f"{API}/images/generations")
    assert request.headers["authorization"] == "Bearer sim-key"
    assert vendor.form == {
        "model": "gpt-image-2.5-flare",
        "prompt": "a red fox",
        "n": 1,
        "size": "1536x1024",
        "quality": "high",
        "background": "opaque",
        "output_format": "webp",
    }


@pytest.mark.parametrize("references", [(), REFERENCES], ids=["generation", "edit"])
def test_what_gpt_image_refuses_is_never_sent_to_it(task: ProviderTask, references: tuple[ReferenceImage, ...]) -> None:
    vendor = FormVendor(answer())
    parameters = UpstreamParameters(style="vivid", watermark="mine", aspect_ratio="1:1", resolution="1k")

    adapter(vendor).submit(replace(task, parameters=parameters, references=references))

    names = [name for name, *_ in vendor.parts] if references else list(vendor.form)
    assert set(names) - {"image", "image[]"} == {"model", "prompt", "n"}


@pytest.mark.requirement("S002-1", "S002-10", "S002-41", "S002-42", "S002-43", "S002-44")
@pytest.mark.parametrize("style", ["vivid", "natural"])
@pytest.mark.parametrize("quality", ["standard", "hd"])
def test_a_server_that_still_has_dall_e_is_asked_in_its_form(task: ProviderTask, style: str, quality: str) -> None:
    vendor = FormVendor(answer())
    parameters = UpstreamParameters(
        size=Size(1792, 1024), quality=quality, style=style, output_format="png", background="opaque"
    )

    adapter(vendor).submit(replace(task, upstream_model="dall-e-3", parameters=parameters))

    assert vendor.form == {
        "model": "dall-e-3",
        "prompt": "a red fox",
        "n": 1,
        "size": "1792x1024",
        "quality": quality,
        "style": style,
        "response_format": "b64_json",
    }


def test_reference_pictures_travel_in_order_with_name_and_type(task: ProviderTask) -> None:
    vendor = FormVendor(answer())
    parameters = UpstreamParameters(size=Size(1024, 1024), quality="low", output_format="jpeg")

    adapter(vendor).submit(
        replace(task, mode=Mode.IMAGE_TO_IMAGE, prompt="bluer, früher", parameters=parameters, references=REFERENCES)
    )

    assert str(vendor.requests[0].url) == f"{API}/images/edits"
    assert vendor.parts == [
        ("model", None, None, b"gpt-image-2.5-flare"),
        ("prompt", None, None, "bluer, früher".encode()),
        ("n", None, None, b"1"),
        ("size", None, None, b"1024x1024"),
        ("quality", None, None, b"low"),
        ("output_format", None, None, b"jpeg"),
        ("image[]", "reference.png", "image/png", PNG),
        ("image[]", "reference.webp", "image/webp", b"2nd"),
    ]


def test_one_reference_picture_goes_by_the_name_that_every_server_knows(task: ProviderTask) -> None:
    vendor = FormVendor(answer())
    adapter(vendor).submit(replace(task, references=REFERENCES[:1]))
    assert vendor.parts[-1] == ("image", "reference.png", "image/png", PNG)


def test_dall_es_edit_has_one_picture_and_neither_quality_nor_style(task: ProviderTask) -> None:
    vendor = FormVendor(answer())
    parameters = UpstreamParameters(size=Size(512, 512), quality="standard", style="vivid")

    adapter(vendor).submit(replace(task, upstream_model="dall-e-2", parameters=parameters, references=REFERENCES[:1]))

    assert [name for name, *_ in vendor.parts] == ["model", "prompt", "n", "size", "response_format", "image"]


@pytest.mark.requirement("S004-54")
@pytest.mark.parametrize("base_url", [API, f"{API}/"])
def test_the_base_url_is_the_sdks(task: ProviderTask, base_url: str) -> None:
    vendor = FormVendor(answer())
    adapter(vendor, base_url=base_url).submit(task)
    assert str(vendor.requests[0].url) == f"{API}/images/generations"


def test_the_account_is_named_only_when_one_is_set(task: ProviderTask) -> None:
    vendor = FormVendor(answer(), answer())
    adapter(vendor).submit(task)
    adapter(vendor, organization="org-1", project="proj-1").submit(task)
    plain, named = (request.headers for request in vendor.requests)
    assert "openai-organization" not in plain
    assert "openai-project" not in plain
    assert (named["openai-organization"], named["openai-project"]) == ("org-1", "proj-1")


def test_the_vendor_can_find_a_lost_call_by_our_attempt(task: ProviderTask) -> None:
    vendor = FormVendor(answer())
    adapter(vendor).submit(task)
    assert vendor.requests[0].headers["x-client-request-id"] == "attempt-1"


@pytest.mark.parametrize(("allowed", "expected"), [(20, 20), (180, 180), (240, 240), (900, 300)])
def test_a_submit_waits_for_slow_pictures_but_never_beyond_the_task(
    task: ProviderTask, allowed: float, expected: float
) -> None:
    vendor = FormVendor(answer())
    adapter(vendor).submit(replace(task, timeout_seconds=allowed))
    assert vendor.requests[0].extensions["timeout"]["read"] == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize("key", ["", "   ", "two words", "ключ", "line\nbreak"])
@pytest.mark.parametrize("call", ["submit", "list_models"])
def test_an_unusable_key_is_told_before_anything_is_sent(task: ProviderTask, key: str, call: str) -> None:
    vendor = Vendor()
    provider = adapter(vendor, api_key=lambda: key)
    calls: dict[str, Callable[[], object]] = {
        "submit": lambda: provider.submit(task),
        "list_models": provider.list_models,
    }
    with pytest.raises(ProviderError) as caught:
        calls[call]()
    assert (caught.value.error_class, caught.value.provider_code) == (Class.AUTH, "provider_not_configured")
    assert vendor.requests == []


@pytest.mark.parametrize("references", [(), REFERENCES], ids=["generation", "edit"])
def test_half_a_surrogate_pair_in_the_prompt_does_no_harm(
    task: ProviderTask, references: tuple[ReferenceImage, ...]
) -> None:
    vendor = FormVendor(answer())
    adapter(vendor).submit(replace(task, prompt="fox \ud83e", references=references))
    assert b"fox ?" in vendor.requests[0].content


# What comes back


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,"])
def test_the_picture_comes_with_the_answer_and_there_is_no_job(task: ProviderTask, prefix: str) -> None:
    reply = answer({"b64_json": prefix + base64.b64encode(PNG).decode(), "revised_prompt": "a red fox, at dusk"})
    assert adapter(Vendor(reply)).submit(task) == Submission(None, Finished(InlinePicture(PNG)))


def test_an_address_is_for_the_engine_to_fetch(task: ProviderTask) -> None:
    vendor = FormVendor(answer({"url": "https://files.test/1.png", "b64_json": None}), httpx.Response(200, content=PNG))
    provider = adapter(vendor)

    submission = provider.submit(task)

    assert submission == Submission(None, Finished(RemotePicture("https://files.test/1.png")))
    assert provider.download(RemotePicture("https://files.test/1.png")) == PNG
    assert "authorization" not in vendor.requests[-1].headers


def test_an_address_may_be_the_picture_itself(task: ProviderTask) -> None:
    reply = answer({"url": "data:image/png;base64," + base64.b64encode(PNG).decode()})
    assert adapter(Vendor(reply)).submit(task) == Submission(None, Finished(InlinePicture(PNG)))


@pytest.mark.parametrize(
    ("usage", "references", "expected"),
    [
        (
            {
                "input_tokens": 20,
                "output_tokens": 200,
                "total_tokens": 220,
                "input_tokens_details": {"text_tokens": 20, "image_tokens": 0},
            },
            (),
            TokenUsage(text_in=20, image_out=200),
        ),
        (
            {
                "input_tokens": 343,
                "output_tokens": 1056,
                "input_tokens_details": {"text_tokens": 20, "image_tokens": 323},
                "output_tokens_details": {"text_tokens": 6, "image_tokens": 1050},
            },
            REFERENCES,
            TokenUsage(text_in=20, image_in=323, text_out=6, image_out=1050),
        ),
        ({"input_tokens": 20, "output_tokens": 200}, (), TokenUsage(text_in=20, image_out=200)),
        ({"input_tokens": 343, "output_tokens": 200}, REFERENCES, TokenUsage(image_in=343, image_out=200)),
        (
            {"input_tokens": 343, "output_tokens": 9, "input_tokens_details": {"text_tokens": 20}},
            REFERENCES,
            TokenUsage(text_in=20, image_in=323, image_out=9),
        ),
        (
            {"input_tokens": 343, "output_tokens": 9, "input_tokens_details": {"image_tokens": 300}},
            REFERENCES,
            TokenUsage(text_in=43, image_in=300, image_out=9),
        ),
        (
            {"output_tokens": 200, "input_tokens_details": None},
            (),
            TokenUsage(image_out=200, is_complete=False),
        ),
        (
            {"input_tokens": -1, "output_tokens": 200, "input_tokens_details": []},
            (),
            TokenUsage(image_out=200, is_complete=False),
        ),
        ({"input_tokens": 20, "output_tokens": 0}, (), None),
        ({"input_tokens": 20, "output_tokens": "200"}, (), TokenUsage(text_in=20, image_out=200)),
        ({"input_tokens": "20", "output_tokens": 200.0}, (), TokenUsage(text_in=20, image_out=200)),
        ({"input_tokens": 20, "output_tokens": 200.5}, (), None),
        ({"input_tokens": 20, "output_tokens": -200}, (), None),
        (
            {"input_tokens": 20, "output_tokens": 200, "total_tokens": 5000},
            (),
            TokenUsage(text_in=20, image_out=200, is_complete=False),
        ),
        (
            {"input_tokens": 20, "output_tokens": 200, "output_tokens_details": {"image_tokens": "many"}},
            (),
            TokenUsage(text_in=20, text_out=200, is_complete=False),
        ),
        ({"input_tokens": 20, "output_tokens": True}, (), None),
        ({"input_tokens": 20, "output_tokens": 10**12}, (), None),
        ({}, (), None),
        (None, (), None),
        ("much", (), None),
    ],
    ids=str,
)
def test_the_metering_is_read_by_kind_and_never_too_cheap(
    task: ProviderTask, usage: Any, references: tuple[ReferenceImage, ...], expected: TokenUsage | None
) -> None:
    submission = adapter(FormVendor(answer(usage=usage))).submit(replace(task, references=references))
    assert isinstance(submission.state, Finished)
    assert (submission.state.usage, submission.state.cost_micro_usd) == (expected, None)


@pytest.mark.parametrize("data", [[], None, {}, "", [None], [{}], [{"b64_json": None}], [{"url": ""}], [7]], ids=str)
def test_success_without_a_picture_is_the_vendors_failure(task: ProviderTask, data: Any) -> None:
    failure = failure_of_submit(task, httpx.Response(200, json={"created": 1, "data": data}))
    assert (failure.error_class, failure.provider_code) == (Class.FAILED, "no_outputs")


@pytest.mark.parametrize("text", ["not base64!", base64.b64encode(b"no picture").decode(), "data:image/png;base64,"])
def test_bytes_that_are_no_picture_are_the_vendors_failure(task: ProviderTask, text: str) -> None:
    failure = failure_of_submit(task, answer({"b64_json": text}))
    assert (failure.error_class, failure.provider_code) == (Class.FAILED, "not_a_picture")


@pytest.mark.parametrize("body", [b"", b"<html>hello</html>", b"[1, 2]", b"[" * 100_000, b'{"data": '])
def test_success_that_cannot_be_read_was_paid_for_all_the_same(task: ProviderTask, body: bytes) -> None:
    failure = failure_of_submit(task, httpx.Response(200, content=body))
    assert (failure.error_class, failure.provider_code) == (Class.AMBIGUOUS, "unreadable_answer")


# What it cannot do


def test_there_are_no_jobs_and_no_callbacks() -> None:
    vendor = Vendor()
    provider = adapter(vendor)
    with pytest.raises(ProviderError) as caught:
        provider.fetch("job-1")
    assert (caught.value.error_class, caught.value.provider_code) == (Class.FAILED, "job_not_found")
    assert provider.cancel("job-1") is False
    assert provider.parse_callback(CallbackRequest({}, {}, b"{}")) is None
    assert vendor.requests == []


# The list of models


def test_the_models_are_listed_with_their_ends() -> None:
    listed = [
        {"id": "gpt-image-2", "object": "model", "shutdown_date": None},
        {"id": "gpt-image-1.5", "object": "model", "shutdown_date": "2026-12-01"},
        {"id": "gpt-image-1-mini", "shutdown_date": "2026-12-01T00:00:00Z"},
        {"id": "gpt-image-2.6-flare"},
        {"id": "odd", "shutdown_date": "soon"},
        {"id": "number", "shutdown_date": 1764547200},
        {"id": 7},
        "gpt-image-2",
    ]
    vendor = Vendor(httpx.Response(200, json={"object": "list", "data": listed}))

    offered = adapter(vendor, organization="org-1").list_models()

    (request,) = vendor.requests
    assert (request.method, str(request.url)) == ("GET", f"{API}/models")
    assert (request.headers["authorization"], request.headers["openai-organization"]) == ("Bearer sim-key", "org-1")
    assert offered == (
        OfferedModel("gpt-image-2"),
        OfferedModel("gpt-image-1.5", date(2026, 12, 1)),
        OfferedModel("gpt-image-1-mini", date(2026, 12, 1)),
        OfferedModel("gpt-image-2.6-flare"),
        OfferedModel("odd"),
        OfferedModel("number"),
    )


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_compatible_server_may_have_no_list(status: int) -> None:
    assert adapter(Vendor(httpx.Response(status, text="no such page"))).list_models() is None


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (httpx.Response(401, json={"error": {"code": "invalid_api_key"}}), Class.AUTH),
        (httpx.Response(429, json={"error": {"code": "rate_limit_exceeded"}}), Class.RETRYABLE),
        (httpx.Response(500, text="oops"), Class.RETRYABLE),
        (httpx.Response(502, text="oops"), Class.RETRYABLE),
        (httpx.Response(200, text="oops"), Class.RETRYABLE),
        (httpx.Response(200, json={"data": None}), Class.RETRYABLE),
        (httpx.ReadTimeout("silence"), Class.RETRYABLE),
    ],
    ids=str,
)
def test_a_list_that_does_not_come_is_never_ambiguous(reply: httpx.Response | Exception, expected: Class) -> None:
    with pytest.raises(ProviderError) as caught:
        adapter(Vendor(reply)).list_models()
    assert caught.value.error_class is expected


def test_a_mask_is_a_part_of_its_own_and_no_second_picture(task: ProviderTask) -> None:
    vendor = FormVendor(answer())
    mask = replace(REFERENCES[0], is_mask=True)

    adapter(vendor).submit(replace(task, references=(REFERENCES[0], mask)))

    files = [name for name, *_ in vendor.parts if name in {"image", "image[]", "mask"}]
    assert files == ["image", "mask"]

"""The vendor's own SDK works against the simulator, so what it speaks is the vendor's format and not only our idea."""

from __future__ import annotations

import base64
import urllib.request
from typing import TYPE_CHECKING, Any

import openai
import pytest
from tests.contract.providers.simulation import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.providers.simulation import Simulator


def client(simulator: Simulator, vendor: str = "openai", **options: Any) -> openai.OpenAI:
    defaults: dict[str, Any] = {
        "api_key": "sim-sdk",
        "base_url": simulator.simulators.base_urls()[vendor],
        "max_retries": 0,
        "timeout": 30.0,
    }
    return openai.OpenAI(**(defaults | options))


@pytest.fixture
def sdk(simulator: Simulator) -> Iterator[openai.OpenAI]:
    with client(simulator) as made:
        yield made


def sample(simulator: Simulator, name: str = "300x200.png") -> bytes:
    with urllib.request.urlopen(f"{simulator.url}/_simulator/pictures/{name}?seed=fox") as response:
        data: bytes = response.read()
        return data


def decoded(text: str | None) -> bytes:
    assert text is not None
    return base64.b64decode(text, validate=True)


@pytest.mark.parametrize(
    ("asked", "size", "image_format"),
    [
        ({"model": "gpt-image-2.6-flare"}, (1024, 1024), "PNG"),
        ({"model": "gpt-image-2", "size": "1536x864", "quality": "low", "output_format": "jpeg"}, (1536, 864), "JPEG"),
        ({"model": "gpt-image-1.5", "size": "auto", "background": "transparent", "n": 3}, (1024, 1024), "PNG"),
        (
            {"model": "gpt-image-2.5-sunburst", "output_format": "webp", "output_compression": 60, "moderation": "low"},
            (1024, 1024),
            "WEBP",
        ),
    ],
    ids=str,
)
def test_the_sdk_generates(
    sdk: openai.OpenAI, simulator: Simulator, asked: dict[str, Any], size: tuple[int, int], image_format: str
) -> None:
    made = sdk.images.generate(prompt="a fox", safety_identifier="hashed", **asked)

    assert made.data is not None
    pictures = [opened(decoded(each.b64_json)) for each in made.data]
    assert [(picture.size, picture.format) for picture in pictures] == [(size, image_format)] * asked.get("n", 1)
    assert len({each.b64_json for each in made.data}) == len(simulator.jobs) == len(made.data)
    assert (made.size, made.output_format) == (f"{size[0]}x{size[1]}", image_format.lower())
    assert made.background == asked.get("background", "opaque")
    assert made.quality == asked.get("quality", "medium")
    assert made.usage is not None
    assert made.usage.output_tokens_details is not None
    assert made.usage.total_tokens == made.usage.input_tokens + made.usage.output_tokens
    assert made.usage.input_tokens == made.usage.input_tokens_details.text_tokens > 0
    assert made.usage.output_tokens == made.usage.output_tokens_details.image_tokens > 0


def test_the_sdk_edits_one_and_many_pictures(sdk: openai.OpenAI, simulator: Simulator) -> None:
    first, second = sample(simulator), sample(simulator, "200x300.jpg")

    one = sdk.images.edit(model="gpt-image-2", prompt="bluer", image=("my fox.png", first, "image/png"))
    many = sdk.images.edit(
        model="gpt-image-1.5",
        prompt="together",
        image=[("a.png", first, "image/png"), ("b.jpg", second, "image/jpeg")],
        mask=("mask.png", sample(simulator), "image/png"),
        input_fidelity="high",
        size="1024x1536",
        n=2,
    )

    assert one.data is not None
    assert many.data is not None
    assert one.size == "1536x1024", "an edit keeps the shape of its picture"
    assert [opened(decoded(each.b64_json)).size for each in many.data] == [(1024, 1536)] * 2
    assert one.usage is not None
    assert one.usage.input_tokens_details.image_tokens > 0
    names = [[image["filename"] for image in job["input"]["images"]] for job in simulator.jobs]
    assert names == [["my fox.png"], ["a.png", "b.jpg", "mask.png"], ["a.png", "b.jpg", "mask.png"]]


def test_the_sdk_reads_the_stream(sdk: openai.OpenAI, simulator: Simulator) -> None:
    events = list(sdk.images.generate(model="gpt-image-2", prompt="a fox", stream=True, partial_images=2))
    edits = sdk.images.edit(
        model="gpt-image-2", prompt="bluer", image=("a.png", sample(simulator), "image/png"), stream=True
    )

    assert [event.type for event in events] == ["image_generation.partial_image"] * 2 + ["image_generation.completed"]
    assert opened(decoded(events[-1].b64_json)).size == (1024, 1024)
    assert [event.type for event in edits] == ["image_edit.completed"]
    plain = sdk.images.generate(model="gpt-image-2", prompt="a fox").usage
    assert plain is not None
    streamed = events[-1]
    assert streamed.type == "image_generation.completed"
    assert streamed.usage.output_tokens == plain.output_tokens + 200, "each picture of the way costs 100 tokens"


@pytest.mark.parametrize(
    ("fault", "error", "code", "type"),
    [
        ("moderation", openai.BadRequestError, "moderation_blocked", "image_generation_user_error"),
        ("auth", openai.AuthenticationError, "invalid_api_key", "invalid_request_error"),
        ("gone", openai.NotFoundError, "model_not_found", "invalid_request_error"),
        ("rate-limit", openai.RateLimitError, "rate_limit_exceeded", "rate_limit_error"),
        ("slow-down", openai.RateLimitError, "slow_down", "rate_limit_error"),
        ("balance", openai.RateLimitError, "insufficient_quota", "insufficient_quota"),
        ("server-error", openai.InternalServerError, None, "server_error"),
        ("unavailable", openai.InternalServerError, "server_is_overloaded", "service_unavailable_error"),
    ],
)
def test_the_sdk_reads_our_errors_as_the_vendors(
    sdk: openai.OpenAI, fault: str, error: type[openai.APIStatusError], code: str | None, type: str
) -> None:
    with pytest.raises(error) as caught:
        sdk.images.generate(model="gpt-image-2", prompt=f"a fox [fault:{fault}]")
    assert (caught.value.code, caught.value.type) == (code, type)
    assert caught.value.request_id is not None
    assert caught.value.request_id.startswith("req_")


@pytest.mark.parametrize(
    ("asked", "param", "code"),
    [
        ({"style": "vivid"}, "style", "unknown_parameter"),
        ({"response_format": "b64_json"}, "response_format", "unknown_parameter"),
        ({"complexity": "low"}, "complexity", "unknown_parameter"),
        ({"extra_body": {"negative_prompt": "cats"}}, "negative_prompt", "unknown_parameter"),
        ({"size": "512x512"}, "size", "invalid_value"),
        ({"size": "1792x936"}, "size", "invalid_value"),
        ({"size": "3200x1024"}, "size", "invalid_value"),
        ({"size": "4096x1536"}, "size", "invalid_value"),
        ({"size": "3840x2176"}, "size", "invalid_value"),
        ({"size": "0x0"}, "size", "invalid_value"),
        ({"size": "1024*1024"}, "size", "invalid_value"),
        ({"quality": "hd"}, "quality", "invalid_value"),
        ({"quality": "xhigh"}, "quality", "invalid_value"),
        ({"background": "transparent", "output_format": "jpeg"}, "background", "invalid_value"),
        ({"output_format": "gif"}, "output_format", "invalid_value"),
        ({"output_compression": 50}, "output_compression", "invalid_value"),
        ({"output_format": "jpeg", "output_compression": 101}, "output_compression", "integer_above_max_value"),
        ({"n": 0}, "n", "integer_below_min_value"),
        ({"n": 11}, "n", "integer_above_max_value"),
        ({"extra_body": {"n": "2"}}, "n", "invalid_type"),
        ({"partial_images": 2}, "partial_images", "invalid_value"),
        ({"moderation": "none"}, "moderation", "invalid_value"),
        ({"prompt": " "}, "prompt", "invalid_value"),
        ({"prompt": "x" * 32_001}, "prompt", "string_above_max_length"),
        ({"extra_body": {"prompt": None}}, "prompt", "missing_required_parameter"),
        ({"model": "gpt-image-1.5", "size": "1536x864"}, "size", "invalid_value"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_request_is_checked_as_the_vendor_checks_it(
    sdk: openai.OpenAI, simulator: Simulator, asked: dict[str, Any], param: str, code: str
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.images.generate(**({"model": "gpt-image-2", "prompt": "a fox"} | asked))
    assert (caught.value.param, caught.value.code) == (param, code)
    assert simulator.submits == 0


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"image": ("a.gif", b"GIF89a", "image/gif")}, "image"),
        ({"image": ("a.png", b"no picture", "image/png")}, "image"),
        ({"image": []}, "image"),
        ({"mask": ("mask.jpg", "300x200.jpg", "image/jpeg")}, "mask"),
        ({"mask": ("mask.png", "30x20.png", "image/png")}, "mask"),
        ({"input_fidelity": "high"}, "input_fidelity"),
        ({"n": 11}, "n"),
    ],
    ids=str,
)
def test_an_edit_is_checked_as_the_vendor_checks_it(
    sdk: openai.OpenAI, simulator: Simulator, asked: dict[str, Any], param: str
) -> None:
    good: dict[str, Any] = {"model": "gpt-image-2", "prompt": "bluer"}
    if "mask" in asked:
        name, picture, media_type = asked["mask"]
        asked = {"mask": (name, sample(simulator, picture), media_type)}
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.images.edit(**(good | {"image": ("a.png", sample(simulator), "image/png")} | asked))
    assert caught.value.param == param
    assert simulator.submits == 0


def test_more_than_sixteen_pictures_are_refused(sdk: openai.OpenAI, simulator: Simulator) -> None:
    picture = sample(simulator, "8x8.png")
    with pytest.raises(openai.BadRequestError, match="at most 16"):
        sdk.images.edit(model="gpt-image-2", prompt="bluer", image=[("a.png", picture, "image/png")] * 17)


@pytest.mark.requirement("X-25")
def test_the_sdk_lists_and_retrieves_models(sdk: openai.OpenAI) -> None:
    listed = {model.id: model for model in sdk.models.list()}
    assert listed["gpt-image-1.5"].shutdown_date == "2026-12-01"
    assert listed["gpt-image-2.6-sunburst"].shutdown_date is None
    assert sdk.models.retrieve("gpt-image-2").id == "gpt-image-2"
    for gone in ("dall-e-2", "dall-e-3", "gpt-image-1"):
        assert gone not in listed
        with pytest.raises(openai.NotFoundError):
            sdk.models.retrieve(gone)


def test_who_names_no_model_gets_the_published_default_which_is_gone(sdk: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="dall-e-2"):
        sdk.images.generate(prompt="a fox")


@pytest.mark.parametrize("options", [{"api_key": "real"}, {"organization": "mine"}, {"project": "mine"}])
def test_a_wrong_key_or_account_is_refused(simulator: Simulator, options: dict[str, str]) -> None:
    with client(simulator, **options) as stranger, pytest.raises(openai.AuthenticationError):
        stranger.models.list()


def test_an_account_of_the_vendors_form_is_taken(simulator: Simulator) -> None:
    with client(simulator, organization="org-1", project="proj_1") as known:
        assert list(known.models.list())


def test_every_answer_tells_of_the_request_and_its_limits(sdk: openai.OpenAI) -> None:
    headers = sdk.images.with_raw_response.generate(model="gpt-image-2", prompt="a fox").headers
    assert headers["x-request-id"].startswith("req_")
    assert int(headers["openai-processing-ms"]) >= 0
    assert headers["x-ratelimit-reset-requests"] == "120ms"


def test_the_sdk_of_old_works_with_a_server_that_still_has_dall_e(simulator: Simulator) -> None:
    with client(simulator, "openai-compatible") as sdk:
        linked = sdk.images.generate(model="dall-e-3", prompt="a fox", size="1792x1024", quality="hd", style="natural")
        inline = sdk.images.generate(model="dall-e-2", prompt="a fox", size="256x256", n=2, response_format="b64_json")
        edited = sdk.images.edit(
            model="dall-e-2",
            prompt="bluer",
            image=("a.png", sample(simulator, "64x64.png"), "image/png"),
            size="512x512",
            response_format="b64_json",
        )
    assert linked.data is not None
    assert inline.data is not None
    assert edited.data is not None
    assert linked.data[0].url is not None
    with urllib.request.urlopen(linked.data[0].url) as response:
        assert opened(response.read()).size == (1792, 1024)
    assert linked.data[0].revised_prompt == "a fox, in great detail"
    assert [opened(decoded(each.b64_json)).size for each in inline.data] == [(256, 256)] * 2
    assert opened(decoded(edited.data[0].b64_json)).size == (512, 512)
    assert len(simulator.jobs) == 4


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"model": "dall-e-3", "n": 2}, "n"),
        ({"model": "dall-e-3", "size": "512x512"}, "size"),
        ({"model": "dall-e-3", "style": "artistic"}, "style"),
        ({"model": "dall-e-3", "output_format": "png"}, "output_format"),
        ({"model": "dall-e-2", "style": "vivid"}, "style"),
        ({"model": "dall-e-2", "quality": "hd"}, "quality"),
        ({"model": "dall-e-2", "prompt": "x" * 1_001}, "prompt"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_dall_e_refuses_what_it_always_refused(simulator: Simulator, asked: dict[str, Any], param: str) -> None:
    with client(simulator, "openai-compatible") as sdk, pytest.raises(openai.BadRequestError) as caught:
        sdk.images.generate(**({"prompt": "a fox"} | asked))
    assert caught.value.param == param


def test_pictures_may_be_named_in_json(sdk: openai.OpenAI, simulator: Simulator) -> None:
    inline = "data:image/png;base64," + base64.b64encode(sample(simulator)).decode()
    linked = f"{simulator.url}/_simulator/pictures/64x64.jpg?seed=bear"

    def edit(**body: Any) -> Any:
        form = {"model": "gpt-image-2", "prompt": "bluer", "images": [{"image_url": inline}, {"image_url": linked}]}
        return sdk.post("/images/edits", body=form | body, cast_to=dict[str, Any])

    assert opened(decoded(edit(mask={"image_url": inline})["data"][0]["b64_json"])).size == (1536, 1024)
    assert [image["type"] for image in simulator.jobs[0]["input"]["images"]] == ["image/png", "image/jpeg", "image/png"]
    refused: list[Any] = [
        None,
        "a picture",
        [],
        [{"file_id": "file-1"}],
        [{"image_url": "ftp://x/y.png"}],
        [{"image_url": "data:image/png;base64,?"}],
        [{"image_url": f"{simulator.url}/_simulator/nothing"}],
        [{"image_url": f"{simulator.url}/_simulator/health"}],
    ]
    for images in refused:
        with pytest.raises(openai.BadRequestError):
            edit(images=images)
    assert len(simulator.jobs) == 1


def test_the_sdk_repeats_what_we_do_not(simulator: Simulator) -> None:
    """Why Easel does not use it: a picture whose answer was lost is made, and paid for, once more."""
    with client(simulator, max_retries=1) as sdk, pytest.raises(openai.APIConnectionError):
        sdk.images.generate(model="gpt-image-2", prompt="[fault:drop]")
    assert len(simulator.jobs) == 2

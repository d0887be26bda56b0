"""The vendor's own SDK works against the simulator, so what it speaks is the vendor's format and not only our idea."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from google import genai
from google.genai import errors, types
from tests.contract.providers.simulation import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image
    from tests.contract.providers.simulation import Simulator

PRO = "gemini-3-pro-image"


def client(simulator: Simulator, vendor: str = "google", api_key: str = "sim-sdk", **options: Any) -> genai.Client:
    base_url = simulator.simulators.base_urls()[vendor]
    return genai.Client(api_key=api_key, http_options=types.HttpOptions(base_url=base_url, timeout=30_000, **options))


@pytest.fixture
def sdk(simulator: Simulator) -> Iterator[genai.Client]:
    with client(simulator) as made:
        yield made


def sample(simulator: Simulator, name: str = "300x200.png") -> bytes:
    with urllib.request.urlopen(f"{simulator.url}/_simulator/pictures/{name}?seed=fox") as response:
        data: bytes = response.read()
        return data


def config(**image: Any) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        response_modalities=["IMAGE"], image_config=types.ImageConfig(**image) if image else None
    )


def pictures(made: types.GenerateContentResponse) -> list[Image.Image]:
    """The pictures that are no drafts."""
    return [
        opened(part.inline_data.data)
        for part in made.parts or []
        if part.inline_data and part.inline_data.data and not part.thought
    ]


@pytest.mark.requirement("S000-37", "S000-74")
@pytest.mark.parametrize(
    ("model", "image", "size", "image_format"),
    [
        (PRO, {}, (1024, 1024), "JPEG"),
        (PRO, {"aspect_ratio": "3:2", "image_size": "2K"}, (2528, 1696), "JPEG"),
        ("gemini-nano-banana-2.1", {"aspect_ratio": "4:1", "image_size": "1K"}, (2048, 512), "PNG"),
        ("gemini-3.1-flash-lite-image", {"aspect_ratio": "9:16"}, (768, 1376), "PNG"),
    ],
)
def test_the_sdk_generates(
    sdk: genai.Client, simulator: Simulator, model: str, image: dict[str, str], size: tuple[int, int], image_format: str
) -> None:
    made = sdk.models.generate_content(model=model, contents="a fox", config=config(**image))

    assert [(picture.size, picture.format) for picture in pictures(made)] == [(size, image_format)]
    assert made.candidates is not None
    assert made.candidates[0].finish_reason is types.FinishReason.STOP
    assert made.model_version == model
    usage = made.usage_metadata
    assert usage is not None
    assert usage.candidates_tokens_details is not None
    assert usage.candidates_tokens_details[0].modality is types.MediaModality.IMAGE
    assert usage.total_token_count == sum(
        count or 0 for count in (usage.prompt_token_count, usage.candidates_token_count, usage.thoughts_token_count)
    )
    assert len(simulator.jobs) == 1


def test_the_sdk_edits_with_pictures(sdk: genai.Client, simulator: Simulator) -> None:
    parts = [
        types.Part.from_text(text="bluer"),
        types.Part.from_bytes(data=sample(simulator, "300x200.png"), mime_type="image/png"),
        types.Part.from_bytes(data=sample(simulator, "200x300.jpg"), mime_type="image/jpeg"),
    ]
    made = sdk.models.generate_content(model=PRO, contents=[types.Content(role="user", parts=parts)], config=config())

    assert [picture.size for picture in pictures(made)] == [(1264, 848)], "an edit keeps the shape of its picture"
    assert made.usage_metadata is not None
    counted = {detail.modality: detail.token_count for detail in made.usage_metadata.prompt_tokens_details or []}
    assert counted[types.MediaModality.IMAGE] == 1120
    assert len(simulator.jobs[0]["input"]["references"]) == 2


def test_the_sdk_gets_words_and_drafts_when_it_asks_for_them(sdk: genai.Client) -> None:
    made = sdk.models.generate_content(
        model=PRO,
        contents="a fox",
        config=types.GenerateContentConfig(thinking_config=types.ThinkingConfig(include_thoughts=True)),
    )
    parts = made.parts or []
    assert [bool(part.thought) for part in parts] == [True, False, False]
    assert made.text == "Here is your picture."
    assert len(pictures(made)) == 1


def test_a_draft_comes_with_some_pictures_unasked(sdk: genai.Client) -> None:
    made = [sdk.models.generate_content(model=PRO, contents=f"fox {turn}", config=config()) for turn in range(6)]
    assert {any(part.thought for part in each.parts or []) for each in made} == {True, False}
    assert [len(pictures(each)) for each in made] == [1] * 6


def test_the_sdk_sees_a_blocked_prompt_and_a_picture_held_back(sdk: genai.Client, simulator: Simulator) -> None:
    blocked = sdk.models.generate_content(model=PRO, contents="[fault:moderation]", config=config())
    held_back = sdk.models.generate_content(model=PRO, contents="[fault:image-safety]", config=config())
    talking = sdk.models.generate_content(model=PRO, contents="[fault:no-image]", config=config())

    assert blocked.prompt_feedback is not None
    assert blocked.prompt_feedback.block_reason is types.BlockedReason.SAFETY
    assert not blocked.candidates
    assert held_back.candidates is not None
    assert held_back.candidates[0].finish_reason is types.FinishReason.IMAGE_SAFETY
    assert talking.text
    assert simulator.jobs == []


@pytest.mark.parametrize(
    ("fault", "error", "code", "status"),
    [
        ("auth", errors.ClientError, 400, "INVALID_ARGUMENT"),
        ("gone", errors.ClientError, 404, "NOT_FOUND"),
        ("rate-limit", errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("rate-limit as=list", errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("quota", errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("server-error", errors.ServerError, 500, "INTERNAL"),
        ("unavailable", errors.ServerError, 503, "UNAVAILABLE"),
        ("gateway-timeout", errors.ServerError, 504, "DEADLINE_EXCEEDED"),
    ],
)
def test_the_sdk_reads_our_errors_as_the_vendors(
    sdk: genai.Client, fault: str, error: type[errors.APIError], code: int, status: str
) -> None:
    with pytest.raises(error) as caught:
        sdk.models.generate_content(model=PRO, contents=f"a fox [fault:{fault}]", config=config())
    assert (caught.value.code, caught.value.status) == (code, status)
    assert caught.value.message


@pytest.mark.parametrize("version", ["v1", "v1beta"])
def test_the_sdk_may_name_the_version_that_our_adapter_calls(simulator: Simulator, version: str) -> None:
    with client(simulator, api_version=version) as made:
        assert len(pictures(made.models.generate_content(model=PRO, contents="a fox", config=config()))) == 1


def test_the_sdk_is_told_what_a_wrong_key_is(simulator: Simulator) -> None:
    with client(simulator, api_key="wrong") as made, pytest.raises(errors.ClientError, match="API_KEY_INVALID"):
        made.models.generate_content(model=PRO, contents="a fox")


def refused(simulator: Simulator, path: str, form: Any, vendor: str = "google") -> tuple[int, str]:
    """What the SDK itself would not send, sent by hand: the status and the message of the refusal."""
    call = urllib.request.Request(
        f"{simulator.url}/{vendor}/v1beta/models/{path}",
        data=form if isinstance(form, bytes) else json.dumps(form).encode(),
        headers={"x-goog-api-key": "sim-key"},
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(call)
    with caught.value as answer:
        error = json.load(answer)["error"]
        assert error["code"] == answer.code
        return answer.code, error["message"]


WORDS = [{"role": "user", "parts": [{"text": "a fox"}]}]
PICTURE = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}


@pytest.mark.parametrize(
    ("generation", "message"),
    [
        ({"imageConfig": {"imageSize": "2k"}}, "imageSize must be one of: 1K, 2K, 4K"),
        ({"imageConfig": {"imageSize": "512"}}, "imageSize must be one of"),
        ({"imageConfig": {"imageSize": 2}}, "imageSize must be one of"),
        ({"imageConfig": {"aspectRatio": "7:5"}}, "aspectRatio must be one of"),
        ({"image_config": {"aspect_ratio": "7:5"}}, "aspectRatio must be one of"),
        ({"imageConfig": {"outputMimeType": "image/png"}}, 'Unknown name "outputMimeType"'),
        ({"imageConfig": {"personGeneration": "ALLOW_ALL"}}, 'Unknown name "personGeneration"'),
        ({"imageConfig": {"outputCompressionQuality": 80}}, 'Unknown name "outputCompressionQuality"'),
        ({"imageConfig": []}, "an object is expected"),
        ({"candidateCount": 2}, "Multiple candidates is not enabled"),
        ({"responseModalities": ["TEXT"]}, "combination of response modalities"),
        ({"responseModalities": ["IMAGE", "AUDIO"]}, "response_modalities"),
        ({"width": 512}, 'Unknown name "width"'),
    ],
)
def test_a_configuration_is_checked_as_the_vendor_checks_it(
    simulator: Simulator, generation: dict[str, Any], message: str
) -> None:
    code, told = refused(simulator, f"{PRO}:generateContent", {"contents": WORDS, "generationConfig": generation})
    assert code == 400
    assert message in told
    assert (simulator.submits, simulator.jobs) == (0, [])


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (b"{", "Invalid JSON payload"),
        ({}, "contents is not specified"),
        ({"contents": []}, "contents is not specified"),
        ({"contents": "a fox"}, "contents is not specified"),
        ({"contents": [{"role": "user", "parts": [{"text": " "}]}]}, "must have one initialized field"),
        ({"contents": [{"role": "system", "parts": [{"text": "a fox"}]}]}, "valid role"),
        ({"contents": [{"parts": [{"image": "x"}]}]}, 'Unknown name "image"'),
        ({"contents": [{"parts": [PICTURE]}]}, "Unable to process input image"),
        ({"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "?"}}]}]}, "Base64"),
        ({"contents": [{"parts": [{"inlineData": {"mimeType": "image/gif", "data": "AAAA"}}]}]}, "mimeType"),
        ({"contents": [{"parts": [{"inlineData": {"data": "AAAA"}}]}]}, "mime_type is required"),
        ({"contents": WORDS, "prompt": "a fox"}, 'Unknown name "prompt"'),
        (b" " * (20 * 1024 * 1024 + 1), "payload size exceeds the limit: 20971520 bytes"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_contents_are_checked_as_the_vendor_checks_them(simulator: Simulator, form: Any, message: str) -> None:
    code, told = refused(simulator, f"{PRO}:generateContent", form)
    assert code == 400
    assert message in told
    assert simulator.submits == 0


def test_a_model_with_one_size_does_not_let_it_be_named(simulator: Simulator) -> None:
    form = {"contents": WORDS, "generationConfig": {"imageConfig": {"imageSize": "1K"}}}
    code, message = refused(simulator, "gemini-3.1-flash-lite-image:generateContent", form)
    assert (code, message) == (400, "imageSize is not supported for models/gemini-3.1-flash-lite-image")


@pytest.mark.parametrize(
    "path",
    [
        "imagen-4.0-generate-001:predict",
        "gemini-2.5-flash-image:generateContent",
        "gemini-3-pro-image-preview:generateContent",
        "gemini-3-pro-image:predict",
        "gemini-3-pro-image:paint",
        "gemini-3-pro-image",
    ],
)
def test_what_has_ended_or_never_was_is_not_found(simulator: Simulator, path: str) -> None:
    assert refused(simulator, path, {"contents": WORDS})[0] == 404


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"instances": []}, "exactly one instance"),
        ({"instances": [{"prompt": "a"}, {"prompt": "b"}]}, "exactly one instance"),
        ({"instances": [{"prompt": " "}]}, "prompt must be provided"),
        ({"instances": [{"prompt": "a", "image": {}}]}, 'Unknown name "image"'),
        ({"instances": [{"prompt": "a"}], "parameters": {"sampleCount": 5}}, "sampleCount"),
        ({"instances": [{"prompt": "a"}], "parameters": {"aspectRatio": "2:3"}}, "aspectRatio"),
        ({"instances": [{"prompt": "a"}], "parameters": {"sampleImageSize": "4K"}}, "sampleImageSize"),
        ({"instances": [{"prompt": "a"}], "parameters": {"seed": 7}}, 'Unknown name "seed"'),
        ({"instances": [{"prompt": "a"}], "parameters": {"outputOptions": {"mimeType": "image/webp"}}}, "mimeType"),
    ],
    ids=lambda value: str(value)[:90],
)
def test_imagens_form_is_checked_as_the_vendor_checked_it(simulator: Simulator, form: Any, message: str) -> None:
    code, told = refused(simulator, "imagen-4.0-generate-001:predict", form, vendor="google-compatible")
    assert code == 400
    assert message in told


@pytest.mark.parametrize(("wants_reason", "keys"), [(True, {"raiFilteredReason"}), (False, set())])
def test_imagen_says_why_it_holds_a_picture_back_only_when_asked(
    simulator: Simulator, *, wants_reason: bool, keys: set[str]
) -> None:
    form = {"instances": [{"prompt": "[fault:moderation]"}], "parameters": {"includeRaiReason": wants_reason}}
    call = urllib.request.Request(
        f"{simulator.url}/google-compatible/v1beta/models/imagen-4.0-generate-001:predict",
        data=json.dumps(form).encode(),
        headers={"x-goog-api-key": "sim-key"},
    )
    with urllib.request.urlopen(call) as answer:
        assert {key for prediction in json.load(answer).get("predictions", []) for key in prediction} == keys


@pytest.mark.requirement("X-25")
@pytest.mark.parametrize("page_size", [2, 1000])
def test_the_sdk_lists_the_models_page_by_page(sdk: genai.Client, page_size: int) -> None:
    listed = {model.name: model for model in sdk.models.list(config={"page_size": page_size})}
    assert {f"models/{PRO}", "models/gemini-nano-banana-2.1", "models/gemini-embedding-001"} <= listed.keys()
    assert "models/gemini-2.5-flash-image" not in listed
    assert "generateContent" in (listed[f"models/{PRO}"].supported_actions or [])
    assert sdk.models.get(model=PRO).display_name == "Nano Banana Pro"


def test_a_key_may_stand_in_the_address_too(simulator: Simulator) -> None:
    url = f"{simulator.url}/google/v1beta/models"
    with urllib.request.urlopen(f"{url}?key=sim-key") as answer:
        assert json.load(answer)["models"]
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url)
    with caught.value as refusal:
        assert json.load(refusal)["error"]["status"] == "PERMISSION_DENIED"

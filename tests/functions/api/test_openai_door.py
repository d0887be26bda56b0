"""The OpenAI door over the emulated AWS: what its clients send, and what they read."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image as Picture
from tests.functions.api.harness import BASE_URL, Answer
from tests.functions.api.waiting_doors import WaitingDoor, give_up_at_once, make_while_waiting, workspace_of_a_door
from tests.support.engine import refusing

from easel.errors import ProviderErrorClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.emulator import Emulator
    from tests.support.operations import Functions

FOX = {"prompt": "a red fox", "model": "seedream-v4", "size": "1024x1024"}
INLINE = {"prompt": "a red fox", "model": "gpt-image-1"}


class OpenAIDoor(WaitingDoor):
    """The door as its clients see it."""

    def create(self, body: Any, **options: Any) -> Answer:
        return self.call("openai_create_images", "POST", "/v1/images/generations", body=body, **options)

    def edit(self, body: Any, what: str = "edits", **options: Any) -> Answer:
        return self.call("openai_edit_images", "POST", f"/v1/images/{what}", body=body, **options)

    def models(self, path: str = "", **options: Any) -> Answer:
        return self.call("openai_describe_models", "GET", f"/v1/models{path}", **options)

    def generations(self) -> list[dict[str, Any]]:
        """Those of the workspace, the newest first."""
        listed: list[dict[str, Any]] = self.functions.list("limit=50")["generations"]
        return listed


@pytest.fixture(scope="module")
def functions(emulator: Emulator) -> Iterator[Functions]:
    settings = {"UPLOAD_SCAN": "false", "EASEL_DOORS": "canonical,openai"}
    with workspace_of_a_door(emulator, **settings) as functions:
        yield functions


@pytest.fixture
def door(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> OpenAIDoor:
    door = OpenAIDoor(functions)
    make_while_waiting(door, monkeypatch)
    return door


@pytest.fixture
def slow(door: OpenAIDoor, monkeypatch: pytest.MonkeyPatch) -> OpenAIDoor:
    give_up_at_once(door, monkeypatch)
    return door


def error(answer: Answer) -> tuple[int, str, str | None]:
    failure = answer.json["error"]
    assert isinstance(failure["message"], str)
    assert answer.header("x-should-retry") in {"true", "false"}
    return answer.status, failure["code"], failure["param"]


# --- what data has ----------------------------------------------------------------------------------------------------


def test_a_model_of_another_family_answers_with_bytes_and_addresses(door: OpenAIDoor) -> None:
    answer = door.create(FOX)

    assert answer.status == 200, answer.body
    body = answer.json
    assert [sorted(image) for image in body["data"]] == [["b64_json", "url"]]
    assert Picture.open(io.BytesIO(base64.b64decode(body["data"][0]["b64_json"]))).size == (1024, 1024)
    assert body["data"][0]["url"].startswith("https://easel.example/i/")
    assert (body["size"], body["quality"], body["background"]) == ("1024x1024", "medium", "opaque")
    usage = body["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert sum(usage["input_tokens_details"].values()) == usage["input_tokens"]
    assert float(answer.header("x-easel-cost-credits") or 0) > 0
    assert answer.header("x-easel-generation-id")
    assert int(answer.header("openai-processing-ms") or -1) >= 0


FORMATS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "gpt-image": (INLINE, ["b64_json"]),
    "gpt-image, url": ({**INLINE, "response_format": "url"}, ["url"]),
    "another, b64_json": ({**FOX, "response_format": "b64_json"}, ["b64_json"]),
    "another, url": ({**FOX, "response_format": "url"}, ["url"]),
    "no model": ({"prompt": "a fox"}, ["b64_json"]),
    "too many to carry": ({**FOX, "n": 10}, ["url"]),
    "ten addresses": ({**INLINE, "n": 10, "response_format": "url"}, ["url"]),
}


@pytest.mark.parametrize(("body", "names"), FORMATS.values(), ids=FORMATS)
def test_the_format_of_data(door: OpenAIDoor, body: dict[str, Any], names: list[str]) -> None:
    answer = door.create(body)

    assert answer.status == 200, answer.body
    assert {name for image in answer.json["data"] for name in image} == set(names)


def test_fields_without_effect_are_named(door: OpenAIDoor) -> None:
    body = {**INLINE, "output_compression": 80, "steps": 30, "moderation": "low", "quality": "auto", "size": "auto"}

    answer = door.create(body)

    assert answer.header("x-easel-ignored") == "moderation,output_compression,steps"


@pytest.mark.parametrize("field", ["user", "x-easel-end-user", "X-OpenWebUI-User-Id"])
def test_the_end_user_is_kept_with_the_generation(door: OpenAIDoor, field: str) -> None:
    headers, named = ({}, {"user": "u-7"}) if field == "user" else ({field: "u-7"}, {})
    door.create({**FOX, **named}, headers=headers)

    assert door.generations()[0]["clientReference"] == "u-7"


# --- failures ---------------------------------------------------------------------------------------------------------

BAD: dict[str, tuple[dict[str, Any], tuple[int, str, str | None]]] = {
    "no prompt": ({"prompt": None}, (400, "invalid_value", "prompt")),
    "blank prompt": ({"prompt": "  "}, (400, "invalid_value", "prompt")),
    "unknown model": ({"model": "gpt-image-99"}, (404, "model_not_found", "model")),
    "size": ({"size": "7x7"}, (400, "invalid_value", "size")),
    "n": ({"n": 11}, (400, "invalid_value", "n")),
    "quality": ({"quality": "ultra"}, (400, "invalid_value", "quality")),
    "format": ({"output_format": "gif"}, (400, "invalid_value", "output_format")),
    "background": ({"background": "transparent"}, (400, "invalid_value", "background")),
    "partial images": ({"stream": True, "partial_images": 2}, (400, "invalid_value", "partial_images")),
    "a stream of addresses": ({"stream": True, "response_format": "url"}, (400, "invalid_value", "response_format")),
    "no room": ({"n": 10, "response_format": "b64_json"}, (400, "invalid_value", "n")),
    "no room in gpt-image": ({"n": 3, "model": "gpt-image-1"}, (400, "invalid_value", "n")),
}


@pytest.mark.parametrize(("change", "expected"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_named_before_anything_is_spent(
    door: OpenAIDoor, change: dict[str, Any], expected: tuple[int, str, str | None]
) -> None:
    before = len(door.generations())

    answer = door.create({**FOX, **change})

    assert error(answer) == expected
    assert answer.header("x-should-retry") == "false"
    assert answer.json["status"] == answer.status
    assert len(door.generations()) == before


def test_a_stranger_is_told_so(door: OpenAIDoor) -> None:
    answer = door.create(FOX, caller=None)

    assert error(answer)[:2] == (401, "invalid_api_key")
    assert answer.json["error"]["type"] == "invalid_request_error"


def test_a_refusal_by_a_content_policy_is_the_callers(door: OpenAIDoor) -> None:
    door.while_waiting = lambda: door.deliver(refusing(ProviderErrorClass.CONTENT))

    assert error(door.create(FOX))[:2] == (400, "content_policy_violation")


def test_what_a_vendor_refuses_of_the_request_is_the_callers(door: OpenAIDoor) -> None:
    door.while_waiting = lambda: door.deliver(refusing(ProviderErrorClass.CALLER))

    answer = door.create(FOX)

    assert error(answer) == (400, "invalid_value", None)
    assert answer.json["error"]["type"] == "invalid_request_error"
    assert answer.header("x-should-retry") == "false"


def test_a_picture_that_cannot_be_fetched_is_the_callers(door: OpenAIDoor) -> None:
    answer = door.edit({"prompt": "a hat", "images": [{"image_url": "https://pictures.invalid/a.png"}]})
    # No provider was asked for it.
    door.functions.provider.script.clear()

    assert error(answer) == (400, "invalid_image_url", "image")
    assert answer.json["error"]["type"] == "invalid_request_error"
    assert answer.header("x-should-retry") == "false"


@pytest.mark.parametrize(
    ("error_class", "repeats"),
    [
        (ProviderErrorClass.FAILED, "false"),
        (ProviderErrorClass.AMBIGUOUS, "false"),
        (ProviderErrorClass.AUTH, "false"),
        (ProviderErrorClass.QUOTA, "true"),
    ],
)
def test_a_failure_of_a_vendor_is_an_error_that_clients_repeat_only_where_nothing_was_begun(
    door: OpenAIDoor, error_class: ProviderErrorClass, repeats: str
) -> None:
    door.while_waiting = lambda: door.deliver(refusing(error_class))

    answer = door.create(FOX)

    assert error(answer)[:2] == (500, "generation_failed")
    assert answer.header("x-should-retry") == repeats


# --- waiting, and repetitions -----------------------------------------------------------------------------------------


def again(turn: int) -> dict[str, Any]:
    return {"headers": {"x-stainless-retry-count": str(turn)}}


def test_a_repetition_of_a_client_waits_for_the_same_images(slow: OpenAIDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {**FOX, "prompt": "once"}
    first = slow.create(body, **again(0))
    second = slow.create(body, **again(1))
    slow.deliver()
    third = slow.create(body, **again(2))

    assert error(first)[:2] == error(second)[:2] == (504, "still_running")
    assert (first.header("retry-after-ms"), first.header("x-should-retry")) == ("1", "true")
    assert third.status == 200
    ids = {answer.header("x-easel-generation-id") for answer in (first, second, third)}
    assert ids == {slow.generations()[0]["id"]}


def test_equal_calls_at_the_same_time_are_jobs_of_their_own(slow: OpenAIDoor) -> None:
    body = {**FOX, "prompt": "twins"}
    first, second = slow.create(body), slow.create(body)
    slow.deliver()
    joined = [slow.create(body, **again(1)) for _ in range(2)]

    made = {answer.header("x-easel-generation-id") for answer in (first, second)}
    assert len(made) == 2
    assert {answer.header("x-easel-generation-id") for answer in joined} == made
    assert [answer.status for answer in joined] == [200, 200]


def test_a_repetition_of_what_was_answered_is_a_new_job(door: OpenAIDoor) -> None:
    body = {**FOX, "prompt": "a refused call comes again"}
    first = door.create(body)
    second = door.create(body, **again(1))

    assert first.header("x-easel-generation-id") != second.header("x-easel-generation-id")


def test_another_body_is_another_call(slow: OpenAIDoor) -> None:
    first = slow.create({**FOX, "prompt": "a"})
    second = slow.create({**FOX, "prompt": "b"}, **again(1))

    assert first.header("x-easel-generation-id") != second.header("x-easel-generation-id")


def test_a_key_joins_without_a_count_and_refuses_another_body(slow: OpenAIDoor) -> None:
    key = {"headers": {"Idempotency-Key": "k-1"}}
    first, second = slow.create({**FOX, "prompt": "keyed"}, **key), slow.create({**FOX, "prompt": "keyed"}, **key)

    assert first.header("x-easel-generation-id") == second.header("x-easel-generation-id")
    assert error(slow.create({**FOX, "prompt": "other"}, **key))[:2] == (422, "idempotency_key_reused")


def test_there_is_no_202_unless_it_is_asked_for(slow: OpenAIDoor) -> None:
    assert slow.create(FOX).status == 504

    answer = slow.create(FOX, headers={"Prefer": "respond-async"})

    assert (answer.status, answer.header("Preference-Applied")) == (202, "respond-async")
    assert answer.json["data"][0]["url"].startswith("https://easel.example/i/")
    assert (answer.header("Location") or "").endswith(answer.header("x-easel-generation-id") or "?")


# --- streams ----------------------------------------------------------------------------------------------------------


def test_a_stream_has_the_completed_event_of_each_image(door: OpenAIDoor) -> None:
    answer = door.create({**FOX, "stream": True, "partial_images": 0})

    assert answer.header("Content-Type") == "text/event-stream"
    events = [json.loads(line[6:]) for line in answer.body.splitlines() if line.startswith("data: ")]
    assert [event["type"] for event in events] == ["image_generation.completed"]
    assert {"b64_json", "created_at", "size", "quality", "background", "output_format", "usage"} <= events[0].keys()


# --- edits ------------------------------------------------------------------------------------------------------------


def png(size: tuple[int, int] = (64, 64), mode: str = "RGBA") -> bytes:
    buffer = io.BytesIO()
    Picture.new(mode, size, (200, 30, 30, 0)[: len(mode)]).save(buffer, "PNG")
    return buffer.getvalue()


def form(fields: dict[str, str], *files: tuple[str, bytes]) -> dict[str, Any]:
    sent = [(field, (f"{number}.png", data, "image/png")) for number, (field, data) in enumerate(files)]
    request = httpx.Request("POST", "https://easel.example", data=fields, files=sent)
    return {"body": request.read(), "headers": {"content-type": request.headers["content-type"]}}


EDIT = {"prompt": "a hat", "model": "gpt-image-1", "n": "1", "size": "auto", "quality": "auto"}


@pytest.mark.parametrize("field", ["n", "partial_images", "output_compression"])
def test_a_number_in_a_form_has_a_few_digits(door: OpenAIDoor, field: str) -> None:
    answer = door.edit(**form(EDIT | {field: "9" * 5_000}, ("image", png())))

    assert error(answer) == (400, "invalid_value", field)


def test_a_count_of_retries_that_is_no_number_is_a_first_call(door: OpenAIDoor) -> None:
    body = {"prompt": "a fox", "model": "seedream-v4"}

    answers = [door.create(body, headers={"x-stainless-retry-count": count}) for count in ("9" * 5_000, "two")]

    assert [answer.status for answer in answers] == [200, 200]


def data_url(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


@pytest.mark.parametrize("masked", [False, True])
def test_json_may_bring_the_pictures_along(door: OpenAIDoor, masked: bool) -> None:  # noqa: FBT001 - a case
    mask = {"mask": {"image_url": data_url(png())}} if masked else {}

    answer = door.edit({"prompt": "a hat", "images": [{"image_url": data_url(png())}], **mask})

    assert answer.status == 200, answer.body
    assert list(answer.json["data"][0]) == ["b64_json"]
    assert door.generations()[0]["mode"] == "image-to-image"


BAD_EDITS: dict[str, tuple[dict[str, Any], str | None]] = {
    "no picture": ({"prompt": "a hat"}, "image"),
    "no address": ({"prompt": "a hat", "image": "my cat"}, "image"),
    "no base64": ({"prompt": "a hat", "image": "data:image/png;base64,???"}, "image"),
    "a mask of another size": (
        {"prompt": "a hat", "image": data_url(png()), "mask": data_url(png((32, 32)))},
        "mask",
    ),
    "a model without masks": (
        {"prompt": "a hat", "model": "seedream-v4", "image": data_url(png()), "mask": data_url(png())},
        "mask",
    ),
}


@pytest.mark.parametrize(("body", "param"), BAD_EDITS.values(), ids=BAD_EDITS)
def test_a_bad_edit_names_its_field(door: OpenAIDoor, body: dict[str, Any], param: str | None) -> None:
    before = len(door.generations())

    assert error(door.edit(body)) == (400, "invalid_value", param)
    assert len(door.generations()) == before


@pytest.mark.parametrize("name", ["image", "images"])
def test_too_many_pictures_are_told_by_the_field_that_was_sent(door: OpenAIDoor, name: str) -> None:
    body = {"prompt": "a hat", "model": "sandbox", name: ["https://a.example/1.png"] * 16}

    assert error(door.edit(body)) == (400, "invalid_value", name)


def test_an_address_of_our_own_that_is_no_permalink_is_unknown(door: OpenAIDoor) -> None:
    before = len(door.generations())

    answer = door.edit({"prompt": "a hat", "images": [{"image_url": f"{BASE_URL}/i/abc"}]})

    assert error(answer) == (404, "invalid_value", "images[0]")
    assert answer.header("x-should-retry") == "false"
    assert len(door.generations()) == before


def test_a_variation_needs_no_prompt(door: OpenAIDoor) -> None:
    answer = door.edit({"image": data_url(png())}, "variations")

    assert answer.status == 200, answer.body
    assert sorted(answer.json["data"][0]) == ["b64_json", "url"], "dall-e-2 when the model is left out"


# --- models -----------------------------------------------------------------------------------------------------------


def test_models_are_listed_with_what_they_can_do(door: OpenAIDoor) -> None:
    listed = door.models()
    rows = {row["id"]: row for row in listed.json["data"]}

    assert (listed.status, listed.json["object"]) == (200, "list")
    assert rows["gpt-image-1"]["shutdown_date"] == "2026-10-23"
    assert "mask" in rows["gpt-image-1"]["capabilities"]
    assert "mask" not in rows["seedream-v4"]["capabilities"]
    assert all(row["object"] == "model" and isinstance(row["created"], int) for row in rows.values())
    assert door.models("/imagen-4").json["id"] == "imagen"
    assert error(door.models("/nothing"))[:2] == (404, "model_not_found")
    assert door.models(query="api-version=2026-01-01").status == 200

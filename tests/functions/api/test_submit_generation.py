"""POST /api/v1/generations."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.harness import (
    BASE_URL,
    CALLER,
    LAMBDA_CONTEXT,
    NOW,
    WORKSPACE,
    Api,
    Store,
    handler,
    http_event,
)

from easel.domain import access
from easel.domain.catalogue import load_catalogue
from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.domain.request import Mode
from easel.doors.canonical.generations import answers as generations
from easel.http import answers, bodies, identity

if TYPE_CHECKING:
    from io import StringIO

MODELS = [model.id for model in load_catalogue().active_models()]
NO_SOURCE = {"url": None, "uploadId": None, "imageId": None, "telegramFileId": None, "role": "reference"}


def only_generation(store: Store) -> Generation:
    (generation,) = store.generations.values()
    return generation


def test_a_request_is_accepted_with_its_address_and_the_permalinks_of_all_its_images(api: Api, store: Store) -> None:
    answer = api.submit({"prompt": "a red fox", "model": "sandbox", "n": 3})

    generation = only_generation(store)
    assert answer.status == 202
    assert answer.header("Location") == f"{BASE_URL}/api/v1/generations/{generation.id}"
    assert int(answer.header("Retry-After") or 0) >= 1
    assert answer.header("Cache-Control") == "no-store"
    assert [image["status"] for image in answer.json["images"]] == ["PENDING"] * 3
    assert len({image["permalink"] for image in answer.json["images"]}) == 3
    assert all(image["permalink"].startswith(f"{BASE_URL}/i/") for image in answer.json["images"])


def test_a_generation_belongs_to_the_caller_and_remembers_the_request(api: Api, store: Store) -> None:
    sent = {"prompt": "a red fox", "model": "sandbox", "client_reference": "order 7"}

    answer = api.submit(sent, headers={"X-Request-ID": "from-the-caller"})

    generation = only_generation(store)
    assert (generation.workspace_id, generation.user_id) == (WORKSPACE, CALLER.user_id)
    assert generation.request_id == "from-the-caller"
    assert answer.json["inputParams"] == sent
    assert answer.json["clientReference"] == "order 7"


@pytest.mark.requirement("S001-70", "S001-71")
def test_references_make_it_image_to_image_and_keep_their_order(api: Api, store: Store) -> None:
    answer = api.submit(
        {
            "prompt": "a red fox",
            "model": "nano-banana",
            "reference_urls": ["https://pictures.example/1.png", "https://pictures.example/2.png"],
            "reference_file_ids": ["telegram-1", "telegram-2"],
        }
    )

    assert answer.json["mode"] == Mode.IMAGE_TO_IMAGE
    assert answer.json["references"] == [
        NO_SOURCE | {"url": "https://pictures.example/1.png", "telegramFileId": "telegram-1"},
        NO_SOURCE | {"url": "https://pictures.example/2.png", "telegramFileId": "telegram-2"},
    ]


@pytest.mark.requirement("S001-70")
def test_without_references_it_is_text_to_image(api: Api) -> None:
    assert api.submit({"prompt": "a red fox", "model": "nano-banana"}).json["mode"] == Mode.TEXT_TO_IMAGE


@pytest.mark.requirement("S001-66", "S001-51")
def test_the_size_left_out_is_the_models_own(api: Api) -> None:
    answer = api.submit({"prompt": "a red fox", "model": "seedream-v4"})

    given = {name: value for name, value in answer.json["parameters"].items() if value is not None}
    assert given == {"size": "2048x2048"}


@pytest.mark.requirement("S001-68", "S001-69")
@pytest.mark.parametrize(
    "body",
    [
        {"aspectRatio": "16:9", "resolution": "2k", "outputFormat": "jpeg"},
        {"aspect_ratio": "16:9", "resolution": "2k", "output_format": "jpeg"},
    ],
)
def test_fields_may_be_written_in_either_case(api: Api, body: dict[str, Any]) -> None:
    answer = api.submit({"prompt": "a red fox", "model": "nano-banana-pro", **body})

    assert answer.status == 202
    given = {name: value for name, value in answer.json["parameters"].items() if value is not None}
    assert given == {"aspectRatio": "16:9", "resolution": "2k", "outputFormat": "jpeg"}


def test_null_is_the_same_as_leaving_a_field_out(api: Api) -> None:
    answer = api.submit({"prompt": "a red fox", "model": "sandbox", "n": None, "size": None, "referenceUrls": None})

    assert answer.status == 202
    assert answer.json["n"] == 1


# --- waiting --------------------------------------------------------------------------------------------------------


def test_prefer_wait_answers_with_the_end_when_it_comes_in_time(api: Api, store: Store) -> None:
    finish_after_submit(store, Status.COMPLETED)

    answer = api.submit(headers={"Prefer": "respond-async, wait=20"})

    assert answer.status == 200
    assert answer.json["status"] == "COMPLETED"
    assert answer.header("Preference-Applied") == "wait=20"
    assert answer.header("Retry-After") is None
    assert answer.header("Location") == answer.json["links"]["self"]


def test_prefer_wait_answers_202_when_the_end_does_not_come_in_time(api: Api) -> None:
    answer = api.submit(headers={"Prefer": "wait=2"})

    assert (answer.status, answer.json["status"]) == (202, "PENDING")
    assert answer.header("Preference-Applied") == "wait=2"


def test_a_failed_generation_is_an_answer_and_not_a_failed_request(api: Api, store: Store) -> None:
    finish_after_submit(store, Status.FAILED)

    answer = api.submit(headers={"Prefer": "wait=20"})

    assert (answer.status, answer.json["status"]) == (200, "FAILED")


def test_without_prefer_nobody_waits(api: Api, store: Store) -> None:
    finish_after_submit(store, Status.COMPLETED)

    answer = api.submit()

    assert answer.status == 202
    assert answer.header("Preference-Applied") is None


def finish_after_submit(store: Store, status: Status) -> None:
    """The next read finds the generation ended, as if workers had been at it meanwhile."""
    found = store.get

    def get(workspace_id: str, generation_id: str) -> Generation | None:
        generation = found(workspace_id, generation_id)
        return generation and replace(generation, status=status, completed_at=NOW + timedelta(seconds=3))

    store.get = get  # type: ignore[method-assign] # a store whose world moves on between submit and read


# --- repeating ------------------------------------------------------------------------------------------------------


def test_a_repeated_request_answers_with_the_same_generation_and_says_so(api: Api, store: Store) -> None:
    first = api.submit(headers={"Idempotency-Key": "key-1"})

    second = api.submit(headers={"Idempotency-Key": '"key-1"'})

    assert (first.header("Idempotent-Replayed"), second.header("Idempotent-Replayed")) == (None, "true")
    assert (second.status, second.json["id"]) == (202, first.json["id"])
    assert len(store.generations) == 1


def test_another_body_under_a_used_key_is_refused(api: Api, store: Store) -> None:
    api.submit(headers={"Idempotency-Key": "key-1"})

    answer = api.submit({"prompt": "a blue fox", "model": "sandbox"}, headers={"Idempotency-Key": "key-1"})

    assert (answer.status, answer.json["error"]["code"]) == (422, "idempotency_key_reused")
    assert len(store.generations) == 1


@pytest.mark.parametrize(
    "body",
    [{"n": 1.0}, {"size": None}, {"sizePolicy": "strict", "fallbackAfterRefusal": False}, {"model": "Sandbox"}],
    ids=["an integer written as a float", "null", "defaults", "a name in capitals"],
)
def test_the_same_request_in_another_spelling_is_a_repetition(api: Api, store: Store, body: dict[str, Any]) -> None:
    first = api.submit(headers={"Idempotency-Key": "key-1"})

    again = api.submit({"prompt": "a red fox", "model": "sandbox", **body}, headers={"Idempotency-Key": "key-1"})

    assert (again.status, again.json["id"], len(store.generations)) == (202, first.json["id"], 1)


def test_a_whole_number_may_be_written_as_a_float(api: Api) -> None:
    answer = api.submit({"prompt": "a red fox", "model": "sandbox", "n": 2.0})

    assert (answer.status, answer.json["n"]) == (202, 2)


def test_cancel_after_shortens_the_deadline(api: Api, store: Store) -> None:
    api.submit(headers={"Cancel-After": "30s"})

    assert only_generation(store).deadline == NOW + timedelta(seconds=30)


@pytest.mark.requirement("S003-6", "S003-42")
def test_a_watermark_is_taken_along_as_it_will_be_drawn(api: Api, store: Store) -> None:
    answer = api.submit({"prompt": "a red fox", "model": "seedream-v4", "watermark": " © Студия Cafe\u0301 "})

    assert answer.status == 202
    assert answer.json["parameters"]["watermark"] == "© Студия Café"
    assert only_generation(store).parameters.watermark == "© Студия Café"


def test_a_watermark_that_cannot_be_drawn_is_answered_with_the_letters_and_the_scripts(api: Api) -> None:
    answer = api.submit({"prompt": "a red fox", "model": "sandbox", "watermark": "© 工作室"})

    (detail,) = answer.json["error"]["details"]
    assert "工 (U+5DE5)" in detail["message"]
    assert "Cyrillic" in detail["allowed"]["scripts"]


# --- bad input: refused with the field and what would have been accepted, nothing written --------------------------

GOOD = {"prompt": "a red fox", "model": "sandbox"}
SEEDREAM = {"minSide": 1024, "maxSide": 4096}
COUNTS = {"minimum": 1, "maximum": 10}
WHOLE = {"type": "integer"}
FIELDS = [
    "template", "prompt", "model", "n", "size", "aspectRatio", "resolution", "outputFormat", "quality", "style",
    "background", "negativePrompt", "guidance", "steps", "seed", "sizePolicy", "watermark", "referenceUrls",
    "references", "referenceFileIds", "provider", "fallback", "fallbackAfterRefusal", "clientReference", "webhook",
    "quoteId",
]  # fmt: skip

BAD_BODIES = {
    "prompt missing": ({"model": "sandbox"}, "prompt", {"minLength": 1}),
    "prompt null": (GOOD | {"prompt": None}, "prompt", {"minLength": 1}),
    "prompt empty": (GOOD | {"prompt": ""}, "prompt", {"minLength": 1}),
    "prompt invisible": (GOOD | {"prompt": "\u200b\ufe0f\u00ad\u202f"}, "prompt", {"minLength": 1}),
    "prompt blank": (GOOD | {"prompt": " \n\t "}, "prompt", {"minLength": 1}),
    "prompt too long": (GOOD | {"prompt": "x" * 4001}, "prompt", {"maxLength": 4000}),
    "prompt a number": (GOOD | {"prompt": 7}, "prompt", {"type": "string"}),
    "model missing": ({"prompt": "a red fox"}, "model", MODELS),
    "model unknown": (GOOD | {"model": "midjourney"}, "model", MODELS),
    "n zero": (GOOD | {"n": 0}, "n", COUNTS),
    "n eleven": (GOOD | {"n": 11}, "n", COUNTS),
    "n negative": (GOOD | {"n": -1}, "n", COUNTS),
    "n text": (GOOD | {"n": "2"}, "n", WHOLE),
    "n fraction": (GOOD | {"n": 1.5}, "n", WHOLE),
    "n above the integers": (GOOD | {"n": 1e300}, "n", COUNTS),
    "n true": (GOOD | {"n": True}, "n", WHOLE),
    "n list": (GOOD | {"n": [1]}, "n", WHOLE),
    "size not a size": (GOOD | {"size": "huge"}, "size", ...),
    "size the model lacks": (GOOD | {"size": "64x4096"}, "size", ...),
    "size for a ratio model": (GOOD | {"model": "nano-banana", "size": "1024x1024"}, "size", ...),
    "ratio for a size model": (GOOD | {"aspectRatio": "16:9"}, "aspectRatio", []),
    "ratio in snake case": (GOOD | {"aspect_ratio": "16:9"}, "aspect_ratio", []),
    "ratio unknown": (GOOD | {"model": "nano-banana", "aspectRatio": "7:1"}, "aspectRatio", ...),
    "resolution unknown": (GOOD | {"model": "nano-banana-pro", "resolution": "8k"}, "resolution", ["1k", "2k", "4k"]),
    "resolution unsupported": (GOOD | {"model": "nano-banana", "resolution": "1k"}, "resolution", []),
    "format unknown": (GOOD | {"output_format": "gif"}, "output_format", ["png", "jpeg", "webp"]),
    "watermark invisible": (GOOD | {"watermark": "\ufeff\u200e"}, "watermark", {"minLength": 1, "maxLength": 100}),
    "watermark blank": (GOOD | {"watermark": "  "}, "watermark", {"minLength": 1, "maxLength": 100}),
    "watermark too long": (GOOD | {"watermark": "x" * 101}, "watermark", {"minLength": 1, "maxLength": 100}),
    "watermark of two lines": (GOOD | {"watermark": "one\ntwo"}, "watermark", ...),
    "watermark nobody can draw": (GOOD | {"watermark": "工作室"}, "watermark", ...),
    "watermark half a letter": (GOOD | {"watermark": "x\ud800"}, "body", ...),
    "watermark a number": (GOOD | {"watermark": 7}, "watermark", {"type": "string"}),
    "references no list": (GOOD | {"referenceUrls": "https://a.example/1.png"}, "referenceUrls", {"type": "array"}),
    "reference no address": (GOOD | {"referenceUrls": ["file:///etc/passwd"]}, "referenceUrls[0]", ...),
    "reference with password": (GOOD | {"reference_urls": ["https://me:pw@a.example/"]}, "reference_urls[0]", ...),
    "reference over http": (
        GOOD | {"referenceUrls": ["https://a.example/1.png", "http://a.example/2.png"]},
        "referenceUrls[1]",
        {"schemes": ["https"]},
    ),
    "named reference over http": (
        GOOD | {"references": [{"url": "http://127.0.0.1:8000.a.example", "role": "front"}]},
        "references[0].url",
        {"schemes": ["https"]},
    ),
    "reference a number": (GOOD | {"referenceUrls": [1]}, "referenceUrls[0]", {"type": "string"}),
    "too many references": (GOOD | {"referenceUrls": ["https://a.example"] * 11}, "referenceUrls", {"maximum": 10}),
    "more file ids than addresses": (
        GOOD | {"reference_urls": ["https://a.example/1.png"], "reference_file_ids": ["f", "g"]},
        "reference_file_ids",
        {"maxItems": 1},
    ),
    "unknown field": (GOOD | {"promt": "a red fox"}, "promt", FIELDS),
    "one field in both cases": (
        GOOD | {"aspectRatio": "1:1", "aspect_ratio": "1:1"},
        "aspectRatio",
        ["aspectRatio", "aspect_ratio"],
    ),
    "client reference too long": (GOOD | {"clientReference": "x" * 201}, "clientReference", {"maxLength": 200}),
    "a list": ([GOOD], "body", {"type": "object"}),
    "a text": ('"a red fox"', "body", {"type": "object"}),
    "null": ("null", "body", {"type": "object"}),
}


@pytest.mark.parametrize(("body", "field", "allowed"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_bad_body_is_refused_by_field(api: Api, store: Store, body: Any, field: str, allowed: Any) -> None:
    answer = api.submit(body)

    assert answer.status == 400
    details = {detail["field"]: detail for detail in answer.json["error"]["details"]}
    assert field in details
    assert details[field]["message"]
    if allowed is not ...:
        assert details[field]["allowed"] == allowed
    assert_nothing_written(store)


def test_a_misspelled_field_of_a_reference_is_named_with_those_that_there_are(api: Api) -> None:
    answer = api.submit(GOOD | {"references": [{"uploadid": "x"}]})

    (detail,) = answer.json["error"]["details"]
    assert detail["message"] == "There is no field 'references[0].uploadid'. Did you mean uploadId?"
    assert set(detail["allowed"]) >= {"url", "uploadId", "imageId", "role"}


def test_a_misspelled_field_comes_before_the_one_that_is_missing_for_it(api: Api) -> None:
    answer = api.submit({"promt": "a red fox", "model": "sandbox"})

    assert answer.json["error"]["message"] == "There is no field 'promt'. Did you mean prompt?"
    assert {detail["field"] for detail in answer.json["error"]["details"]} == {"promt", "prompt"}


@pytest.mark.parametrize(
    ("name", "one"),
    [
        ("referenceUrls", "https://a.example/1.png"),
        ("reference_urls", "https://a.example/1.png"),
        ("referenceFileIds", "file"),
        ("reference_file_ids", "file"),
        ("references", {"url": "https://a.example/1.png"}),
    ],
)
def test_too_many_references_are_told_by_the_field_that_was_sent(api: Api, name: str, one: Any) -> None:
    answer = api.submit({"prompt": "a fox", "model": "seedream-v4", name: [one] * 11})

    (fault,) = answer.json["error"]["details"]
    assert (answer.status, fault["field"], fault["allowed"]) == (400, name, {"maximum": 10})


def test_a_trusted_origin_may_serve_references_over_http(api: Api) -> None:
    answer = api.submit(GOOD | {"model": "seedream-v4", "referenceUrls": ["HTTP://127.0.0.1:8000/1.png?x=1"]})

    assert answer.status == 202, answer.json


def test_a_size_the_model_lacks_is_answered_with_its_bounds(api: Api) -> None:
    answer = api.submit({"prompt": "a red fox", "model": "seedream-v4", "size": "512*512"})

    (detail,) = answer.json["error"]["details"]
    assert detail["allowed"].items() >= SEEDREAM.items()
    assert "2048x2048" in detail["allowed"]["examples"]


def test_all_faults_are_told_at_once_in_the_callers_spelling(api: Api) -> None:
    answer = api.submit({"prompt": " ", "model": "sandbox", "n": 11, "output_format": "gif"})

    assert [detail["field"] for detail in answer.json["error"]["details"]] == ["prompt", "n", "output_format"]


MALFORMED = {
    "cut off": '{"prompt": "a red fox", ',
    "a word": "prompt",
    "two values": "{} {}",
    "NaN": '{"n": NaN}',
    "infinity": '{"n": -Infinity}',
    "endless number": '{"n": ' + "1" * 5000 + "}",
    "deep nesting": '{"prompt": ' + "[" * 100_000 + "}",
    "half a character": '{"prompt": "\\ud83d", "model": "sandbox"}',
    "half a character in a name": '{"\\udc00": 1}',
    "byte order mark": "\ufeff{}",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_body_that_is_not_json_is_refused(api: Api, store: Store, body: str) -> None:
    answer = api.submit(body)

    assert (answer.status, answer.json["error"]["code"]) == (400, "malformed_json")
    assert_nothing_written(store)


def test_malformed_json_is_answered_with_the_position(api: Api) -> None:
    answer = api.submit('{\n  "prompt": oops\n}')

    assert "line 2, column 13" in answer.json["detail"]


def test_a_whole_character_written_as_two_escapes_is_text(api: Api) -> None:
    answer = api.submit('{"prompt": "\\ud83e\\udd8a", "model": "sandbox"}')

    assert (answer.status, answer.json["prompt"]) == (202, "\N{FOX FACE}")


def test_a_key_given_twice_is_refused(api: Api, store: Store) -> None:
    answer = api.submit('{"prompt": "a", "model": "sandbox", "n": 1, "n": 10}')

    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, "n")
    assert_nothing_written(store)


def test_a_missing_body_is_refused(api: Api, store: Store) -> None:
    answer = api.submit(None)

    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, "body")
    assert_nothing_written(store)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/jsonp",
        "application/xml",
        "",
    ],
)
def test_another_content_type_is_refused(api: Api, store: Store, content_type: str) -> None:
    answer = api.submit(GOOD, headers={"Content-Type": content_type})

    assert (answer.status, answer.json["error"]["code"]) == (415, "unsupported_media_type")
    assert_nothing_written(store)


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_is_json_however_it_is_announced(api: Api, content_type: str) -> None:
    assert api.submit(GOOD, headers={"Content-Type": content_type}).status == 202


def test_a_body_that_came_encoded_is_read(api: Api) -> None:
    assert api.submit(GOOD, binary=True).status == 202


@pytest.mark.parametrize("binary", [False, True])
def test_a_body_over_the_limit_is_refused_unread(api: Api, store: Store, *, binary: bool) -> None:
    answer = api.submit("x" * (bodies.MAX_BODY_BYTES + 1), binary=binary)

    assert (answer.status, answer.json["error"]["code"]) == (413, "payload_too_large")
    assert_nothing_written(store)


BAD_HEADERS = {
    "wait no number": ("Prefer", "wait=soon"),
    "wait negative": ("Prefer", "wait=-1"),
    "cancel too soon": ("Cancel-After", "4"),
    "cancel too late": ("Cancel-After", "11m"),
    "cancel no time": ("Cancel-After", "tomorrow"),
    "key empty": ("Idempotency-Key", '""'),
    "key too long": ("Idempotency-Key", "k" * 256),
    "key with a blank": ("Idempotency-Key", "one two"),
    "key beyond ASCII": ("Idempotency-Key", "sch\xf6n"),
}


@pytest.mark.parametrize(("name", "value"), BAD_HEADERS.values(), ids=BAD_HEADERS.keys())
def test_a_bad_header_is_refused_by_name(api: Api, store: Store, name: str, value: str) -> None:
    answer = api.submit(headers={name: value})

    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, name)
    assert answer.json["error"]["details"][0]["allowed"]
    assert_nothing_written(store)


def test_a_stranger_is_refused_before_the_body_is_looked_at(api: Api, store: Store) -> None:
    answer = api.submit("{", authorizer=identity.not_found("invalid"))

    assert (answer.status, answer.json["detail"]) == (401, "Invalid or expired token")
    assert answer.header("WWW-Authenticate") == 'Bearer realm="easel"'
    assert_nothing_written(store)


def test_a_credential_without_the_scope_is_refused(api: Api, store: Store) -> None:
    reader = replace(CALLER, scopes=frozenset({access.GENERATIONS_READ}))

    answer = api.submit(authorizer=identity.found(reader))

    assert (answer.status, answer.json["error"]["code"]) == (403, "forbidden")
    assert access.GENERATIONS_WRITE in answer.json["detail"]
    assert_nothing_written(store)


def test_every_refusal_has_the_one_shape(api: Api) -> None:
    answer = api.submit({}, headers={"X-Request-ID": "r-1"})

    problem = answer.json
    assert answer.header("Content-Type") == "application/problem+json"
    assert answer.header("X-Request-ID") == problem["requestId"] == "r-1"
    assert (problem["type"], problem["status"], problem["instance"]) == (
        "/docs#invalid_request",
        400,
        "/api/v1/generations",
    )
    assert problem["success"] is False
    assert problem["error"]["message"] == problem["detail"]
    assert problem["error"]["retryable"] is False
    assert problem["title"] == "The request is not valid"


def assert_nothing_written(store: Store) -> None:
    assert (store.generations, store.submissions.claims) == ({}, {})


def test_a_fault_of_ours_is_answered_and_logged_without_what_it_held(
    api: Api, monkeypatch: pytest.MonkeyPatch, log_lines: StringIO
) -> None:
    def explode(_: object) -> None:
        raise KeyError("the secret of the house")

    monkeypatch.setattr("easel.wiring.generations.submit_generation.submit_generation", explode)

    answer = api.submit(headers={"X-Request-ID": "r-500"})

    error = answer.json["error"]
    assert (answer.status, error["code"], error["retryable"]) == (500, "internal_error", False)
    assert answer.header("Retry-After") is None
    assert answer.json["requestId"] == answer.header("X-Request-ID") == "r-500"
    (fault,) = [line for line in map(json.loads, log_lines.getvalue().splitlines()) if line["level"] == "ERROR"]
    assert (fault["request_id"], fault["error"]) == ("r-500", ["builtins.KeyError"])
    assert fault["frames"][-1].endswith("explode")
    assert "secret" not in answer.body + log_lines.getvalue()


def test_what_the_caller_sends_never_reaches_the_log(api: Api, log_lines: StringIO) -> None:
    for body in ({"prompt": "PRIVATE", "model": "sandbox"}, {"prompt": ["PRIVATE"], "PRIVATE": 1}, "PRIVATE"):
        api.submit(body, headers={"Authorization": "Bearer PRIVATE", "Idempotency-Key": "PRIVATE"})

    assert len(log_lines.getvalue().splitlines()) >= 3
    assert "PRIVATE" not in log_lines.getvalue()


def test_an_answer_that_is_not_what_we_promised_is_a_fault_of_ours(
    api: Api, monkeypatch: pytest.MonkeyPatch, log_lines: StringIO
) -> None:
    monkeypatch.setattr(
        generations, "generation_answer", lambda *_, **__: answers.as_json({"id": 7, "prompt": "PRIVATE"})
    )

    answer = api.submit()

    assert (answer.status, answer.json["error"]["code"]) == (500, "internal_error")
    assert "PRIVATE" not in answer.body + log_lines.getvalue()


def test_a_missing_variable_is_named_in_the_log_and_not_in_the_answer(
    api: Api, monkeypatch: pytest.MonkeyPatch, log_lines: StringIO
) -> None:
    module = handler("submit_generation")
    monkeypatch.delenv("IMAGES_BUCKET_NAME", raising=False)

    said = module.lambda_handler(http_event("POST", "/api/v1/generations", body=GOOD), LAMBDA_CONTEXT)

    assert said["statusCode"] == 500
    assert "IMAGES_BUCKET_NAME" in log_lines.getvalue()
    assert "IMAGES_BUCKET_NAME" not in said["body"]


# --- old names ------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("X-6", "X-25", "S002-8", "S002-10", "S002-39")
def test_an_old_name_is_taken_and_says_who_will_stand_in_and_what_changes(api: Api) -> None:
    answer = api.submit({"prompt": "a red fox", "model": "dall-e-2", "size": "512x512", "style": "vivid"})

    assert answer.status == 202
    body = answer.json
    assert (body["model"], body["provider"]) == ("dall-e-2", "openai")
    assert body["servedBy"] == {"provider": "openai", "model": "gpt-image-2.5-flare"}
    assert (body["deprecation"]["status"], body["deprecation"]["successor"]) == ("retired", "gpt-image-2.5-flare")
    assert body["deprecation"]["retiredOn"] == "2026-05-12"
    assert [(one["field"], one["asked"], one["made"]) for one in body["paramsAdjusted"]] == [
        ("size", "512x512", "1024x1024"),
        ("style", "vivid", "prompt"),
    ]
    assert (body["parameters"]["size"], body["parameters"]["style"]) == ("512x512", "vivid")


def test_a_living_model_has_no_deprecation(api: Api) -> None:
    body = api.submit({"prompt": "a red fox", "model": "seedream-v4"}).json

    assert (body["deprecation"], body["paramsAdjusted"]) == (None, [])
    assert body["servedBy"] == {"provider": "wavespeed", "model": "seedream-v4"}


def test_an_alias_is_another_word_for_the_same_model(api: Api) -> None:
    assert api.submit({"prompt": "a red fox", "model": "gemini-3-pro-image"}).json["model"] == "nano-banana-pro"


@pytest.mark.requirement("X-6")
def test_the_nearest_size_is_taken_and_told_when_that_is_wished(api: Api) -> None:
    wish = {"prompt": "a red fox", "model": "imagen", "size": "1000x1000"}

    assert api.submit(wish).status == 400
    body = api.submit(wish | {"sizePolicy": "nearest"}).json
    assert body["parameters"]["size"] == "1024x1024"
    (adjusted,) = body["paramsAdjusted"]
    assert (adjusted["field"], adjusted["asked"], adjusted["made"]) == ("size", "1000x1000", "1024x1024")


def test_the_log_says_which_generation_a_request_made_or_repeated(api: Api, store: Store, log_lines: StringIO) -> None:
    for _ in range(2):
        api.submit({"prompt": "a red fox", "model": "sandbox"}, headers={"Idempotency-Key": "order-7"})

    lines = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    told = {line["message"]: line["generation_id"] for line in lines if "generation_id" in line}
    made = only_generation(store).id
    assert told == {"generation submitted": made, "submission repeated": made}

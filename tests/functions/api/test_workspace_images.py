"""The workspace door: POST /api/ai/images as seed 002 and its live client have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.functions.api.harness import BASE_URL, CALLER, NOW, WORKSPACE, Answer, Api, Store, http_event, invoke
from tests.functions.api.picture_tenant import PictureTenant
from tests.functions.api.world import World
from tests.support.generations import a_stored_image

from easel.domain.generation import Generation, conclude
from easel.domain.image import FAILURE_TEXTS, INTERNAL_FAILURE, NOT_STARTED, TIMED_OUT, Failure, Image, ServedBy, Status
from easel.domain.rates import Rate, RateDecision, Window
from easel.errors import ProviderErrorClass
from easel.http import identity, rates
from easel.ids import new_id

IN_WORKSPACE = {"X-Workspace-Id": WORKSPACE}
PROMPT = "A serene mountain landscape at sunset"
GOOD = {"prompt": PROMPT, "model": "dall-e-3", "provider": "openai"}
PAGE = {
    "workspaceId": WORKSPACE,
    "prompt": PROMPT,
    "model": "dall-e-3",
    "provider": "openai",
    "size": "1024x1024",
    "style": "natural",
    "quality": "standard",
    "n": 1,
}
"""What the page of the live client sends: every field, the workspace in the body."""
Making = Callable[[Image], Image]


def post(api: Api, body: Any, *, headers: dict[str, str] | None = None, **options: Any) -> Answer:
    asked = IN_WORKSPACE if headers is None else headers
    return api.call("workspace_submit_generation", "POST", "/api/ai/images", body=body, headers=asked, **options)


def made(width: int = 1024, height: int = 1024) -> Making:
    """An image that was delivered by OpenAI."""

    def making(image: Image) -> Image:
        stored = a_stored_image(width=width, height=height, original_key=f"generated/{image.index}.png")
        served = ServedBy("openai", "gpt-image-2.5-sunburst")
        return replace(image, status=Status.COMPLETED, stage=None, stored=stored, served_by=served, completed_at=NOW)

    return making


def failed(failure: Failure) -> Making:
    return lambda image: replace(image, status=Status.FAILED, stage=None, failure=failure)


UNAVAILABLE = FAILURE_TEXTS[ProviderErrorClass.RETRYABLE]


def workers(store: Store, *endings: Making) -> None:
    """The next read finds the generation ended like this; the last ending holds for all further images."""
    found = store.get

    def get(workspace_id: str, generation_id: str) -> Generation | None:
        generation = found(workspace_id, generation_id)
        if generation is None or generation.status.is_final:
            return generation
        endings_of = [endings[min(image.index, len(endings) - 1)] for image in generation.images]
        end = conclude([ending(image) for ending, image in zip(endings_of, generation.images, strict=True)])
        later = NOW + timedelta(seconds=8)
        return replace(generation, status=end.status, images=end.images, failure=end.failure, completed_at=later)

    store.get = get  # type: ignore[method-assign] # a store whose world moves on between submit and read


def submitted(store: Store) -> Generation:
    (generation,) = store.generations.values()
    return generation


# --- the seed's own examples ----------------------------------------------------------------------------------------


@pytest.mark.requirement(
    "S002-2", "S002-15", "S002-18", "S002-19", "S002-21", "S002-23", "S002-35", "S002-38", "S002-47"
)
def test_one_image_is_answered_as_the_seed_answers_it(api: Api, store: Store) -> None:
    workers(store, made())

    answer = post(api, {**GOOD, "size": "1024x1024", "style": "natural", "quality": "standard"})

    assert (answer.status, answer.header("Content-Type")) == (200, "application/json")
    (image,) = submitted(store).images
    assert answer.json == {
        "success": True,
        "data": {
            "id": image.id,
            "url": "https://bucket.example/generated/0.png?expires=3600&method=GET",
            "width": 1024,
            "height": 1024,
            "model": "dall-e-3",
            "provider": "openai",
            "credits": 10,
        },
    }


@pytest.mark.requirement("S002-11", "S002-19", "S002-39", "S002-46", "S002-78")
def test_several_images_are_answered_as_a_list_with_their_sum(api: Api, store: Store) -> None:
    workers(store, made(512, 512))

    answer = post(api, {"prompt": PROMPT, "model": "dall-e-2", "provider": "openai", "size": "512x512", "n": 4})

    assert answer.status == 200
    data = answer.json["data"]
    assert sorted(data) == ["count", "images", "totalCredits"]
    assert (data["count"], data["totalCredits"]) == (4, 20)
    assert [image["credits"] for image in data["images"]] == [5] * 4
    assert [image["id"] for image in data["images"]] == [image.id for image in submitted(store).images]


CREDITS = [
    ("dall-e-2", "256x256", "standard", 3),
    ("dall-e-2", "512x512", "standard", 5),
    ("dall-e-3", "1024x1024", "standard", 10),
    ("dall-e-3", "1024x1024", "hd", 20),
    ("dall-e-3", "1792x1024", "standard", 15),
    ("dall-e-3", "1792x1024", "hd", 30),
    ("imagen", "1024x1792", "standard", 15),
    ("imagen", "1024x1792", "hd", 30),
]


@pytest.mark.requirement("S002-12", "S002-45", "S002-46", "S002-47", "S002-48", "S002-49")
@pytest.mark.parametrize(("model", "size", "quality", "credits"), CREDITS)
def test_an_image_costs_what_the_seeds_table_says(
    api: Api, store: Store, model: str, size: str, quality: str, credits: int
) -> None:
    workers(store, made())
    provider = "google" if model == "imagen" else "openai"

    answer = post(api, {**GOOD, "model": model, "provider": provider, "size": size, "quality": quality})

    assert answer.json["data"]["credits"] == credits
    assert [hold.amount for hold in store.submissions.holds] == [credits * 1000]


@pytest.mark.requirement("S002-3", "S002-77")
def test_width_and_height_are_those_of_the_delivered_file(api: Api, store: Store) -> None:
    workers(store, made(1376, 768))

    data = post(api, {**GOOD, "size": "1792x1024"}).json["data"]

    assert (data["width"], data["height"]) == (1376, 768)


@pytest.mark.requirement("S002-5", "S002-41", "S002-42", "S002-43", "S002-44")
@pytest.mark.parametrize("style", ["natural", "vivid", "artistic", "photographic"])
def test_a_style_reaches_the_engine(api: Api, store: Store, style: str) -> None:
    assert post(api, {**GOOD, "style": style}).status == 202
    assert submitted(store).parameters.style == style


def test_the_size_left_out_is_1024x1024_where_the_model_has_it(api: Api, store: Store) -> None:
    post(api, {**GOOD, "model": "seedream-v4", "provider": "wavespeed"})

    assert str(submitted(store).parameters.size) == "1024x1024"


def test_a_model_that_is_chosen_by_ratio_takes_the_large_sizes(api: Api, store: Store) -> None:
    answer = post(api, {**GOOD, "model": "nano-banana", "provider": "wavespeed", "size": "1792x1024"})

    assert answer.status == 202
    assert submitted(store).parameters.aspect_ratio == "16:9"


@pytest.mark.requirement("X-25")
def test_an_ended_model_is_served_and_says_what_it_runs_on(api: Api, store: Store) -> None:
    workers(store, made())

    ended, living = (post(api, {**GOOD, "model": model}) for model in ("dall-e-3", "gpt-image-2"))

    assert (ended.status, living.status) == (200, 200)
    assert "gpt-image-2.5-sunburst" in (ended.header("X-Easel-Notice") or "")
    assert living.header("X-Easel-Notice") is None


# --- the live client ------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S002-23")
def test_the_page_sends_the_workspace_in_the_body_and_reads_url_and_credits(api: Api, store: Store) -> None:
    workers(store, made())

    answer = post(api, PAGE, headers={})

    assert answer.status == 200
    # What it reads: data.images[] if there is one, else data.
    data = answer.json["data"]
    images = data.get("images") or [data]
    assert [(image["id"], image["url"], image["credits"]) for image in images] == [
        (submitted(store).images[0].id, "https://bucket.example/generated/0.png?expires=3600&method=GET", 10)
    ]


def test_fields_that_this_door_does_not_have_are_ignored(api: Api) -> None:
    assert post(api, {**PAGE, "responseFormat": "url", "userId": new_id()}, headers={}).status == 202


def test_the_same_request_twice_makes_images_twice_unless_it_has_a_key(api: Api, store: Store) -> None:
    for _ in range(2):
        post(api, GOOD)
    assert len(store.generations) == 2

    for _ in range(2):
        post(api, GOOD, headers={**IN_WORKSPACE, "Idempotency-Key": "one"})
    assert len(store.generations) == 3


# --- which workspace ------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S002-23", "S002-27", "X-1")
def test_without_a_workspace_the_request_is_refused_before_anything_else(api: Api, store: Store) -> None:
    for body in (GOOD, {}, {"n": 99}):
        answer = post(api, body, headers={})
        error = answer.json["error"]
        assert (answer.status, error["code"], error["message"]) == (
            400,
            "MISSING_WORKSPACE",
            "Workspace ID is required",
        )
    assert not store.generations


@pytest.mark.requirement("X-1")
def test_a_header_and_a_body_that_name_two_workspaces_are_refused(api: Api, store: Store) -> None:
    answer = post(api, {**GOOD, "workspaceId": new_id()})

    assert (answer.status, answer.json["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert list(answer.json["error"]["fields"]) == ["workspaceId"]
    assert not store.generations


@pytest.mark.requirement("S002-6")
@pytest.mark.parametrize("in_header", [True, False])
def test_a_workspace_that_is_no_uuid_is_a_field_at_fault(api: Api, in_header: bool) -> None:  # noqa: FBT001 - a case
    named = {"headers": {"X-Workspace-Id": "workspace-123"}} if in_header else {"headers": {}}
    body = GOOD if in_header else {**GOOD, "workspaceId": "workspace-123"}
    authorizer = identity.not_found("not_found") if in_header else identity.found(CALLER)

    answer = post(api, body, authorizer=authorizer, **named)

    assert answer.status == 400
    assert answer.json["error"]["fields"] == {"workspaceId": ["Invalid workspace ID"]}


def test_the_workspace_of_somebody_else_does_not_exist(api: Api, store: Store) -> None:
    answer = post(api, {**GOOD, "workspaceId": new_id()}, headers={})

    assert (answer.status, answer.json["error"]["code"]) == (404, "NOT_FOUND")
    assert not store.generations


# --- refusals -------------------------------------------------------------------------------------------------------

BAD = {
    "no prompt": ({"model": "dall-e-3", "provider": "openai"}, "prompt", "Prompt is required"),
    "empty prompt": ({**GOOD, "prompt": ""}, "prompt", "Prompt is required"),
    "blank prompt": ({**GOOD, "prompt": " \n"}, "prompt", "Prompt is required"),
    "long prompt": ({**GOOD, "prompt": "a" * 4001}, "prompt", "Prompt is too long"),
    "no model": ({"prompt": PROMPT, "provider": "openai"}, "model", ...),
    "empty model": ({**GOOD, "model": ""}, "model", ...),
    "unknown model": ({**GOOD, "model": "midjourney"}, "model", ...),
    "no provider": ({"prompt": PROMPT, "model": "dall-e-3"}, "provider", ...),
    "provider without the model": ({**GOOD, "provider": "google"}, "provider", ...),
    "unknown size": ({**GOOD, "size": "800x600"}, "size", ...),
    "no size at all": ({**GOOD, "size": "invalid-size"}, "size", ...),
    "unknown style": ({**GOOD, "style": "baroque"}, "style", ...),
    "unknown quality": ({**GOOD, "quality": "ultra"}, "quality", ...),
    "small in hd": ({**GOOD, "model": "dall-e-2", "size": "256x256", "quality": "hd"}, "quality", ...),
    "n of zero": ({**GOOD, "n": 0}, "n", ...),
    "n of eleven": ({**GOOD, "n": 11}, "n", ...),
    "n a fraction": ({**GOOD, "n": 1.5}, "n", ...),
    "n a text": ({**GOOD, "n": "2"}, "n", ...),
    "not JSON": ("{", "body", ...),
}


@pytest.mark.requirement("S002-7", "S002-8", "S002-9", "S002-10", "S002-24", "S002-26", "S002-55", "S002-65")
@pytest.mark.parametrize(("body", "field", "text"), BAD.values(), ids=BAD.keys())
def test_a_field_at_fault_is_named_with_its_messages(api: Api, store: Store, body: Any, field: str, text: Any) -> None:
    answer = post(api, body)

    error = answer.json["error"]
    assert (answer.status, error["code"], error["message"]) == (400, "VALIDATION_ERROR", "Invalid input data")
    assert list(error["fields"]) == [field]
    assert text is ... or error["fields"][field] == [text]
    assert all(isinstance(message, str) and message for message in error["fields"][field])
    assert not store.generations


@pytest.mark.parametrize(
    ("body", "field", "text"),
    [
        ({**GOOD, "provider": "nope"}, "provider", "'nope' does not serve dall-e-3. Allowed: openai"),
        ({**GOOD, "model": "nope"}, "model", "There is no model named 'nope'. Allowed: "),
        (
            {**GOOD, "model": "dall-e-2", "size": "256x256", "quality": "hd"},
            "quality",
            "256x256 is not offered in hd. Allowed: standard.",
        ),
        ({**GOOD, "quality": "ultra"}, "quality", "quality must be one of standard, hd."),
    ],
    ids=["provider", "model", "quality of a size", "quality"],
)
def test_a_message_about_a_field_says_what_is_allowed(api: Api, body: Any, field: str, text: str) -> None:
    (message,) = post(api, body).json["error"]["fields"][field]

    assert message.startswith(text)
    assert message.count("standard") <= 1
    assert len(message) <= 300


def test_all_fields_at_fault_are_named_at_once(api: Api) -> None:
    answer = post(api, {"prompt": "", "size": "1x1", "n": 0})

    assert sorted(answer.json["error"]["fields"]) == ["model", "n", "prompt", "provider", "size"]


@pytest.mark.requirement("S002-4", "S002-28", "S002-38", "S002-39", "S002-40", "S002-58")
@pytest.mark.parametrize(
    ("model", "provider", "size"),
    [
        ("dall-e-3", "openai", "256x256"),
        ("dall-e-3", "openai", "512x512"),
        ("dall-e-2", "openai", "1792x1024"),
        ("dall-e-2", "openai", "1024x1792"),
        ("imagen", "google", "512x512"),
        ("nano-banana", "wavespeed", "256x256"),
    ],
)
def test_a_size_that_the_model_does_not_make_has_a_code_of_its_own(
    api: Api, store: Store, model: str, provider: str, size: str
) -> None:
    answer = post(api, {"prompt": PROMPT, "model": model, "provider": provider, "size": size})

    error = answer.json["error"]
    assert (answer.status, error["code"], error["message"]) == (400, "INVALID_SIZE", "Size not supported by model")
    assert not store.generations


@pytest.mark.requirement("S002-22", "S002-29", "S002-54")
def test_without_a_credential_nothing_else_is_looked_at(api: Api, store: Store) -> None:
    answer = post(api, {"prompt": ""}, headers={}, authorizer=identity.not_found("missing"))

    error = answer.json["error"]
    assert (answer.status, error["code"], error["message"]) == (401, "UNAUTHORIZED", "Authentication required")
    assert not store.generations


@pytest.mark.requirement("S002-13", "S002-30", "S002-52", "S002-56")
def test_a_wallet_with_too_little_says_what_is_needed_and_what_there_is(api: Api, store: Store) -> None:
    store.submissions.wallets[WORKSPACE] = 4_500

    answer = post(api, GOOD)

    error = answer.json["error"]
    assert (answer.status, error["code"]) == (402, "INSUFFICIENT_CREDITS")
    assert error["message"] == "Insufficient credits: required 10, available 4.5"
    assert error["details"] == {"required": 10, "available": 4.5, "shortfall": 5.5}
    assert (store.generations, store.submissions.queued, store.submissions.holds) == ({}, [], [])


def windows(*, remaining: int, allowed: bool) -> dict[str, str]:
    counts = (Rate(Window("user", 60, 60), remaining, 17), Rate(Window("workspace", 1000, 3600), 900, 1800))
    return rates.label(identity.found(CALLER), RateDecision(allowed, counts))


def reset_in_seconds(answer: Answer) -> float:
    """How long after the answer `X-RateLimit-Reset` is, by the header of the other family."""
    tightest = min((answer.header("RateLimit") or "").split(", "), key=lambda one: int(one.split(";")[1][2:]))
    return float(tightest.split(";")[2][2:])


@pytest.mark.requirement("S002-25", "S002-31", "S002-53", "S002-61", "S002-62", "S002-63", "S002-64", "X-17")
def test_too_many_requests_are_refused_with_both_families_of_headers(api: Api, store: Store) -> None:
    answer = post(api, GOOD, authorizer=windows(remaining=0, allowed=False))

    error = answer.json["error"]
    assert (answer.status, error["code"], error["message"]) == (429, "RATE_LIMIT_EXCEEDED", "Rate limit exceeded")
    assert answer.header("Retry-After") == "17"
    assert (answer.header("X-RateLimit-Limit"), answer.header("X-RateLimit-Remaining")) == ("60", "0")
    assert answer.header("RateLimit-Policy") == '"user";q=60;w=60, "workspace";q=1000;w=3600'
    assert not store.generations


@pytest.mark.requirement("S002-64")
def test_both_families_are_on_every_answer_and_agree(api: Api, store: Store) -> None:
    workers(store, made())

    answers = [post(api, body, authorizer=windows(remaining=42, allowed=True)) for body in (GOOD, {})]

    assert [answer.status for answer in answers] == [200, 400]
    for answer in answers:
        assert (answer.header("X-RateLimit-Limit"), answer.header("X-RateLimit-Remaining")) == ("60", "42")
        assert (answer.header("RateLimit") or "").startswith('"user";r=42;t=17')
        # Milliseconds since 1970, of whole seconds: seconds would be a date in 1970 to clients that take them for such.
        reset = int(answer.header("X-RateLimit-Reset") or 0)
        assert (len(str(reset)), reset % 1000) == (13, 0)
        assert reset_in_seconds(answer) == 17


@pytest.mark.requirement("S002-31")
def test_a_limit_on_generations_is_a_429_whose_headers_are_about_that_limit(api: Api, store: Store) -> None:
    store.submissions.max_generations = 0

    answer = post(api, GOOD, authorizer=windows(remaining=42, allowed=True))

    assert (answer.status, answer.json["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert answer.header("X-RateLimit-Remaining") == "0"
    assert (answer.header("RateLimit") or "").startswith('"active";r=0;')
    assert int(answer.header("Retry-After") or 0) >= 1


# --- what became of the images --------------------------------------------------------------------------------------


@pytest.mark.requirement("S002-36", "S002-37", "X-3")
def test_of_four_images_three_are_delivered_and_paid(api: Api, store: Store) -> None:
    workers(store, made(), failed(UNAVAILABLE), made())

    answer = post(api, {**GOOD, "n": 4})

    assert answer.status == 200
    data = answer.json["data"]
    assert (data["count"], data["totalCredits"], data["requested"]) == (3, 30, 4)
    assert data["failed"] == [{"index": 1, "code": "provider_unavailable"}]
    assert len(data["images"]) == 3


FAILURES = {
    "vendor away": (UNAVAILABLE, 503, "PROVIDER_UNAVAILABLE"),
    "too slow": (TIMED_OUT, 503, "PROVIDER_UNAVAILABLE"),
    "never begun": (NOT_STARTED, 503, "PROVIDER_UNAVAILABLE"),
    "no key at the vendor": (FAILURE_TEXTS[ProviderErrorClass.AUTH], 503, "PROVIDER_UNAVAILABLE"),
    "not made by the vendor": (FAILURE_TEXTS[ProviderErrorClass.FAILED], 503, "PROVIDER_UNAVAILABLE"),
    "ended by the vendor": (FAILURE_TEXTS[ProviderErrorClass.GONE], 503, "PROVIDER_UNAVAILABLE"),
    "nobody knows": (FAILURE_TEXTS[ProviderErrorClass.AMBIGUOUS], 503, "PROVIDER_UNAVAILABLE"),
    "refused by policy": (FAILURE_TEXTS[ProviderErrorClass.CONTENT], 400, "VALIDATION_ERROR"),
    "our fault": (INTERNAL_FAILURE, 500, "INTERNAL_ERROR"),
}


@pytest.mark.requirement("S002-17", "S002-20", "S002-32", "S002-33", "S002-57", "S002-59", "S002-60", "S002-68", "X-21")
@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize(("failure", "status", "code"), FAILURES.values(), ids=FAILURES.keys())
def test_a_request_that_delivers_nothing_is_a_failure(
    api: Api, store: Store, failure: Failure, status: int, code: str, n: int
) -> None:
    workers(store, failed(failure))

    answer = post(api, {**GOOD, "n": n})

    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert answer.json["error"]["message"]
    assert answer.json["error"]["retryable"] is failure.retryable
    if code == "INTERNAL_ERROR":
        assert answer.json["error"]["message"] == "An error occurred while generating image"
    if code == "VALIDATION_ERROR":
        assert answer.json["error"]["fields"] == {"prompt": [failure.message]}


@pytest.mark.requirement("X-4")
@pytest.mark.parametrize("n", [1, 2])
def test_what_takes_longer_than_the_gateway_waits_is_answered_in_the_same_shape(api: Api, store: Store, n: int) -> None:
    answer = post(api, {**GOOD, "n": n})

    generation = submitted(store)
    assert (answer.status, answer.json["status"], answer.json["generationId"]) == (202, "PENDING", generation.id)
    location, query = f"/api/ai/images/{generation.id}", f"workspaceId={WORKSPACE}"
    assert (answer.header("Location"), answer.header("Retry-After")) == (f"{BASE_URL}{location}?{query}", "2")
    data = answer.json["data"]
    images = data["images"] if n > 1 else [data]
    assert [image["id"] for image in images] == [image.id for image in generation.images]
    assert all(image["url"].startswith(f"{BASE_URL}/api/ai/pictures/") for image in images)
    assert [(image["width"], image["height"], image["credits"]) for image in images] == [(1024, 1024, 10)] * n

    workers(store, made())
    later = api.call("workspace_read_generations", "GET", location, query=query)

    assert later.status == 200
    assert sorted(later.json) == ["data", "success"]


def test_the_workspace_of_a_read_is_the_callers_own_or_one_that_they_may_enter(api: Api) -> None:
    def read(query: str) -> int:
        path = f"/api/ai/images/{new_id()}"
        return api.call("workspace_read_generations", "GET", path, query=query, headers=IN_WORKSPACE).status

    assert (read("workspaceId=1"), read(f"workspaceId={new_id()}"), read(f"workspaceId={WORKSPACE}")) == (400, 400, 404)


def test_a_generation_of_another_workspace_is_not_found(api: Api) -> None:
    answer = api.call("workspace_read_generations", "GET", f"/api/ai/images/{new_id()}", headers=IN_WORKSPACE)

    assert (answer.status, answer.json["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("how", ["trash", "delete"])
def test_images_that_are_gone_are_not_shown_any_more(world: World, how: str) -> None:
    shop = PictureTenant(world, world.tenant())
    generation = shop.generation(100, 200)
    first, second = (image.id for image in generation.images)

    def remove(image: str) -> None:
        if how == "delete":
            assert shop.call("DELETE", f"/api/v1/images/{image}").status == 204
        else:
            body = {"imageIds": [image]}
            assert world.call("POST", "/api/v1/gallery/trash", token=shop.tenant["apiKey"], body=body).status == 200

    def read(generation_id: str) -> Answer:
        return shop.call("GET", f"/api/ai/images/{generation_id}")

    remove(first)
    left = read(generation.id).json["data"]
    remove(second)
    gone, unknown = read(generation.id), read(new_id())

    assert (left["count"], [image["id"] for image in left["images"]]) == (1, [second])
    assert (gone.status, unknown.status) == (404, 404)
    assert gone.json["error"]["code"] == unknown.json["error"]["code"] == "NOT_FOUND"


@pytest.mark.requirement("X-28")
def test_a_request_through_a_closed_door_is_not_found() -> None:
    # The gateway of a deployment without this door has no such route: what matches none goes here.
    answer = Answer.of(invoke("describe_service", http_event("POST", "/api/ai/images", body=GOOD)))

    assert (answer.status, answer.json["error"]["code"]) == (404, "route_not_found")


# --- two doors ------------------------------------------------------------------------------------------------------


def test_the_same_request_through_two_doors_costs_and_asks_the_same(api: Api, store: Store) -> None:
    body = {**GOOD, "size": "1792x1024", "quality": "hd", "style": "artistic", "n": 2}

    post(api, body)
    api.submit(body)

    ours, canonical = store.generations.values()
    assert ours.price == canonical.price
    assert ours.parameters == canonical.parameters
    assert (ours.served_by, ours.adjustments, ours.routing) == (
        canonical.served_by,
        canonical.adjustments,
        canonical.routing,
    )
    assert [hold.amount for hold in store.submissions.holds] == [60_000, 60_000]


def test_who_does_not_want_to_wait_is_answered_at_once(api: Api, store: Store) -> None:
    reads: list[str] = []
    found = store.get

    def get(workspace_id: str, generation_id: str) -> Generation | None:
        reads.append(generation_id)
        return found(workspace_id, generation_id)

    store.get = get  # type: ignore[method-assign] # a store that counts how often it is asked

    answer = post(api, GOOD, headers={**IN_WORKSPACE, "Prefer": "wait=0"})

    assert answer.status == 202
    assert len(reads) <= 1

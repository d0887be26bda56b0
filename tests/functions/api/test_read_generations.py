"""GET /api/v1/generations and GET /api/v1/generations/{generationId}."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from tests.functions.api.harness import BASE_URL, CALLER, NOW, WORKSPACE, Answer, Api, Store
from tests.support.generations import GENERATION_ID, a_generation, a_stored_image

from easel.domain.attempt import Attempt
from easel.domain.generation import Generation
from easel.domain.image import Failure, Image, ServedBy, Stage, Status
from easel.domain.price import Price, PriceUnit
from easel.http import identity
from easel.http.cursors import CursorSigner

PATH = f"/api/v1/generations/{GENERATION_ID}"
STRANGER = replace(CALLER, workspace_id="019a9f1c-0000-7000-8000-0000000000ff")


def read(api: Api, path: str = PATH, **options: object) -> Answer:
    function = "list_generations" if path == "/api/v1/generations" else "read_generations"
    return api.call(function, "GET", path, **options)


def partly_delivered() -> Generation:
    fresh = a_generation(workspace_id=WORKSPACE, count=2, status=Status.COMPLETED)
    attempt = Attempt(
        "a-1",
        "wavespeed",
        "seedream-v4",
        "bytedance/seedream-v4",
        NOW,
        job_id="secret-job",
        ended_at=NOW + timedelta(seconds=4),
        outcome="delivered",
        cost_micro_usd=27_000,
    )
    delivered = replace(
        fresh.images[0],
        status=Status.COMPLETED,
        stage=None,
        stored=a_stored_image(),
        served_by=ServedBy("wavespeed", "seedream-v4"),
        attempts=(attempt,),
        completed_at=NOW + timedelta(seconds=5),
    )
    refused = replace(
        fresh.images[1], status=Status.FAILED, stage=None, failure=Failure("content_policy", "Refused by its policy.")
    )
    return replace(
        fresh, images=(delivered, refused), started_at=NOW, completed_at=NOW + timedelta(seconds=6, milliseconds=7)
    )


@pytest.mark.requirement("S000-20", "S000-21", "S000-22", "S001-73")
def test_an_ended_generation_tells_everything(api: Api, store: Store) -> None:
    store.put(partly_delivered())

    answer = read(api)

    body = answer.json
    assert answer.status == 200
    assert (body["status"], body["stage"], body["progress"]) == ("COMPLETED", None, 100)
    assert (body["n"], body["imagesCompleted"], body["imagesFailed"]) == (2, 1, 1)
    assert (body["createdAt"], body["completedAt"]) == ("2026-11-20T10:00:00.000Z", "2026-11-20T10:00:06.007Z")
    assert body["durationMs"] == 6007
    assert body["links"] == {"self": f"{BASE_URL}{PATH}", "cancel": None}
    delivered, refused = body["images"]
    assert delivered["url"].startswith("https://bucket.example/generated/")
    assert delivered["urlExpiresAt"] == "2026-11-20T11:00:00.000Z"
    assert (delivered["width"], delivered["height"], delivered["mediaType"]) == (1024, 768, "image/png")
    assert delivered["attempts"][0]["durationMs"] == 4000
    assert (refused["url"], refused["error"]) == (
        None,
        {"code": "content_policy", "message": "Refused by its policy.", "retryable": False},
    )


def test_our_names_at_the_vendor_stay_with_us(api: Api, store: Store) -> None:
    store.put(partly_delivered())

    assert "secret-job" not in read(api).body


@pytest.mark.requirement("X-10", "S003-67")
def test_price_and_cost_are_told_for_the_whole_and_for_each_image(api: Api, store: Store) -> None:
    price = Price("2026-11-20", "tiered", PriceUnit.IMAGE, 20_000, 2)
    store.put(replace(partly_delivered(), price=price, charged=10_000))

    body = read(api).json

    assert body["price"] == {
        "unit": "image",
        "rule": "Each image is charged by itself.",
        "plan": "tiered",
        "version": "2026-11-20",
        "milliCredits": 20_000,
        "credits": 20.0,
    }
    assert (body["chargedMilliCredits"], body["chargedCredits"], body["providerCostMicroUsd"]) == (10_000, 10.0, 27_000)
    assert [image["priceMilliCredits"] for image in body["images"]] == [10_000, 0]
    assert [image["providerCostMicroUsd"] for image in body["images"]] == [27_000, 0]
    assert body["images"][0]["attempts"][0]["costMicroUsd"] == 27_000


def test_an_open_generation_says_when_to_ask_again_and_how_to_cancel(api: Api, store: Store) -> None:
    working = a_generation(workspace_id=WORKSPACE, status=Status.PROCESSING)
    store.put(replace(working, images=(replace(working.images[0], stage=Stage.GENERATING),)))

    answer = read(api)

    assert (answer.status, answer.json["status"], answer.json["stage"]) == (200, "PROCESSING", "generating")
    assert int(answer.header("Retry-After") or 0) >= 1
    assert answer.json["links"]["cancel"] == f"{BASE_URL}{PATH}/cancel"
    assert answer.json["durationMs"] is None


@pytest.mark.parametrize(
    "identifier",
    [
        "019a9f1c-5c00-7abc-8def-0123456789b0",
        "nonsense",
        "WS#1",
        "%22",
        "..",
        "019a9f1c5c007abc8def0123456789a0",
        "x" * 900,
    ],
)
def test_an_unknown_id_is_not_found(api: Api, store: Store, identifier: str) -> None:
    store.put(a_generation(workspace_id=WORKSPACE))

    answer = read(api, f"/api/v1/generations/{identifier}")

    assert answer.status == 404
    assert answer.json["success"] is False


def test_an_id_of_another_workspace_reads_like_an_unknown_one(api: Api, store: Store) -> None:
    store.put(a_generation(workspace_id=WORKSPACE))

    foreign = read(api, authorizer=identity.found(STRANGER))
    unknown = read(api, PATH.replace("6789a0", "6789b0"), authorizer=identity.found(STRANGER))

    assert (foreign.status, foreign.json["error"]["code"]) == (404, "not_found")
    assert foreign.json["detail"].replace(GENERATION_ID, "-") == unknown.json["detail"].replace(
        GENERATION_ID.replace("6789a0", "6789b0"), "-"
    )


def test_an_id_may_be_written_in_capitals(api: Api, store: Store) -> None:
    store.put(a_generation(workspace_id=WORKSPACE))

    assert read(api, f"/api/v1/generations/{GENERATION_ID.upper()}").status == 200


def test_a_caller_who_has_the_answer_already_gets_304(api: Api, store: Store) -> None:
    store.put(a_generation(workspace_id=WORKSPACE))
    tag = read(api).header("ETag")

    again = read(api, headers={"If-None-Match": f'"other", {tag}'})

    assert (again.status, again.body) == (304, "")
    assert again.header("ETag") == tag
    assert again.header("Retry-After")
    assert again.header("X-Request-ID") == "test-request"


def test_a_caller_content_with_any_version_gets_304(api: Api, store: Store) -> None:
    store.put(a_generation(workspace_id=WORKSPACE))

    assert read(api, headers={"If-None-Match": "*"}).status == 304


def test_the_tag_changes_with_progress(api: Api, store: Store) -> None:
    waiting = store.put(a_generation(workspace_id=WORKSPACE))
    tag = read(api).header("ETag")
    store.put(replace(waiting, images=(replace(waiting.images[0], stage=Stage.STORING),)))

    assert read(api, headers={"If-None-Match": str(tag)}).status == 200


# --- lists ----------------------------------------------------------------------------------------------------------


def fill(store: Store, count: int, **changes: object) -> list[str]:
    """Generations in the order in which a list shows them."""
    ids = [f"019a9f1c-5c{number:02x}-7abc-8def-0123456789a0" for number in range(count)]
    for identifier in ids:
        images = (Image(id=identifier[:-1] + "1", index=0),)
        store.put(a_generation(workspace_id=WORKSPACE, id=identifier, images=images, **changes))
    return ids[::-1]


def list_page(api: Api, query: str = "", **options: object) -> Answer:
    return read(api, "/api/v1/generations", query=query, **options)


def ids_of(answer: Answer) -> list[str]:
    return [entry["id"] for entry in answer.json["generations"]]


@pytest.mark.requirement("S000-23")
def test_the_list_starts_with_the_newest_ten(api: Api, store: Store) -> None:
    ids = fill(store, 12)

    answer = list_page(api)

    assert ids_of(answer) == ids[:10]
    assert (answer.json["limit"], answer.json["page"]) == (10, 1)


def test_cursors_lead_through_the_whole_list_once(api: Api, store: Store) -> None:
    ids = fill(store, 7)
    seen, query = [], "limit=3"

    while query:
        answer = list_page(api, query)
        seen.append(ids_of(answer))
        query = urlsplit(answer.json["links"]["next"]).query if answer.json["nextCursor"] else ""

    assert seen == [ids[:3], ids[3:6], ids[6:]]
    assert answer.json["links"]["next"] is None


@pytest.mark.requirement("S000-24")
def test_pages_may_be_asked_for_by_number_and_status(api: Api, store: Store) -> None:
    ids = fill(store, 5, status=Status.COMPLETED)

    answer = list_page(api, "page=2&limit=2&status=completed")

    assert ids_of(answer) == ids[2:4]
    assert answer.json["page"] == 2
    assert answer.json["links"]["self"] == f"{BASE_URL}/api/v1/generations?limit=2&status=COMPLETED&page=2"
    assert ids_of(list_page(api, "status=FAILED")) == []


def test_an_empty_list_is_a_page(api: Api) -> None:
    answer = list_page(api)

    assert (answer.status, answer.json["generations"], answer.json["nextCursor"]) == (200, [], None)


BAD_QUERIES = {
    "limit zero": ("limit=0", "limit", {"minimum": 1, "maximum": 100}),
    "limit too high": ("limit=101", "limit", {"minimum": 1, "maximum": 100}),
    "limit no number": ("limit=ten", "limit", {"type": "integer"}),
    "limit endless": ("limit=" + "9" * 5000, "limit", {"type": "integer"}),
    "page zero": ("page=0", "page", {"minimum": 1, "maximum": 100}),
    "page beyond numbers": ("page=101", "page", {"minimum": 1, "maximum": 100}),
    "page beyond numbers with limit": ("page=11&limit=100", "page", {"minimum": 1, "maximum": 10}),
    "page and cursor": ("page=1&cursor=abc", "page", None),
    "status unknown": ("status=DONE", "status", ["PENDING", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED"]),
    "cursor empty": ("cursor=", "cursor", None),
    "cursor of nothing": ("cursor=.", "cursor", None),
    "cursor without signature": ("cursor=eyJ2IjoxfQ", "cursor", None),
    "cursor beyond ASCII": ("cursor=%C3%A9.%C3%A9", "cursor", None),
    "cursor endless": ("cursor=" + "a" * 9000, "cursor", None),
}


@pytest.mark.parametrize(("query", "field", "allowed"), BAD_QUERIES.values(), ids=BAD_QUERIES.keys())
def test_a_bad_query_is_refused_by_field(api: Api, query: str, field: str, allowed: object) -> None:
    answer = list_page(api, query)

    assert answer.status == 400
    (detail,) = answer.json["error"]["details"]
    assert (detail["field"], detail["allowed"]) == (field, allowed)


def test_a_page_number_too_high_names_the_way_on(api: Api) -> None:
    assert "cursor" in list_page(api, "page=101").json["detail"]


def test_a_forged_cursor_is_refused(api: Api, store: Store) -> None:
    ids = fill(store, 3)
    forged = CursorSigner(lambda: [b"another key"]).sign(ids[0], owner=WORKSPACE, query="generations:all")

    answer = list_page(api, f"cursor={forged}")

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_cursor")


def test_a_cursor_of_another_workspace_is_refused(api: Api, store: Store) -> None:
    fill(store, 3)
    cursor = list_page(api, "limit=1").json["nextCursor"]

    answer = list_page(api, f"cursor={cursor}", authorizer=identity.found(STRANGER))

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_cursor")


def test_a_cursor_of_another_query_is_refused(api: Api, store: Store) -> None:
    fill(store, 3)
    cursor = list_page(api, "limit=1").json["nextCursor"]

    assert list_page(api, f"cursor={cursor}&status=PENDING").json["error"]["code"] == "invalid_cursor"


def test_the_list_is_private(api: Api) -> None:
    refused = list_page(api, authorizer=None)

    assert (refused.status, refused.json["detail"]) == (401, "Authorization header required")
    assert list_page(api).header("Cache-Control") == "no-store"

"""Pictures of products at the shop door, and retries of single images at both doors."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.functions.api.shop import Shop

if TYPE_CHECKING:
    from tests.functions.api.world import World

SHOTS: Final = ["duo", "duo-angled", "solo-front", "solo-back", "flat-lay", "close-up"]
MISSING: Final = "019a9f1c-0000-7000-8000-000000000010"


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world, credits=500)


def started(shop: Shop, **more: Any) -> dict[str, Any]:
    """A generation of a new product with two pictures."""
    product = shop.product(frontUploadId=shop.upload(), backUploadId=shop.upload())
    answer = shop.call("POST", "/api/generations", body={"productId": product["id"], **more})
    assert answer.status == 202, answer.body
    generation: dict[str, Any] = answer.json["generation"]
    return generation


def read(shop: Shop, generation_id: str) -> dict[str, Any]:
    generation: dict[str, Any] = shop.call("GET", f"/api/generations/{generation_id}").json["generation"]
    return generation


@pytest.mark.requirement(
    "S000-16", "S000-17", "S000-18", "S000-19", "S000-20", "S000-21", "S000-22", "S000-38", "X-2", "X-4", "X-25"
)
def test_the_calls_of_the_seed_about_generations_in_their_order(shop: Shop) -> None:
    front, back = shop.upload(), shop.upload()
    product = shop.product(frontUploadId=front, backUploadId=back)

    answer = shop.call("POST", "/api/generations", body={"productId": product["id"]})
    assert answer.status == 202
    assert answer.json.keys() == {"generation", "message"}
    generation = answer.json["generation"]
    assert (generation["status"], generation["productId"]) == ("PENDING", product["id"])
    assert answer.json["message"] == "Generation started"
    path = f"/api/generations/{generation['_id']}"
    assert answer.header("Location") == path
    # The seed's default model is an old name.
    assert generation["model"] == "gemini-pro-vision"
    assert generation["modelNotice"]["requested"] == "gemini-pro-vision"
    assert generation["modelNotice"]["runsOn"] == "nano-banana-2.1"
    assert "2024" in generation["modelNotice"]["message"]
    stored = shop.generation(generation["_id"])
    assert [image.shot for image in stored.images] == SHOTS
    assert all("canvas tote bag in forest green" in stored.prompt_of(image) for image in stored.images)
    assert "Reference picture 2 shows the back" in stored.prompt_of(stored.images[0])

    status = shop.call("GET", path).json["generation"]
    assert status.keys() >= {"_id", "status", "productId", "generatedImages", "completedAt", "createdAt"}
    assert (status["status"], status["generatedImages"], status["completedAt"]) == ("PENDING", [], None)

    shop.begin(generation["_id"])
    shop.deliver(generation["_id"], {0, 2})
    halfway = read(shop, generation["_id"])
    assert (halfway["status"], halfway["progress"]) == ("PROCESSING", 33)
    assert [picture["role"] for picture in halfway["generatedImages"]] == ["duo", "solo-front"]

    shop.deliver(generation["_id"], range(6))
    shop.settle(generation["_id"])
    done = read(shop, generation["_id"])
    assert (done["status"], done["progress"], done["failedImages"]) == ("COMPLETED", 100, [])
    assert [picture["role"] for picture in done["generatedImages"]] == SHOTS
    assert done["completedAt"] is not None
    used = {picture["role"]: picture["references"] for picture in done["generatedImages"]}
    both = [{"role": "front", "uploadId": front}, {"role": "back", "uploadId": back}]
    assert (used["duo"], used["solo-front"], used["solo-back"]) == (both, both[:1], both[1:])
    assert done["generatedImages"][0]["url"] == halfway["generatedImages"][0]["url"]

    listed = shop.call("GET", "/api/generations", query="status=COMPLETED&page=1&limit=10").json
    assert listed.keys() >= {"generations", "total", "page", "limit"}
    assert (listed["total"], listed["page"], listed["limit"]) == (1, 1, 10)
    assert listed["generations"][0] == done


@pytest.mark.requirement("S000-26", "X-13", "X-34")
def test_a_cancelled_generation_charges_what_was_delivered_and_says_so(shop: Shop) -> None:
    generation = started(shop)
    shop.begin(generation["_id"])
    shop.deliver(generation["_id"], {1})

    answer = shop.call("DELETE", f"/api/generations/{generation['_id']}")

    assert (answer.status, answer.json["message"]) == (200, "Generation cancelled")
    assert answer.json["generation"]["status"] == "CANCELLED"
    assert answer.json["generation"]["chargedCredits"] == 15
    assert [image["role"] for image in answer.json["generation"]["generatedImages"]] == ["duo-angled"]
    assert "kept and charged" in answer.json["rule"]
    assert shop.call("DELETE", f"/api/generations/{generation['_id']}").json["message"] == "Generation cancelled"


@pytest.mark.requirement("X-13")
def test_an_ended_generation_is_deleted_with_its_record(shop: Shop) -> None:
    generation = started(shop)
    shop.settle(generation["_id"])
    path = f"/api/generations/{generation['_id']}"

    answers = [shop.call("DELETE", path) for _ in range(2)]

    assert [(answer.status, answer.json["message"]) for answer in answers] == [(200, "Generation deleted")] * 2
    assert "stays charged" in answers[0].json["rule"]
    assert shop.call("GET", path).status == 404
    assert shop.call("GET", "/api/generations").json["total"] == 0


def test_a_cancelled_generation_is_deleted_once_it_cannot_be_a_repeated_request(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/api/generations/{started(shop)['_id']}"
    assert shop.call("DELETE", path).json["message"] == "Generation cancelled"

    monkeypatch.setattr("easel.services.generations.cancel_or_delete.REPEATED_WITHIN", timedelta(0))

    assert shop.call("DELETE", path).json["message"] == "Generation deleted"
    assert shop.call("GET", path).status == 404


def test_the_pictures_of_a_product_are_there_until_nothing_that_used_them_is(shop: Shop) -> None:
    first = started(shop)
    product = shop.call("GET", f"/api/v1/products/{first['productId']}").json
    pictures = [picture["uploadId"] for picture in product["pictures"]]
    second = shop.call("POST", "/api/generations", body={"productId": product["id"]}).json["generation"]
    for generation in (first, second):
        shop.settle(generation["_id"])

    def kept() -> list[int]:
        return [shop.call("GET", f"/api/v1/uploads/{upload}").status for upload in pictures]

    assert shop.call("DELETE", f"/api/products/{product['id']}").status == 200
    assert kept() == [200, 200]
    assert shop.call("DELETE", f"/api/generations/{first['_id']}").status == 200
    assert kept() == [200, 200]
    for _ in range(2):
        assert shop.call("DELETE", f"/api/generations/{second['_id']}").status == 200
    assert kept() == [404, 404]


# --- quotes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["uploadId", "imageId"])
@pytest.mark.parametrize("state", ["missing", "waiting"])
def test_a_quote_refuses_what_the_submit_refuses(shop: Shop, kind: str, state: str) -> None:
    named = MISSING
    if state == "waiting" and kind == "uploadId":
        named = shop.upload(ready=False)
    elif state == "waiting":
        running = shop.call("POST", "/api/v1/generations", body={"prompt": "a red fox", "model": "sandbox"})
        named = running.json["images"][0]["id"]
    body = {"prompt": "a red fox", "model": "sandbox", "references": [{kind: named}]}

    submit = shop.call("POST", "/api/v1/generations", body=body)
    quotes = [
        shop.call("POST", "/api/v1/quotes", body=body),
        shop.call("POST", "/api/v1/generations", body=body, query="dry_run=true"),
    ]

    assert submit.status in {404, 409}
    for quote in quotes:
        assert (quote.status, quote.json["error"]["code"]) == (submit.status, submit.json["error"]["code"])
        assert quote.json["error"]["details"] == submit.json["error"]["details"]


def test_a_note_that_does_not_fit_is_named(shop: Shop) -> None:
    limit = next(one for one in shop.call("GET", "/api/v1/models").json["models"] if one["id"] == "sandbox")
    prompt = "fox " * (limit["maxPromptCharacters"] // 4 - 10)
    generation = shop.call("POST", "/api/v1/generations", body={"prompt": prompt, "model": "sandbox"}).json
    shop.settle(generation["id"])

    for base in ("/api/generations", "/api/v1/generations"):
        for note in ("x" * 200, "x" * 501):
            answer = shop.call("POST", f"{base}/{generation['id']}/images/0/retry", body={"note": note})
            assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, "note")


# --- what it costs ----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S000-79")
@pytest.mark.parametrize(
    ("plan", "model", "credits", "unit"),
    [
        ("standard", "gemini-pro-vision", 90, "image"),
        ("tiered", "gemini-pro-vision", 90, "image"),
        ("standard", "nano-banana", 1, "generation"),
        ("tiered", "nano-banana", 60, "image"),
        ("standard", "sandbox", 0, "image"),
    ],
)
def test_six_pictures_cost_what_the_plan_says_before_and_after(
    world: World, plan: str, model: str, credits: int, unit: str
) -> None:
    shop = Shop(world, credits=500, plan=plan)
    body = {"productId": shop.product()["id"], "model": model}

    quote = shop.call("POST", "/api/generations", query="dry_run=true", body=body)
    assert quote.status == 200, quote.body
    price = quote.json["price"]
    assert (price["credits"], price["images"], price["plan"], price["unit"]) == (credits, 6, plan, unit)
    assert ("however many images" in price["rule"]) == (unit == "generation")
    assert quote.json["shots"] == SHOTS
    assert shop.call("GET", "/api/generations").json["total"] == 0

    generation = started(shop, model=model, quoteId=quote.json["quoteId"])
    assert generation["price"] == price
    shop.begin(generation["_id"])
    shop.deliver(generation["_id"], range(6))
    shop.settle(generation["_id"])
    assert read(shop, generation["_id"])["chargedCredits"] == credits
    models = {entry["id"]: entry for entry in shop.call("GET", "/api/v1/models").json["models"]}
    if model in models:
        assert models[model]["prices"][plan]["rule"] == price["rule"]


def test_without_the_credits_nothing_starts_and_the_answer_names_both_amounts(world: World) -> None:
    shop = Shop(world, credits=20)

    answer = shop.call("POST", "/api/generations", body={"productId": shop.product()["id"]})

    assert (answer.status, answer.json["error"]["code"]) == (402, "insufficient_credits")
    amounts = answer.json["error"]["details"][0]["allowed"]
    assert (amounts["required"]["credits"], amounts["available"]["credits"]) == (90, 20)
    assert shop.call("GET", "/api/generations").json["total"] == 0


# --- what is wrong ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "productId"),
        ({"productId": None}, 400, "productId"),
        ({"productId": MISSING}, 404, None),
        ({"productId": "64b7f0"}, 404, None),
        ({"model": "gemini-9"}, 400, "model"),
        ({"shots": ["trio"]}, 400, "shots[0]"),
        ({"shots": []}, 400, "shots"),
        ({"prompt": "a bag"}, 400, "prompt"),
    ],
)
def test_what_cannot_be_started_is_refused_and_nothing_is_charged(
    shop: Shop, body: dict[str, Any], status: int, field: str | None
) -> None:
    whole = {"productId": shop.product()["id"], **body} if body else {}

    answer = shop.call("POST", "/api/generations", body=whole)

    assert answer.status == status, answer.body
    assert [detail["field"] for detail in answer.json["error"]["details"]][:1] == ([field] if field else [])
    assert shop.call("GET", "/api/generations").json["total"] == 0
    assert shop.call("GET", "/api/v1/wallet").json["held"]["milliCredits"] == 0


def test_the_same_key_starts_one_generation(shop: Shop) -> None:
    body = {"productId": shop.product()["id"]}

    first, second = (
        shop.call("POST", "/api/generations", body=body, headers={"idempotency-key": "k-1"}) for _ in range(2)
    )

    assert first.json["generation"]["_id"] == second.json["generation"]["_id"]
    assert second.header("Idempotent-Replayed") == "true"
    assert shop.call("GET", "/api/generations").json["total"] == 1


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S000-23", "S000-24", "S000-25", "S000-62", "S000-63", "S000-64", "X-7")
def test_totals_are_those_of_the_status_and_hold_through_the_life_of_a_generation(shop: Shop) -> None:
    def totals() -> dict[str, int]:
        statuses = ("", "PENDING", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED")
        pages = {
            status: shop.call("GET", "/api/generations", query=f"limit=100&status={status}" if status else "limit=100")
            for status in statuses
        }
        found = {status or "all": page.json["total"] for status, page in pages.items()}
        assert found == {status or "all": len(page.json["generations"]) for status, page in pages.items()}
        return {status: total for status, total in found.items() if total}

    assert totals() == {}
    ids = [started(shop, model="sandbox")["_id"] for _ in range(4)]
    assert totals() == {"all": 4, "PENDING": 4}
    shop.begin(ids[0])
    shop.begin(ids[1])
    assert totals() == {"all": 4, "PENDING": 2, "PROCESSING": 2}
    shop.deliver(ids[0], {0, 1})
    shop.settle(ids[0])
    shop.settle(ids[1])
    shop.settle(ids[1])
    shop.call("DELETE", f"/api/generations/{ids[2]}")
    shop.call("DELETE", f"/api/generations/{ids[2]}")
    assert totals() == {"all": 4, "PENDING": 1, "COMPLETED": 1, "FAILED": 1, "CANCELLED": 1}
    for deleted in (ids[0], ids[0], ids[2]):
        assert shop.call("DELETE", f"/api/v1/generations/{deleted}").status == 204
    assert totals() == {"all": 2, "PENDING": 1, "FAILED": 1}


@pytest.mark.parametrize("query", ["status=DONE", "page=0", "limit=101", "page=101", "cursor=x", "sort=asc"])
def test_a_list_that_cannot_be_given_is_refused_by_its_parameter(shop: Shop, query: str) -> None:
    answer = shop.call("GET", "/api/generations", query=query)

    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, query.partition("=")[0])


def test_pages_by_number_and_by_cursor_have_the_same_generations(shop: Shop) -> None:
    ids = [started(shop, model="sandbox")["_id"] for _ in range(5)]

    pages = [shop.call("GET", "/api/generations", query=f"limit=2&page={page}").json for page in (1, 2, 3)]
    after = shop.call("GET", "/api/generations", query=f"limit=2&cursor={pages[0]['nextCursor']}").json

    assert [entry["_id"] for page in pages for entry in page["generations"]] == ids[::-1]
    assert [page["total"] for page in (*pages, after)] == [5] * 4
    assert (after["generations"], after["page"]) == (pages[1]["generations"], None)


# --- retries ----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S000-77")
@pytest.mark.parametrize("base", ["/api/generations", "/api/v1/generations"])
def test_one_failed_shot_is_made_again_alone_with_a_note_after_its_price_was_shown(shop: Shop, base: str) -> None:
    generation = started(shop)
    shop.begin(generation["_id"])
    shop.deliver(generation["_id"], {0, 1, 2, 3, 5})
    shop.fail(generation["_id"], {4})
    shop.settle(generation["_id"])
    before = read(shop, generation["_id"])
    (failed,) = before["failedImages"]
    assert (failed["role"], failed["error"]["code"]) == ("flat-lay", "provider_failed")
    assert failed["retryUrl"] == f"/api/generations/{generation['_id']}/images/4/retry"
    assert before["chargedCredits"] == 75

    path = f"{base}/{generation['_id']}/images/4/retry"
    body = {"note": "the label\ncannot be read"}
    quote = shop.call("POST", path, query="dry_run=true", body=body).json
    assert quote["price"]["credits"] == 15
    assert shop.call("GET", "/api/generations").json["total"] == 1

    answer = shop.call("POST", path, body={**body, "quoteId": quote["quoteId"]})
    assert answer.status == 202, answer.body
    retried = answer.json.get("generation", answer.json)
    assert retried["retryOf"] == {
        "parentImage": failed["_id"],
        "generationId": generation["_id"],
        "index": 4,
        "note": "the label cannot be read",
    }
    assert retried["productId"] == generation["productId"]
    stored, original = shop.generation(retried["id"]), shop.generation(generation["_id"])
    (image,) = stored.images
    assert image.shot == "flat-lay"
    assert stored.prompt.startswith(original.prompt_of(original.images[4]))
    assert stored.prompt.endswith("the label cannot be read")
    assert (stored.model, stored.parameters) == (original.model, original.parameters)
    assert [reference.role for reference in stored.references] == ["front"]
    assert read(shop, generation["_id"]) == before


def test_a_retry_without_a_body_and_of_a_retry_keeps_shot_and_product(shop: Shop) -> None:
    generation = started(shop, model="sandbox")
    shop.settle(generation["_id"])
    first = shop.call("POST", f"/api/generations/{generation['_id']}/images/5/retry").json["generation"]
    shop.settle(first["_id"])

    second = shop.call("POST", f"/api/generations/{first['_id']}/images/0/retry", body={}).json["generation"]

    stored = shop.generation(second["_id"])
    assert (stored.images[0].shot, stored.origin.product_id) == ("close-up", generation["productId"])
    assert second["retryOf"]["generationId"] == first["_id"]
    assert stored.prompt == shop.generation(first["_id"]).prompt


@pytest.mark.parametrize("base", ["/api/generations", "/api/v1/generations"])
def test_what_cannot_be_retried_is_refused(shop: Shop, base: str) -> None:
    generation = started(shop, model="sandbox")
    path = f"{base}/{generation['_id']}/images"

    assert shop.call("POST", f"{path}/0/retry", body={}).json["error"]["code"] == "conflict"
    shop.settle(generation["_id"])
    for index in ("6", "-1", "x", "9999"):
        assert shop.call("POST", f"{path}/{index}/retry", body={}).status == 404
    too_long = shop.call("POST", f"{path}/0/retry", body={"note": "x" * 501})
    assert (too_long.status, too_long.json["error"]["details"][0]["field"]) == (400, "note")
    assert shop.call("GET", "/api/generations").json["total"] == 1


def test_an_image_without_a_product_is_made_again_too(shop: Shop) -> None:
    body = {"prompt": "a red fox", "model": "sandbox", "n": 2, "size": "512x512"}
    generation = shop.call("POST", "/api/v1/generations", body=body).json
    shop.settle(generation["id"])

    retried = shop.call("POST", f"/api/v1/generations/{generation['id']}/images/1/retry", body={}).json

    assert (retried["prompt"], retried["n"], retried["parameters"]["size"]) == ("a red fox", 1, "512x512")
    assert (retried["retryOf"]["index"], retried["retryOf"]["note"], retried["productId"]) == (1, None, None)


# --- other tenants ----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S000-60", "X-1")
def test_a_generation_of_another_tenant_is_not_there_on_any_verb(shop: Shop, world: World) -> None:
    other = Shop(world, "Other", credits=500)
    theirs = started(other)
    other.settle(theirs["_id"])

    for base in ("/api/generations", "/api/v1/generations"):
        assert shop.call("GET", f"{base}/{theirs['_id']}").status == 404
        assert shop.call("POST", f"{base}/{theirs['_id']}/images/0/retry", body={}).status == 404
    assert shop.call("DELETE", f"/api/generations/{theirs['_id']}").status == 404
    assert shop.call("POST", "/api/generations", body={"productId": theirs["productId"]}).status == 404
    assert shop.call("GET", "/api/generations").json["total"] == 0


# --- progress ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S000-48", "S000-78")
def test_a_status_says_when_the_pictures_are_expected_from_what_was_observed(shop: Shop) -> None:
    generation = started(shop, model="sandbox")
    assert (read(shop, generation["_id"])["eta"], read(shop, generation["_id"])["etaSeconds"]) == (None, None)
    shop.observe("sandbox", [4.0] * 9 + [50.0])
    shop.world.forget_latencies()

    status = read(shop, generation["_id"])
    canonical = shop.call("GET", f"/api/v1/generations/{generation['_id']}").json

    assert status["eta"] == canonical["eta"]["at"] == canonical["eta"]["p90At"]
    assert canonical["eta"]["samples"] == 10
    assert canonical["createdAt"] < canonical["eta"]["p50At"] <= canonical["eta"]["p90At"]
    assert 0 <= status["etaSeconds"] <= 5
    shop.settle(generation["_id"])
    assert read(shop, generation["_id"])["eta"] is None
    assert shop.call("GET", f"/api/v1/generations/{generation['_id']}").json["eta"] is None


@pytest.mark.parametrize("base", ["/api/generations", "/api/v1/generations"])
def test_an_unchanged_status_costs_one_read_and_is_not_sent_again(shop: Shop, base: str) -> None:
    generation = started(shop, model="sandbox")
    path = f"{base}/{generation['_id']}"
    tag = shop.call("GET", path).header("ETag") or ""
    shop.world.forget_latencies()

    answer, calls = shop.counted("GET", path, headers={"if-none-match": tag})

    assert (answer.status, answer.body, calls) == (304, "", ["Query"])
    shop.begin(generation["_id"])
    shop.deliver(generation["_id"], {0})
    changed, calls = shop.counted("GET", path, headers={"if-none-match": tag})
    assert (changed.status, calls) == (200, ["Query", "BatchGetItem"])
    assert shop.counted("GET", path)[1] == ["Query"]

"""Products at the canonical door and at the shop's, over the emulated DynamoDB."""

from __future__ import annotations

import urllib.request
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pytest
from PIL import Image
from tests.functions.api.shop import FACTS, Shop

from easel.domain.upload import product_attachment

if TYPE_CHECKING:
    from tests.functions.api.world import World

MISSING: Final = "019a9f1c-0000-7000-8000-000000000001"


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


# --- the canonical door -----------------------------------------------------------------------------------------------


@pytest.mark.requirement("S000-4", "S000-5", "S000-6", "S000-80")
def test_a_product_is_created_read_changed_and_deleted(shop: Shop) -> None:
    front, back = shop.upload(), shop.upload()

    answer = shop.call("POST", "/api/v1/products", body={**FACTS, "frontUploadId": front, "backUploadId": back})
    product = answer.json
    assert (answer.status, answer.header("Location")) == (201, f"/api/v1/products/{product['id']}")
    assert {name: product[name] for name in FACTS} == FACTS
    assert [(picture["role"], picture["uploadId"]) for picture in product["pictures"]] == [
        ("front", front),
        ("back", back),
    ]
    assert f"{front}/aa.png" in product["pictures"][0]["url"]
    assert (product["version"], product["createdBy"]) == (1, shop.tenant["userId"])

    path = f"/api/v1/products/{product['id']}"
    assert shop.call("GET", path).json["id"] == product["id"]
    changed = shop.call("PUT", path, body={"color": "navy"}).json
    assert (changed["color"], changed["material"], changed["version"]) == ("navy", "waxed cotton", 2)
    assert shop.call("DELETE", path).status == 204
    assert [shop.call(method, path, body=body).status for method, body in (
        ("GET", None), ("PUT", {"color": "red"}), ("DELETE", None),
    )] == [404, 404, 404]  # fmt: skip


def test_a_fact_is_taken_away_by_an_empty_text_and_kept_by_null(shop: Shop) -> None:
    path = f"/api/v1/products/{shop.product()['id']}"

    changed = shop.call("PUT", path, body={"color": "", "material": None}).json

    assert (changed["color"], changed["material"]) == (None, "waxed cotton")


def test_what_changes_nothing_makes_no_new_version(shop: Shop) -> None:
    path = f"/api/v1/products/{shop.product()['id']}"

    assert shop.call("PUT", path, body={"name": "  canvas   tote bag "}).json["version"] == 1
    assert shop.call("PUT", path, body={}).json["version"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\u200b \n"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"color": "x" * 101}, "color"),
        ({"material": "x" * 101}, "material"),
        ({"frontUploadId": MISSING}, "frontUploadId"),
        ({"backUploadId": "no id at all"}, "backUploadId"),
        ({"backUploadId": "a#b"}, "backUploadId"),
        ({"colour": "green"}, "colour"),
        ({"name": 7}, "name"),
    ],
)
def test_what_is_wrong_is_refused_by_its_field_and_nothing_is_stored(shop: Shop, body: Any, field: str) -> None:
    path = f"/api/v1/products/{shop.product()['id']}"
    before = len(shop.world.stored())

    for method, address, whole in (("POST", "/api/v1/products", FACTS | body), ("PUT", path, body)):
        answer = shop.call(method, address, body=whole)
        assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, field)

    assert len(shop.world.stored()) == before
    assert shop.call("GET", "/api/v1/products").json["total"] == 1


def test_an_upload_that_is_not_checked_yet_is_a_conflict_that_may_pass(shop: Shop) -> None:
    answer = shop.call("POST", "/api/v1/products", body={**FACTS, "frontUploadId": shop.upload(ready=False)})

    assert (answer.status, answer.json["error"]["code"]) == (409, "upload_not_ready")


def test_an_upload_of_another_tenant_is_not_there(shop: Shop, world: World) -> None:
    theirs = Shop(world, "Other").upload()

    answer = shop.call("POST", "/api/v1/products", body={**FACTS, "frontUploadId": theirs})

    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, "frontUploadId")


# --- versions ---------------------------------------------------------------------------------------------------------


def test_a_change_of_a_stale_version_is_refused_and_one_without_a_version_keeps_what_others_changed(
    shop: Shop,
) -> None:
    product = shop.product()
    path = f"/api/v1/products/{product['id']}"
    tag = shop.call("GET", path).header("ETag") or ""
    assert shop.call("PUT", path, body={"color": "navy"}, headers={"if-match": tag}).status == 200

    stale = [
        shop.call("PUT", path, body={"color": "red"}, headers={"if-match": tag}),
        shop.call("PUT", path, body={"color": "red", "version": 1}),
        shop.call("PUT", path, body={"color": "red"}, headers={"if-match": "1"}),
        shop.call("DELETE", path, headers={"if-match": 'W/"1"'}),
    ]
    assert [(answer.status, answer.json["error"]["code"]) for answer in stale] == [(409, "stale_write")] * 4

    merged = shop.call("PUT", path, body={"material": "wool"}).json
    assert (merged["color"], merged["material"], merged["version"]) == ("navy", "wool", 3)
    assert shop.call("PUT", path, body={"color": "red", "version": 3}).json["color"] == "red"


@pytest.mark.parametrize(
    ("headers", "body", "field"),
    [({"if-match": "latest"}, {}, "If-Match"), ({"if-match": "1"}, {"version": 2}, "version")],
)
def test_a_version_that_says_nothing_is_refused(shop: Shop, headers: dict[str, str], body: Any, field: str) -> None:
    path = f"/api/v1/products/{shop.product()['id']}"

    answer = shop.call("PUT", path, body={"color": "red", **body}, headers=headers)

    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, field)


def test_a_product_that_is_unchanged_is_not_sent_again(shop: Shop) -> None:
    path = f"/api/v1/products/{shop.product()['id']}"
    tag = shop.call("GET", path).header("ETag") or ""

    again = shop.call("GET", path, headers={"if-none-match": tag})

    # The tag runs out after five minutes, because links do.
    assert (again.status, again.body) in {(304, ""), (200, again.body)}
    assert shop.call("GET", path, headers={"if-none-match": '"9-1"'}).status == 200


# --- pictures ---------------------------------------------------------------------------------------------------------


def test_an_upload_is_kept_while_products_use_it_and_ends_with_the_last_one(shop: Shop) -> None:
    shared, alone = shop.upload(), shop.upload()
    first = shop.product(frontUploadId=shared, backUploadId=alone)
    second = shop.product(frontUploadId=shared)
    assert shop.stored_upload(shared).expires_at is None

    assert shop.call("DELETE", f"/api/v1/products/{first['id']}").status == 204

    assert shop.stored_upload(alone).is_expired(datetime.now(UTC))
    assert shop.stored_upload(shared).attached_to == {product_attachment(second["id"])}
    assert shop.stored_upload(shared).expires_at is None
    assert shop.call("DELETE", f"/api/v1/products/{second['id']}").status == 204
    assert shop.stored_upload(shared).is_expired(datetime.now(UTC))


def test_a_picture_is_replaced_and_taken_away(shop: Shop) -> None:
    old, new = shop.upload(), shop.upload()
    product = shop.product(frontUploadId=old, backUploadId=old)
    path = f"/api/v1/products/{product['id']}"

    replaced = shop.call("PUT", path, body={"frontUploadId": new}).json
    assert [picture["uploadId"] for picture in replaced["pictures"]] == [new, old]
    assert shop.stored_upload(old).expires_at is None
    emptied = shop.call("PUT", path, body={"frontUploadId": "", "backUploadId": ""}).json
    assert emptied["pictures"] == []
    assert shop.stored_upload(old).is_expired(datetime.now(UTC))
    assert shop.stored_upload(new).is_expired(datetime.now(UTC))


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S000-10", "S000-11", "S000-12", "S000-64", "X-7")
@pytest.mark.parametrize("path", ["/api/v1/products", "/api/products"])
def test_a_list_says_how_many_there_are_and_leads_on_by_page_and_by_cursor(shop: Shop, path: str) -> None:
    names = [f"bag {number}" for number in range(12)]
    for name in names:
        shop.product(name=name)

    first, second = (shop.call("GET", path, query=f"page={page}").json for page in (1, 2))
    by_cursor = shop.call("GET", path, query=f"limit=10&cursor={first['nextCursor']}").json

    assert [product["name"] for product in first["products"] + second["products"]] == names[::-1]
    assert [(page["total"], page["page"], page["limit"]) for page in (first, second)] == [(12, 1, 10), (12, 2, 10)]
    assert (second["nextCursor"], by_cursor["page"]) == (None, None)
    assert by_cursor["products"] == second["products"] or len(by_cursor["products"]) == 2
    beyond = shop.call("GET", path, query="page=3").json
    assert (beyond["products"], beyond["total"]) == ([], 12)


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=1_0",
        "limit=0",
        "limit=101",
        "limit=%205",
        "page=101",
        "page=x",
        "sort=name",
        "cursor=x",
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/products", "/api/products"])
def test_a_list_that_cannot_be_given_is_refused_by_its_parameter(shop: Shop, path: str, query: str) -> None:
    answer = shop.call("GET", path, query=query)

    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, query.partition("=")[0])


# --- the shop door ----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S000-1", "S000-9", "S000-13", "S000-14", "S000-15", "S000-80", "X-2")
def test_the_calls_of_the_seed_about_products_in_their_order(shop: Shop) -> None:
    front, back = shop.upload(), shop.upload()

    made = shop.call("POST", "/api/products", body={**FACTS, "frontUploadId": front, "backUploadId": back})
    assert made.status == 201
    assert set(made.json) == {"product", "frontImageUrl", "backImageUrl"}
    product = made.json["product"]
    assert product["_id"] == product["id"]
    assert {name: product[name] for name in FACTS} == FACTS
    assert f"{front}/aa.png" in made.json["frontImageUrl"]
    assert f"{back}/aa.png" in made.json["backImageUrl"]

    listed = shop.call("GET", "/api/products", query="page=1&limit=10").json
    assert listed.keys() >= {"products", "total", "page", "limit"}
    assert (listed["total"], listed["page"], listed["limit"]) == (1, 1, 10)
    assert [entry["_id"] for entry in listed["products"]] == [product["_id"]]

    path = f"/api/products/{product['_id']}"
    assert shop.call("GET", path).json["product"]["_id"] == product["_id"]
    updated = shop.call("PUT", path, body={"color": "navy"})
    assert updated.json.keys() == {"product"}
    assert (updated.json["product"]["color"], updated.json["product"]["name"]) == ("navy", "canvas tote bag")
    assert shop.call("DELETE", path).json == {"message": "Product deleted"}
    gone = shop.call("GET", path)
    assert (gone.status, gone.json["statusCode"], gone.json["message"]) == (
        404, 404, f"There is no product {product['_id']}.",
    )  # fmt: skip
    assert shop.call("GET", "/api/products").json["total"] == 0


def test_a_page_may_send_back_a_product_as_it_read_it_and_its_version_counts(shop: Shop) -> None:
    path = f"/api/products/{shop.product()['id']}"
    read = shop.call("GET", path).json["product"]

    assert shop.call("PUT", path, body=read | {"name": "bag"}).json["product"]["version"] == 2
    stale = shop.call("PUT", path, body=read | {"name": "another bag"})

    assert (stale.status, stale.json["error"]["code"]) == (409, "stale_write")


@pytest.mark.parametrize("field", [*FACTS, "frontUploadId", "backUploadId"])
def test_the_shop_wants_every_fact_and_both_pictures(shop: Shop, field: str) -> None:
    whole = {**FACTS, "frontUploadId": shop.upload(), "backUploadId": shop.upload()}

    answer = shop.call("POST", "/api/products", body={name: value for name, value in whole.items() if name != field})

    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, field.replace("UploadId", "Image"))
    assert shop.call("GET", "/api/products").json["total"] == 0


def form(*parts: tuple[str, str | bytes], end: bool = True) -> dict[str, Any]:
    """The body and headers of a form; texts are fields, bytes are files."""
    pieces = []
    for name, value in parts:
        file = '; filename="bag.png"\r\nContent-Type: image/png' if isinstance(value, bytes) else ""
        data = value if isinstance(value, bytes) else value.encode()
        head = f'--edge\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        pieces.append(head.encode() + data + b"\r\n")
    body = b"".join(pieces) + (b"--edge--\r\n" if end else b"")
    return {"body": body, "headers": {"content-type": "multipart/form-data; boundary=edge"}}


def picture(color: str) -> bytes:
    image = BytesIO()
    Image.new("RGB", (40, 30), color).save(image, "png")
    return image.getvalue()


TEXTS: Final = tuple(FACTS.items())


@pytest.mark.requirement("S000-1", "S000-3", "S000-7", "S000-8", "S000-9", "S000-35")
def test_a_form_with_two_pictures_makes_a_product_whose_links_have_these_pictures(shop: Shop) -> None:
    files = (("frontImage", picture("red")), ("backImage", picture("blue")))

    answer = shop.call("POST", "/api/products", **form(*TEXTS, *files))

    assert answer.status == 201, answer.body
    product = answer.json["product"]
    assert {name: product[name] for name in FACTS} == FACTS
    assert answer.json.keys() == {"product", "frontImageUrl", "backImageUrl"}
    for side, color in (("front", (255, 0, 0)), ("back", (0, 0, 255))):
        link = answer.json[f"{side}ImageUrl"]
        with urllib.request.urlopen(link, timeout=10) as response:
            pixel = Image.open(BytesIO(response.read())).convert("RGB").getpixel((0, 0))
        assert (pixel, product[f"{side}ImageUrl"].partition("?")[0]) == (color, link.partition("?")[0])
    canonical = shop.call("GET", f"/api/v1/products/{product['_id']}").json
    for shown in canonical["pictures"]:
        assert shop.stored_upload(shown["uploadId"]).attached_to == {product_attachment(product["_id"])}


@pytest.mark.parametrize(
    ("parts", "status", "field"),
    [
        ((*TEXTS, ("frontImage", picture("red"))), 400, "backImage"),
        ((*TEXTS[1:], ("frontImage", picture("red")), ("backImage", picture("red"))), 400, "name"),
        ((*TEXTS, ("frontImage", picture("red")), ("backImage", b"")), 422, "backImage"),
        ((*TEXTS, ("frontImage", picture("red")), ("backImage", b"<svg/>")), 422, "backImage"),
        ((*TEXTS, ("frontImage", picture("red")), ("sideImage", picture("red"))), 400, "sideImage"),
        ((*TEXTS, ("size", "L"), ("frontImage", picture("red")), ("backImage", picture("red"))), 400, "size"),
        ((*TEXTS, *[("frontImage", picture("red"))] * 2, ("backImage", picture("red"))), 400, "frontImage"),
        (
            (*TEXTS, ("frontImage", picture("red")), ("frontUploadId", MISSING), ("backImage", picture("red"))),
            400,
            "frontImage",
        ),
        (
            (("name", "x" * 201), *TEXTS[1:], ("frontImage", picture("red")), ("backImage", picture("red"))),
            400,
            "name",
        ),
    ],
)
def test_a_form_with_something_wrong_stores_nothing(
    shop: Shop, parts: tuple[tuple[str, str | bytes], ...], status: int, field: str
) -> None:
    before = len(shop.world.stored())

    answer = shop.call("POST", "/api/products", **form(*parts))

    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (status, field)
    assert answer.json["message"] == answer.json["error"]["message"]
    assert len(shop.world.stored()) == before


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_body_of_a_third_type_is_refused_with_both_that_are_taken(shop: Shop, content_type: str) -> None:
    answer = shop.call("POST", "/api/products", form=b"name=bag", headers={"content-type": content_type})

    assert answer.status == 415
    assert "send it as application/json or multipart/form-data." in answer.json["message"]


def test_a_form_that_is_cut_off_is_refused(shop: Shop) -> None:
    files = (("frontImage", picture("red")), ("backImage", picture("blue")))

    answer = shop.call("POST", "/api/products", **form(*TEXTS, *files, end=False))

    assert (answer.status, answer.json["error"]["code"]) == (400, "malformed_form")
    assert shop.call("GET", "/api/products").json["total"] == 0


@pytest.mark.requirement("X-27")
def test_a_form_above_what_a_function_takes_is_answered_with_tickets_whose_uploads_make_the_product(
    shop: Shop,
) -> None:
    large = picture("red") + b"\0" * 2_400_000

    answer = shop.call("POST", "/api/products", **form(*TEXTS, ("frontImage", large), ("backImage", large)))

    assert (answer.status, answer.json["error"]["code"]) == (413, "tickets_required")
    tickets = {detail["field"]: detail["allowed"] for detail in answer.json["error"]["details"]}
    assert tickets.keys() == {"frontImage", "backImage"}
    assert shop.call("GET", "/api/products").json["total"] == 0
    shop.accept(tickets["frontImage"]["uploadId"])
    shop.accept(tickets["backImage"]["uploadId"])
    ids = {f"{side}UploadId": tickets[f"{side}Image"]["uploadId"] for side in ("front", "back")}
    assert shop.call("POST", "/api/products", **form(*TEXTS, *ids.items())).status == 201
    assert shop.call("POST", "/api/products", body={**FACTS, **ids}).status == 201


@pytest.mark.requirement("S000-60", "X-1")
@pytest.mark.parametrize("base", ["/api/v1/products", "/api/products"])
def test_a_product_of_another_tenant_is_not_there_on_any_verb(shop: Shop, world: World, base: str) -> None:
    theirs = Shop(world, "Other").product()

    for method, body in (("GET", None), ("PUT", {"name": "mine"}), ("DELETE", None)):
        assert shop.call(method, f"{base}/{theirs['id']}", body=body).status == 404
        assert shop.call(method, f"{base}/{MISSING}", body=body).status == 404
    assert shop.call("GET", base).json["total"] == 0

"""Products at the canonical door and at the shop's, over the emulated DynamoDB."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from easel.domain.upload import UNATTACHED_LIFETIME, AcceptedPicture, Upload, UploadState, product_attachment
from easel.ids import new_id
from easel.repositories.uploads.uploads import DynamoUploads

if TYPE_CHECKING:
    from tests.functions.api.harness import Answer
    from tests.functions.api.world import World

FACTS: Final = {"name": "canvas tote bag", "color": "forest green", "material": "waxed cotton"}
MISSING: Final = "019a9f1c-0000-7000-8000-000000000001"


class Shop:
    """One tenant with its calls."""

    def __init__(self, world: World, name: str = "Acme") -> None:
        self.world = world
        self.tenant = world.tenant(name)
        self.uploads = DynamoUploads(world.emulator.client("dynamodb"), world.environment["CORE_TABLE_NAME"])

    def call(self, method: str, path: str, **more: Any) -> Answer:
        return self.world.call(method, path, token=self.tenant["apiKey"], **more)

    def upload(self, *, ready: bool = True) -> str:
        """An upload of this tenant, checked unless told otherwise."""
        now = datetime.now(UTC)
        upload = Upload(
            id=new_id(),
            workspace_id=self.tenant["workspaceId"],
            user_id=self.tenant["userId"],
            state=UploadState.AWAITING,
            announced_type="image/png",
            filename="bag.png",
            created_at=now,
            expires_at=now + UNATTACHED_LIFETIME,
        )
        self.uploads.add(upload)
        if ready:
            key = f"uploads/{upload.workspace_id}/{upload.id}/aa"
            picture = AcceptedPicture(f"{key}.png", f"{key}-thumb.webp", "image/png", 1234, 40, 30, "ab" * 32)
            self.uploads.accept(upload.workspace_id, upload.id, picture)
        return upload.id

    def stored_upload(self, upload_id: str) -> Upload:
        found = self.uploads.get(self.tenant["workspaceId"], upload_id)
        assert found is not None
        return found

    def product(self, **changes: Any) -> dict[str, Any]:
        answer = self.call("POST", "/api/v1/products", body=FACTS | changes)
        assert answer.status == 201, answer.body
        body: dict[str, Any] = answer.json
        return body


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


@pytest.mark.parametrize("query", ["page=0", "limit=0", "limit=101", "page=101", "page=x", "sort=name", "cursor=x"])
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

    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, field)
    assert shop.call("GET", "/api/products").json["total"] == 0


@pytest.mark.requirement("S000-60", "X-1")
@pytest.mark.parametrize("base", ["/api/v1/products", "/api/products"])
def test_a_product_of_another_tenant_is_not_there_on_any_verb(shop: Shop, world: World, base: str) -> None:
    theirs = Shop(world, "Other").product()

    for method, body in (("GET", None), ("PUT", {"name": "mine"}), ("DELETE", None)):
        assert shop.call(method, f"{base}/{theirs['id']}", body=body).status == 404
        assert shop.call(method, f"{base}/{MISSING}", body=body).status == 404
    assert shop.call("GET", base).json["total"] == 0

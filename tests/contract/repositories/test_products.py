"""Products in the table: versions, the counter, what a deleted one leaves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from tests.contract.repositories.conftest import Core
from tests.support.generations import NOW, WORKSPACE_ID

from easel.domain.product import DELETED_LIFETIME, Product, ProductFacts, ProductPicture
from easel.errors import StaleWrite
from easel.ids import new_id, uuid7
from easel.repositories.attribute_values import to_item
from easel.repositories.products import deleted_product_key, product_key

FRONT = ProductPicture("front", "upload-1", "uploads/w/u/s.png", "uploads/w/u/s-thumb.webp", "image/png", 40, 30)


def a_product(**changes: Any) -> Product:
    values: dict[str, Any] = {
        "id": new_id(),
        "workspace_id": WORKSPACE_ID,
        "user_id": "user-1",
        "facts": ProductFacts("tote bag", "green", "cotton"),
        "created_at": NOW,
        "updated_at": NOW,
        "pictures": (FRONT,),
    }
    return Product(**values | changes)


def created(core: Core, count: int = 1) -> list[Product]:
    at = int(NOW.timestamp() * 1000)
    products = [a_product(id=str(uuid7(at + number))) for number in range(count)]
    for product in products:
        core.commit(*core.products.creating(product))
    return products


def renamed(product: Product, name: str) -> Product:
    return replace(product, facts=replace(product.facts, name=name), version=product.version + 1)


def test_a_product_is_read_as_it_was_created(core: Core) -> None:
    (product,) = created(core)
    bare = a_product(facts=ProductFacts("bag"), pictures=())
    core.commit(*core.products.creating(bare))

    assert core.products.get(WORKSPACE_ID, product.id) == product
    assert core.products.get(WORKSPACE_ID, bare.id) == bare
    assert core.products.get("another-workspace", product.id) is None


def test_of_two_changes_of_one_version_the_second_is_refused(core: Core) -> None:
    (product,) = created(core)
    core.commit(core.products.replacing(renamed(product, "large bag"), product))

    with pytest.raises(StaleWrite):
        core.commit(core.products.replacing(renamed(product, "small bag"), product))
    with pytest.raises(StaleWrite):
        core.commit(*core.products.deleting(product, NOW))

    found = core.products.get(WORKSPACE_ID, product.id)
    assert found == renamed(product, "large bag")
    assert core.products.total(WORKSPACE_ID) == 1


@pytest.mark.requirement("S000-15")
def test_a_deleted_product_is_set_aside_for_a_while_and_not_counted(core: Core) -> None:
    kept, deleted = created(core, 2)
    core.commit(*core.products.deleting(deleted, NOW))

    assert core.products.get(WORKSPACE_ID, deleted.id) is None
    assert core.products.list(WORKSPACE_ID, limit=10, after=None).items == (kept,)
    assert core.products.total(WORKSPACE_ID) == 1
    key = deleted_product_key(WORKSPACE_ID, deleted.id)
    (record,) = (item for item in core.items() if item["sk"] == key["sk"])
    assert (record["name"], record["expiresAt"]) == ("tote bag", int((NOW + DELETED_LIFETIME).timestamp()))
    with pytest.raises(StaleWrite):
        core.commit(*core.products.deleting(deleted, NOW))
    assert core.products.total(WORKSPACE_ID) == 1


@pytest.mark.requirement("S000-11", "S000-12", "S000-61", "X-7")
@pytest.mark.parametrize("limit", [1, 3, 7, 10])
def test_a_list_gives_every_product_once_newest_first_by_cursor_and_by_number(core: Core, limit: int) -> None:
    newest_first = [product.id for product in reversed(created(core, 7))]

    by_cursor: list[str] = []
    after: str | None = None
    while True:
        page = core.products.list(WORKSPACE_ID, limit=limit, after=after)
        by_cursor += [product.id for product in page.items]
        after = page.next_after
        if after is None:
            break
    pages = [core.products.list(WORKSPACE_ID, limit=limit, after=None, skip=skip) for skip in range(0, 9, limit)]

    assert by_cursor == newest_first
    assert [product.id for page in pages for product in page.items] == newest_first


def test_a_page_costs_the_same_calls_however_many_products_there_are(core: Core) -> None:
    (sample,) = created(core)
    calls: list[str] = []
    listen: Any = lambda model, **_: calls.append(model.name)  # noqa: E731 - the form that botocore calls
    core.client.meta.events.register("before-call.dynamodb", listen)

    def cost() -> list[str]:
        calls.clear()
        core.products.list(WORKSPACE_ID, limit=10, after=None)
        core.products.list(WORKSPACE_ID, limit=10, after=None, skip=20)
        core.products.total(WORKSPACE_ID)
        return list(calls)

    fill(core, sample, 100)
    with_few = cost()
    # More than one answer of DynamoDB holds.
    fill(core, sample, 5_000)
    assert cost() == with_few == ["Query", "Query", "Query", "GetItem"]


def fill(core: Core, sample: Product, count: int) -> None:
    """Add so many products without counting them one by one."""
    (item,) = (item for item in core.items() if item["sk"].endswith(sample.id))
    for start in range(0, count, 25):
        ids = [new_id() for _ in range(min(25, count - start))]
        puts: Any = [
            {"PutRequest": {"Item": to_item(item | product_key(WORKSPACE_ID, id_) | {"id": id_, "name": "x" * 200})}}
            for id_ in ids
        ]
        core.client.batch_write_item(RequestItems={core.table: puts})


def test_the_counter_holds_when_many_create_and_delete_at_once(core: Core) -> None:
    products = created(core, 4)

    def change(index: int) -> None:
        core.commit(*core.products.deleting(products[index], NOW))
        core.commit(*core.products.creating(a_product()))
        core.commit(*core.products.creating(a_product()))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change, range(4)))

    assert core.products.total(WORKSPACE_ID) == 8
    assert len(core.products.list(WORKSPACE_ID, limit=100, after=None).items) == 8

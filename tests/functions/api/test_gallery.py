"""Favourites and tags of images, and the lists by them, over the emulated tables and bucket."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from functions.workers.remove_files import handler as worker
from tests.functions.api.harness import Answer
from tests.functions.api.picture_tenant import PictureTenant
from tests.functions.api.world import World

from easel.domain.image import Status
from easel.errors import DatabaseUnavailable
from easel.ids import image_id, new_generation_id, uuid7
from easel.repositories.images.image_marks import DynamoImageMarks

MARKS = "/api/v1/gallery/marks"
GALLERY = "/api/v1/gallery"
SOME = "019a9f1c-0000-7000-8000-000000000001"


@pytest.fixture
def shop(world: World) -> PictureTenant:
    return PictureTenant(world, world.tenant())


def mark(shop: PictureTenant, ids: list[str], key: str | None = None, **change: Any) -> Answer:
    body = {"imageIds": ids, **change}
    return shop.world.call("POST", MARKS, token=key or shop.tenant["apiKey"], body=body)


def listed(shop: PictureTenant, query: str, key: str | None = None) -> list[str]:
    answer = shop.call("GET", GALLERY, query=query, key=key)
    assert answer.status == 200, answer.body
    return [image["id"] for image in answer.json["images"]]


def pages_of(shop: PictureTenant, query: str) -> list[str]:
    """The ids of all pages of a list."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = shop.call("GET", GALLERY, query=f"{query}&cursor={cursor}" if cursor else query).json
        found += [image["id"] for image in page["images"]]
        cursor = page["nextCursor"]
    return found


def tags(shop: PictureTenant) -> dict[str, int]:
    found = shop.call("GET", f"{GALLERY}/tags").json["tags"]
    assert [one["tag"] for one in found] == sorted(one["tag"] for one in found)
    return {one["tag"]: one["images"] for one in found}


def uuid_of(year: int, month: int, day: int) -> str:
    """The id of a generation of noon on this day."""
    moment = datetime(year, month, day, 12, tzinfo=UTC)
    return str(uuid7(int(moment.timestamp() * 1000), lambda _: 0))


def records(shop: PictureTenant, image: str) -> list[str]:
    """Sort keys of all marks that name this image."""
    found = (item["sk"] for item in shop.world.stored() if item["pk"] == f"WS#{shop.tenant['workspaceId']}")
    return [key for key in found if key.endswith(image) and not key.startswith("GEN#")]


def test_a_favourite_is_listed_with_all_that_a_card_shows(shop: PictureTenant) -> None:
    generation = shop.generation(1_000, 2_000)
    chosen = generation.images[1]

    answer = mark(shop, [chosen.id], favourite=True, addTags=["Fox"])

    assert answer.json == {"images": [{"id": chosen.id, "favourite": True, "tags": ["fox"]}], "failed": []}
    (row,) = shop.call("GET", GALLERY, query="favourite=true").json["images"]
    assert (row["id"], row["generationId"], row["status"]) == (chosen.id, generation.id, "COMPLETED")
    assert (row["favourite"], row["tags"]) == (True, ["fox"])
    assert (row["prompt"], row["model"]) == (generation.prompt, generation.model)
    assert chosen.stored is not None
    assert (row["width"], row["height"], row["blurhash"]) == (
        *(chosen.stored.width, chosen.stored.height),
        chosen.stored.blurhash,
    )
    assert row["priceMilliCredits"] == generation.price_of(chosen)
    assert row["durationMs"] is not None
    token = row["permalink"].removeprefix(shop.world.environment["PUBLIC_BASE_URL"])
    assert shop.world.call("GET", token, query="variant=thumbnail").status == 302


def test_lists_are_newest_first_and_paged(shop: PictureTenant) -> None:
    ids = [shop.generation(100).images[0].id for _ in range(5)]
    mark(shop, ids, addTags=["red fox"])
    query = f"tag={quote('Red  Fox')}&limit=2"
    pages: list[list[str]] = []

    cursor: str | None = ""
    while cursor is not None:
        page = shop.call("GET", GALLERY, query=query + (f"&cursor={cursor}" if cursor else "")).json
        pages.append([image["id"] for image in page["images"]])
        cursor = page["nextCursor"]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [one for page in pages for one in page] == sorted(ids, reverse=True)


def test_what_is_marked_no_longer_is_in_no_list(shop: PictureTenant) -> None:
    first, second = (shop.generation(100).images[0].id for _ in range(2))
    mark(shop, [first, second], favourite=True, addTags=["a", "b"])

    for _ in range(2):
        mark(shop, [first], favourite=False, removeTags=["A"])

    assert listed(shop, "favourite=true") == [second]
    assert listed(shop, "tag=a") == [second]
    assert listed(shop, "tag=b") == [second, first]
    assert tags(shop) == {"a": 1, "b": 2}
    mark(shop, [second], removeTags=["a"])
    assert tags(shop) == {"b": 2}


def test_a_repeated_change_writes_and_counts_nothing(shop: PictureTenant) -> None:
    image = shop.generation(100).images[0].id
    mark(shop, [image, image], favourite=True, addTags=["a"])
    before = records(shop, image)

    assert mark(shop, [image], favourite=True, addTags=["A "]).status == 200

    assert records(shop, image) == before
    assert tags(shop) == {"a": 1}


@pytest.mark.parametrize("whole", [False, True], ids=["image", "generation"])
def test_a_deleted_image_is_in_no_list_and_leaves_no_marks(shop: PictureTenant, whole: bool) -> None:  # noqa: FBT001 - a parameter of the test
    generation, other = shop.generation(100), shop.generation(100)
    gone, kept = generation.images[0].id, other.images[0].id
    mark(shop, [gone, kept], favourite=True, addTags=["a"])

    shop.call("DELETE", f"/api/v1/generations/{generation.id}" if whole else f"/api/v1/images/{gone}")

    assert listed(shop, "favourite=true") == [kept]
    assert tags(shop) == {"a": 1}
    assert (records(shop, gone), len(records(shop, kept))) == ([], 3)
    assert mark(shop, [gone], favourite=False).status == 404


def test_marks_that_a_deletion_could_not_remove_are_removed_by_its_worker(
    shop: PictureTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = shop.generation(100, 100)
    gone, kept = generation.images
    mark(shop, [gone.id, kept.id], favourite=True, addTags=["a"])
    with monkeypatch.context() as patch:
        patch.setattr(DynamoImageMarks, "forgetting", _unavailable)
        assert shop.call("DELETE", f"/api/v1/images/{gone.id}").status == 204
    assert len(records(shop, gone.id)) == 3

    message = {"workspaceId": generation.workspace_id, "generationId": generation.id, "requestId": "r"}
    for _ in range(2):
        shop.work(worker, [json.dumps(message | {"imageIds": [gone.id]})])
    assert records(shop, gone.id) == []
    assert len(records(shop, kept.id)) == 3
    assert tags(shop) == {"a": 1}


def _unavailable(*_: object) -> Any:
    raise DatabaseUnavailable("The database does not answer.")


def test_an_image_of_another_tenant_is_not_there(shop: PictureTenant, world: World) -> None:
    mine, other = shop.generation(100).images[0].id, PictureTenant(world, world.tenant("Other"))
    theirs = other.generation(100).images[0].id

    answer = mark(shop, [mine, theirs], favourite=True)

    assert answer.status == 200
    assert [one["id"] for one in answer.json["images"]] == [mine]
    assert [(one["id"], one["error"]["code"]) for one in answer.json["failed"]] == [(theirs, "not_found")]
    assert listed(other, "favourite=true") == []
    alone = mark(shop, [theirs], favourite=True)
    assert (alone.status, alone.json["error"]["code"]) == (404, "not_found")


def test_what_cannot_be_an_id_does_not_keep_the_others(shop: PictureTenant) -> None:
    image, full = (shop.generation(100).images[0].id for _ in range(2))
    mark(shop, [full], addTags=[f"tag {number}" for number in range(20)])

    answer = mark(shop, ["x" * 500, image.upper(), full], addTags=["fox"])

    assert (answer.status, [one["id"] for one in answer.json["images"]]) == (200, [image])
    assert [(one["id"], one["error"]["code"]) for one in answer.json["failed"]] == [
        ("x" * 80, "not_found"),
        (full, "invalid_request"),
    ]
    assert tags(shop)["fox"] == 1


def test_an_image_that_failed_has_no_marks(shop: PictureTenant) -> None:
    failed = shop.generation(100, failed=1).images[1].id

    assert mark(shop, [failed], favourite=True).status == 404


def test_no_image_has_more_tags_than_allowed(shop: PictureTenant) -> None:
    image = shop.generation(100).images[0].id
    assert mark(shop, [image], addTags=[f"tag {number}" for number in range(20)]).status == 200

    answer = mark(shop, [image], addTags=["one more"])

    (fault,) = answer.json["error"]["details"]
    assert (answer.status, fault["field"], fault["allowed"]) == (400, "addTags", {"maximum": 20})
    assert mark(shop, [image], addTags=["one more"], removeTags=["tag 0"]).status == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"imageIds": [], "favourite": True}, "imageIds", id="no image"),
        pytest.param({"imageIds": [SOME]}, "favourite", id="nothing to change"),
        pytest.param({"imageIds": [SOME], "addTags": [" "]}, "addTags", id="blank tag"),
    ],
)
def test_a_change_that_says_nothing_is_refused_by_field(shop: PictureTenant, body: Any, field: str) -> None:
    answer = shop.world.call("POST", MARKS, token=shop.tenant["apiKey"], body=body)

    assert (answer.status, [fault["field"] for fault in answer.json["error"]["details"]]) == (400, [field])


def test_more_images_than_allowed_are_refused(shop: PictureTenant) -> None:
    answer = mark(shop, [image_id(new_generation_id(), 0) for _ in range(26)], favourite=True)

    (fault,) = answer.json["error"]["details"]
    assert (answer.status, fault["field"], fault["allowed"]["maxItems"]) == (400, "imageIds", 25)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("favourite=maybe", "favourite"),
        ("tag=%20", "tag"),
        ("q=", "q"),
        ("q=%21", "q"),
        (f"q={'a' * 201}", "q"),
        ("q=a+b+c+d+e+f+g+h+i", "q"),
        ("ratio=7:5", "ratio"),
        ("status=PENDING", "status"),
        ("model=a%20b", "model"),
        ("mine=1", "mine"),
        ("sort=dearest", "sort"),
        ("from=yesterday", "from"),
        ("to=2026-02-30", "to"),
        ("from=2026-11-29&to=2026-11-28", "to"),
    ],
)
def test_a_search_that_cannot_be_is_refused_by_field(shop: PictureTenant, query: str, field: str) -> None:
    answer = shop.call("GET", GALLERY, query=query)

    (fault,) = answer.json["error"]["details"]
    assert (answer.status, fault["field"]) == (400, field)


def test_images_are_found_by_words_of_their_prompt(shop: PictureTenant) -> None:
    fox = shop.generation(100, prompt="A red Fox, in the snow").images[0].id
    fog = shop.generation(100, prompt="Morning fog over a lake").images[0].id
    cat = shop.generation(100, prompt="雪の中の猫").images[0].id

    assert listed(shop, "q=fox") == listed(shop, "q=SNOW%20red") == listed(shop, "q=fox,%20snow!") == [fox]
    assert listed(shop, "q=fo") == [fog, fox]
    assert listed(shop, f"q={quote('猫')}") == [cat]
    assert listed(shop, "q=fox%20lake") == listed(shop, "q=ox") == []


def test_each_image_is_found_by_its_own_prompt(shop: PictureTenant) -> None:
    made = shop.generation(100, 100, prompts=("an owl", "a fox"))

    assert listed(shop, "q=owl") == [made.images[0].id]
    assert listed(shop, "q=fox") == [made.images[1].id]


def test_images_are_found_by_model_shape_and_whose_they_are(shop: PictureTenant) -> None:
    one = shop.generation(100, model="sandbox", pixels=(1024, 1024)).images[0].id
    two = shop.generation(100, pixels=(768, 800), user_id=shop.tenant["userId"]).images[0].id
    three = shop.generation(100, pixels=(1920, 1088)).images[0].id

    assert listed(shop, "model=sandbox") == [one]
    assert listed(shop, "model=gpt-image-1") == []
    assert listed(shop, "mine=true") == [two]
    assert listed(shop, "ratio=16:9") == [three]
    assert listed(shop, "ratio=1:1") == [two, one]


def test_all_images_are_listed_in_either_order(shop: PictureTenant) -> None:
    generations = [shop.generation(100, 100, failed=1) for _ in range(3)]
    ids = sorted(image.id for one in generations for image in one.images if image.stored)

    for sort, wanted in (("newest", ids[::-1]), ("oldest", ids)):
        found, cursor = list[str](), ""
        while True:
            page = shop.call(
                "GET", GALLERY, query=f"limit=2&sort={sort}" + (f"&cursor={cursor}" if cursor else "")
            ).json
            found += [image["id"] for image in page["images"]]
            cursor = page["nextCursor"]
            if cursor is None:
                break
        assert found == wanted


@pytest.mark.parametrize("by", ["", "favourite=true&", "tag=a&"])
def test_images_are_found_by_time(shop: PictureTenant, by: str) -> None:
    old, new = uuid_of(2026, 3, 1), uuid_of(2026, 3, 2)
    ids = [shop.generation(100, id=one).images[0].id for one in (old, new)]
    mark(shop, ids, favourite=True, addTags=["a"])

    assert listed(shop, f"{by}from=2026-03-01&to=2026-03-01") == [ids[0]]
    assert listed(shop, f"{by}from=2026-03-02") == listed(shop, f"{by}from=2026-03-01T12:00:01Z") == [ids[1]]
    assert listed(shop, f"{by}to=2026-03-01T12:00:00Z") == []
    assert listed(shop, f"{by}to=2026-03-02&sort=oldest") == ids


def test_marks_and_words_are_combined(shop: PictureTenant) -> None:
    both, tagged, plain = (shop.generation(100, prompt=text).images[0].id for text in ("a fox", "an owl", "a fox"))
    mark(shop, [both], favourite=True, addTags=["a"])
    mark(shop, [tagged], addTags=["a"])

    assert listed(shop, "tag=a&q=fox") == listed(shop, "tag=a&favourite=true") == [both]
    assert listed(shop, "q=fox") == [plain, both]


def test_what_failed_is_listed_only_where_it_is_asked_for(shop: PictureTenant) -> None:
    failed, done = shop.generation(failed=1).images[0].id, shop.generation(100).images[0].id

    assert (listed(shop, ""), listed(shop, "status=FAILED")) == ([done], [failed])


def test_images_that_were_made_before_their_generation_was_cancelled_are_found(shop: PictureTenant) -> None:
    first = shop.generation(100, prompt="a fox").images[0].id
    stopped = shop.generation(100, failed=1, prompt="a fox", status=Status.CANCELLED).images
    last = shop.generation(100, prompt="a fox").images[0].id
    mark(shop, [stopped[0].id], favourite=True)

    assert listed(shop, "q=fox") == listed(shop, "") == [last, stopped[0].id, first]
    assert listed(shop, "q=fox&sort=oldest") == [first, stopped[0].id, last]
    assert listed(shop, "favourite=true") == [stopped[0].id]
    assert listed(shop, "status=COMPLETED") == [last, first]
    assert listed(shop, "status=CANCELLED") == [stopped[1].id, stopped[0].id]


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_pages_of_several_statuses_leave_nothing_out(
    shop: PictureTenant, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr("easel.repositories.images.gallery.LOOKED_THROUGH", 2)
    stopped, foxes = {0, 1, 7, 8}, [0, 1, 3, 5, 7, 8]
    made = [
        shop.generation(
            100,
            prompt="a fox" if number in foxes else "an owl",
            status=Status.CANCELLED if number in stopped else Status.COMPLETED,
        )
        .images[0]
        .id
        for number in range(9)
    ]
    if sort == "newest":
        made, foxes = made[::-1], [8 - number for number in reversed(foxes)]

    assert pages_of(shop, f"sort={sort}&limit=2") == made
    assert pages_of(shop, f"sort={sort}&q=fox&limit=2") == [made[number] for number in foxes]


@pytest.mark.requirement("S003-98")
def test_the_prompts_that_were_used_most_come_first(shop: PictureTenant) -> None:
    for text in ("A fox!", "an owl", "a FOX", "a fox", "an owl", "a hen"):
        newest = shop.generation(100, 100, prompt=text)
    shop.generation(failed=1, prompt="a hen")

    answer = shop.call("GET", f"{GALLERY}/prompts", query="limit=2").json

    assert [(one["prompt"], one["generations"], one["images"]) for one in answer["prompts"]] == [
        ("a fox", 3, 6),
        ("an owl", 2, 4),
    ]
    assert (answer["lookedAt"], answer["complete"]) == (6, True)
    all_of_them = shop.call("GET", f"{GALLERY}/prompts").json["prompts"]
    assert all_of_them[-1]["lastGenerationId"] == newest.id
    assert shop.call("GET", f"{GALLERY}/prompts", query="to=2020-01-01").json["prompts"] == []
    assert shop.call("GET", f"{GALLERY}/prompts", query="limit=21").status == 400


def test_a_search_goes_on_after_a_page_that_found_nothing(shop: PictureTenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easel.repositories.images.gallery.LOOKED_THROUGH", 2)
    wanted = shop.generation(100, prompt="a fox").images[0].id
    for _ in range(4):
        shop.generation(100, prompt="an owl")

    pages: list[list[str]] = []
    query: str | None = "q=fox"
    while query:
        page = shop.call("GET", GALLERY, query=query).json
        pages.append([image["id"] for image in page["images"]])
        query = f"q=fox&cursor={page['nextCursor']}" if page["nextCursor"] else None

    assert pages == [[], [], [wanted]]


def test_a_cursor_belongs_to_its_list(shop: PictureTenant) -> None:
    ids = [shop.generation(100).images[0].id for _ in range(2)]
    mark(shop, ids, favourite=True, addTags=["a"])
    cursor = shop.call("GET", GALLERY, query="tag=a&limit=1").json["nextCursor"]

    assert shop.call("GET", GALLERY, query=f"favourite=true&cursor={cursor}").status == 400

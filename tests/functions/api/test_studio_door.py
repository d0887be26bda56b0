"""The studio door over the emulated AWS: the examples of seed 003, and the requests of its pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from tests.functions.api.harness import BASE_URL, Answer
from tests.functions.api.waiting_doors import WaitingDoor, give_up_at_once, make_while_waiting, workspace_of_a_door
from tests.support.engine import refusing

from easel.errors import ProviderErrorClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.emulator import Emulator
    from tests.support.operations import Functions

SUNSET = "a beautiful sunset over mountains"
SIZES = ["512x512", "768x768", "1024x1024", "1536x1536"]


class StudioDoor(WaitingDoor):
    """The door as its pages see it."""

    def generate(self, body: Any, path: str = "/api/v1/images/generate", **options: Any) -> Answer:
        return self.call("studio_submit_generation", "POST", path, body=body, **options)

    def read(self, path: str, query: str = "", **options: Any) -> Answer:
        return self.call("studio_read_generations", "GET", path, query=query, **options)


@pytest.fixture(scope="module")
def functions(emulator: Emulator) -> Iterator[Functions]:
    settings = {"CONTENT_MODEL": "seedream-v4", "CONTENT_PROVIDER": "any", "STUDIO_MODEL": "seedream-v4"}
    with workspace_of_a_door(emulator, EASEL_DOORS="canonical,studio,content", **settings) as functions:
        functions.own_costs()
        yield functions


@pytest.fixture
def door(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> StudioDoor:
    door = StudioDoor(functions)
    make_while_waiting(door, monkeypatch)
    return door


@pytest.fixture
def slow(door: StudioDoor, monkeypatch: pytest.MonkeyPatch) -> StudioDoor:
    give_up_at_once(door, monkeypatch)
    return door


@pytest.mark.requirement(
    "S003-1",
    "S003-3",
    "S003-11",
    "S003-39",
    "S003-40",
    "S003-41",
    "S003-43",
    "S003-44",
    "S003-45",
    "S003-46",
    "S003-47",
    "S003-55",
    "S003-65",
    "S003-81",
    "X-4",
    "X-30",
)
def test_an_image_is_generated_from_a_prompt(door: StudioDoor) -> None:
    answer = door.generate({"prompt": SUNSET, "imageSize": "1024x1024", "watermark": "© 2025"})

    assert (answer.status, answer.header("Content-Type")) == (200, "application/json")
    body = answer.json
    assert body["success"] is True
    assert body["promptId"]
    (image,) = body["images"]
    assert (image["title"], image["prompt"]) == (f"Generated: {SUNSET}"[:61], SUNSET)
    assert image["url"].startswith("https://easel.example/i/")
    assert isinstance(body["cost"], float)
    assert body["cost"] > 0
    assert isinstance(body["duration"], int)
    shown = door.call("read_images", "GET", urlsplit(image["url"]).path, caller=None)
    assert shown.status == 302


@pytest.mark.requirement("S003-6", "S003-42", "X-32")
def test_the_pages_send_no_watermark_as_null(door: StudioDoor) -> None:
    answer = door.generate({"prompt": "a fox", "imageSize": "1024x1024", "watermark": None})
    other = door.generate({"prompt": "a fox", "watermark": ""})

    assert (answer.status, other.status) == (200, 200)
    newest = door.read("/api/v1/prompts", "limit=1").json["prompts"][0]
    assert (newest["imageSize"], newest["watermark"]) == ("1024x1024", None)


def test_a_title_has_the_first_fifty_characters_of_the_prompt(door: StudioDoor) -> None:
    (image,) = door.generate({"prompt": "x" * 60}).json["images"]

    assert image["title"] == "Generated: " + "x" * 50


@pytest.mark.parametrize("prompt", [None, "", "  ", 5, [], "\u200b"])
@pytest.mark.requirement("S003-48", "S003-71", "X-8")
def test_without_a_prompt_it_says_so_in_the_words_of_the_seed(door: StudioDoor, prompt: Any) -> None:
    answer = door.generate({"prompt": prompt, "imageSize": "1024x1024"})

    assert (answer.status, answer.json["success"]) == (400, False)
    assert answer.json["error"]["message"] == "Prompt is required and must be a non-empty string"


def test_a_prompt_that_is_too_long_says_how_long_it_may_be(door: StudioDoor) -> None:
    answer = door.generate({"prompt": "x" * 10_000})

    assert answer.status == 400
    assert "at most 4000" in answer.json["error"]["message"]


@pytest.mark.parametrize("size", ["640x480", "big", " ", "1024x", "2048x2048"])
@pytest.mark.requirement("S003-5", "S003-72", "X-6")
def test_another_size_is_refused_in_the_words_of_the_seed(door: StudioDoor, size: str) -> None:
    answer = door.generate({"prompt": SUNSET, "imageSize": size})

    assert answer.status == 400
    assert answer.json["error"]["message"] == f"Invalid image size. Supported: {', '.join(SIZES)}"
    assert answer.json["error"]["details"][0] == {
        "field": "imageSize",
        "message": answer.json["error"]["message"],
        "allowed": SIZES,
    }


@pytest.mark.parametrize("size", [*SIZES, "512*512", "1024\u00d71024"])
@pytest.mark.requirement("S003-5", "S003-24", "X-5")
def test_every_size_of_the_seed_is_taken_in_every_spelling(slow: StudioDoor, size: str) -> None:
    answer = slow.generate({"prompt": SUNSET, "imageSize": size})

    assert answer.status == 202
    written = slow.read("/api/v1/prompts", "limit=1").json["prompts"][0]["imageSize"]
    assert written == size.replace("*", "x").replace("\u00d7", "x")
    slow.deliver()


@pytest.mark.parametrize("path", ["/api/v1/images", "/api/v1/prompts"])
@pytest.mark.requirement("S003-73")
def test_nobody_gets_in_without_a_token(door: StudioDoor, path: str) -> None:
    for answer, text in (
        (door.read(path, caller=None), "Authorization header required"),
        (door.read(path, caller={"failure": "invalid"}), "Invalid or expired token"),
        (door.generate({"prompt": SUNSET}, caller=None), "Authorization header required"),
    ):
        assert (answer.status, answer.json["error"]["message"]) == (401, text)


@pytest.mark.parametrize(
    ("error_class", "status", "code"),
    [
        (ProviderErrorClass.QUOTA, 500, "generation_failed"),
        (ProviderErrorClass.AMBIGUOUS, 500, "generation_failed"),
        (ProviderErrorClass.CONTENT, 422, "content_policy"),
        (ProviderErrorClass.CALLER, 422, "input_refused"),
    ],
)
@pytest.mark.requirement("S003-7", "S003-17", "S003-74", "S003-75", "X-21")
def test_what_a_provider_does_not_deliver_is_told_and_remembered(
    door: StudioDoor, error_class: ProviderErrorClass, status: int, code: str
) -> None:
    door.while_waiting = lambda: door.deliver(refusing(error_class))

    answer = door.generate({"prompt": f"fails by {error_class}"})

    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert answer.json["error"]["message"].startswith("Image generation failed: ")
    newest = door.read("/api/v1/prompts", "limit=1").json["prompts"][0]
    assert (newest["prompt"], newest["status"]) == (f"fails by {error_class}", "FAILED")
    assert answer.json["error"]["message"].endswith(newest["errorMessage"])


@pytest.mark.requirement("X-4", "X-19", "S003-4", "S003-80")
def test_what_takes_longer_than_the_gateway_waits_has_the_same_shape(slow: StudioDoor) -> None:
    answer = slow.generate({"prompt": "slow"})

    assert answer.status == 202
    assert (answer.json["success"], answer.json["status"]) == (True, "PENDING")
    assert answer.header("Retry-After")
    assert (answer.header("Location") or "").endswith(f"/api/v1/generations/{answer.json['promptId']}")
    # What the page reads: the array, and numbers to format.
    assert len(answer.json["images"]) == 1
    assert (answer.json["cost"], answer.json["duration"] >= 0) == (0.0, True)
    path = urlsplit(answer.json["images"][0]["url"]).path
    assert slow.call("read_images", "GET", path, caller=None).status == 202
    slow.deliver()
    assert slow.call("read_images", "GET", path, caller=None).status == 302


@pytest.mark.requirement("S003-12", "S003-49", "S003-50", "S003-51", "S003-52", "S003-56", "S003-67", "X-7", "X-35")
def test_the_gallery_has_rows_a_summary_and_pages(door: StudioDoor) -> None:
    before = door.read("/api/v1/images", "limit=1&offset=1").json
    made = [door.generate({"prompt": f"image {number}"}).json for number in range(3)]
    door.while_waiting = lambda: door.deliver(refusing(ProviderErrorClass.CONTENT))
    door.generate({"prompt": "refused"})

    whole = door.read("/api/v1/images", "limit=20&offset=0").json
    second = door.read("/api/v1/images", "limit=1&offset=1").json

    assert whole["summary"]["totalGenerated"] == before["summary"]["totalGenerated"] + 3
    assert whole["summary"]["totalCost"] == pytest.approx(
        before["summary"]["totalCost"] + sum(one["cost"] for one in made)
    )
    assert second["pagination"]["total"] == before["pagination"]["total"] + 3
    assert {name: whole["pagination"][name] for name in ("limit", "offset")} == {"limit": 20, "offset": 0}
    assert [row["prompt"] for row in whole["images"][:3]] == ["image 2", "image 1", "image 0"]
    first, newest = whole["images"][0], made[-1]
    assert (first["promptId"], first["imageId"]) == (newest["promptId"], newest["images"][0]["id"])
    assert (first["cost"], first["url"]) == (newest["cost"], newest["images"][0]["url"])
    assert isinstance(first["durationMs"], int)
    assert first["createdAt"].endswith("Z")
    assert [row["prompt"] for row in second["images"]] == ["image 1"]
    assert second["pagination"]["offset"] == 1
    by_cursor = door.read("/api/v1/images", f"limit=1&cursor={second['pagination']['nextCursor']}").json
    assert [row["prompt"] for row in by_cursor["images"]] == ["image 0"]


def test_images_in_the_trash_are_not_in_the_gallery(door: StudioDoor) -> None:
    kept, gone = (door.generate({"prompt": prompt}).json["images"][0]["id"] for prompt in ("kept", "gone"))
    before = door.read("/api/v1/images", "limit=2").json
    assert [row["imageId"] for row in before["images"]] == [gone, kept]

    door.call("manage_trash", "POST", "/api/v1/gallery/trash", body={"imageIds": [gone]})

    assert door.read("/api/v1/images", "limit=2").json["images"][0]["imageId"] == kept


@pytest.mark.requirement("S003-8", "S003-13", "S003-18", "S003-53", "S003-54", "S003-66", "S003-85", "S003-86")
def test_the_history_has_every_request(door: StudioDoor) -> None:
    door.generate({"prompt": "earlier"})
    door.generate({"prompt": "remembered", "imageSize": "512x512"})

    answer = door.read("/api/v1/prompts", "limit=50&offset=0")

    assert set(answer.json) == {"success", "prompts"}
    row = answer.json["prompts"][0]
    assert (row["prompt"], row["taskType"], row["imageSize"]) == ("remembered", "TEXT_TO_IMAGE", "512x512")
    assert (row["status"], row["errorMessage"]) == ("COMPLETED", None)
    assert row["cost"] > 0
    assert isinstance(row["durationMs"], int)
    next_page = door.read("/api/v1/prompts", "limit=1")
    assert 'rel="next"' in (next_page.header("Link") or "")


@pytest.mark.parametrize("name", ["limit", "offset"])
@pytest.mark.parametrize("path", ["/api/v1/images", "/api/v1/prompts"])
def test_a_negative_number_of_a_query_is_told_the_range(door: StudioDoor, path: str, name: str) -> None:
    answer = door.read(path, f"{name}=-1")

    (fault,) = answer.json["error"]["details"]
    assert (answer.status, fault["field"]) == (400, name)
    assert fault["allowed"]["minimum"] == {"limit": 1, "offset": 0}[name]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "offset=-1", "offset=5000", "page=1", "offset=1&cursor=x"])
def test_pages_that_there_are_not_are_refused(door: StudioDoor, query: str) -> None:
    answer = door.read("/api/v1/images", query)

    assert (answer.status, answer.json["success"]) == (400, False)
    assert answer.json["error"]["details"][0]["field"] in {"limit", "offset", "page", "cursor"}


@pytest.mark.requirement("S003-67")
@pytest.mark.parametrize(("channel", "sees"), [("api", True), ("telegram", False)])
def test_every_member_sees_costs_and_nobody_whom_a_bot_brings(door: StudioDoor, channel: str, sees: object) -> None:
    member = json.loads(door.functions._caller["principal"]) | {"roles": ["member"], "channel": channel}
    member["scopes"] = ["generations:read", "generations:write"]
    caller = {"principal": json.dumps(member)}

    made = door.generate({"prompt": "what it costs"}, caller=caller)

    assert made.status == 200
    costs = [
        made.json["cost"],
        door.read("/api/v1/images", caller=caller).json["summary"]["totalCost"],
        door.read("/api/v1/images", "limit=1", caller=caller).json["images"][0]["cost"],
        door.read("/api/v1/prompts", "limit=1", caller=caller).json["prompts"][0]["cost"],
    ]
    assert all(isinstance(cost, float) and (cost > 0) is sees for cost in costs), costs


def test_the_total_counts_what_is_there(door: StudioDoor) -> None:
    kept, gone = (door.generate({"prompt": prompt}).json["promptId"] for prompt in ("kept", "gone"))
    before = door.read("/api/v1/images", "limit=1").json["pagination"]["total"]

    door.call("delete_images", "DELETE", f"/api/v1/generations/{gone}")

    page = door.read("/api/v1/images", "limit=1").json
    assert (page["images"][0]["promptId"], page["pagination"]["total"]) == (kept, before - 1)


def test_pages_up_to_the_total_have_every_image_though_others_were_deleted_one_by_one(door: StudioDoor) -> None:
    made = [door.generate({"prompt": f"page {number}"}).json["images"][0]["id"] for number in range(5)]
    for gone in made[1:4]:
        door.call("delete_images", "DELETE", f"/api/v1/images/{gone}")

    total = door.read("/api/v1/images", "limit=2").json["pagination"]["total"]
    pages = [door.read("/api/v1/images", f"limit=2&offset={offset}").json for offset in range(0, total, 2)]

    shown = [row["imageId"] for page in pages for row in page["images"]]
    assert [image for image in shown if image in made] == [made[4], made[0]]
    assert len(shown) == len(set(shown))


@pytest.mark.requirement("S003-87", "S003-112")
def test_pictures_to_work_from_are_addresses_images_and_uploads(door: StudioDoor) -> None:
    first = door.generate({"prompt": "a fox"}).json["images"][0]

    for source in (first["id"], first["id"].upper(), first["url"]):
        made = door.generate({"prompt": "the same in snow", "sourceImages": [source]})
        assert made.status == 200, made.body
        assert door.read("/api/v1/prompts", "limit=1").json["prompts"][0]["taskType"] == "IMAGE_TO_IMAGE"
    missing = "019a9f1c-0000-7000-8000-00000000000f"
    for body, field in (
        ({"sourceImages": [first["id"], missing]}, "sourceImages[1]"),
        ({"sourceImages": [first["id"]], "uploadIds": [missing]}, "uploadIds[0]"),
        ({"uploadIds": ["an upload"]}, "uploadIds[0]"),
        ({"sourceImages": ["a picture"]}, "sourceImages[0]"),
        ({"sourceImages": [first["id"]], "mask": first["id"]}, "mask"),
        ({"mask": first["id"], "maskUploadId": missing}, "mask"),
        ({"sourceImages": [first["id"]], "maskUploadId": missing}, "maskUploadId"),
        ({"sourceImages": [first["id"], f"{BASE_URL}/i/cut"]}, "sourceImages[1]"),
    ):
        refused = door.generate({"prompt": "the same in snow", **body})
        (fault,) = refused.json["error"]["details"]
        assert (400 <= refused.status < 500, fault["field"]) == (True, field), refused.body
        assert "reference" not in refused.json["error"]["message"]


@pytest.mark.parametrize(
    ("pictures", "fields"),
    [
        ({"sourceImages": 11}, ["sourceImages"]),
        ({"source_images": 11}, ["source_images"]),
        ({"uploadIds": 11}, ["uploadIds"]),
        ({"sourceImages": 6, "uploadIds": 5}, ["sourceImages", "uploadIds"]),
    ],
)
def test_too_many_pictures_are_told_by_the_fields_that_were_sent(
    door: StudioDoor, pictures: dict[str, int], fields: list[str]
) -> None:
    one = "019a9f1c-0000-7000-8000-00000000000f"

    answer = door.generate({"prompt": "a fox", **{name: [one] * count for name, count in pictures.items()}})

    assert answer.status == 400
    faults = answer.json["error"]["details"]
    assert [(fault["field"], fault["allowed"]) for fault in faults] == [(name, {"maximum": 10}) for name in fields]


@pytest.mark.parametrize("name", ["imageSize", "image_size", "size"])
def test_a_size_at_fault_is_named_as_it_was_sent(door: StudioDoor, name: str) -> None:
    answer = door.generate({"prompt": "a fox", "model": "seedream-v4", name: "1x1"})

    (fault,) = answer.json["error"]["details"]
    assert (answer.status, fault["field"]) == (400, name)
    assert ("There is no field" in fault["message"]) == (name == "size"), "this door has no such field"


@pytest.mark.requirement("X-28")
def test_the_body_tells_the_studio_from_the_content_door(door: StudioDoor) -> None:
    item = {"contentItemId": "post-9", "title": "A title"}
    for path in ("/api/v1/images/generate", "/api/images/generate"):
        assert "promptId" in door.generate({"prompt": "a fox"}, path).json
        assert "imageUrl" in door.generate(item, path).json
        both = door.generate({**item, "prompt": "a fox"}, path)
        assert (both.status, "contentItemId" in both.body, "prompt" in both.body) == (400, True, True)
    mixed = door.generate({"contentItemId": "c", "prompt": "a fox"}).json["error"]
    assert {fault["message"] for fault in mixed["details"]} >= {mixed["message"]}
    assert "is required" not in mixed["message"]
    assert door.generate({}).json["error"]["message"] == "Prompt is required and must be a non-empty string"
    neither = door.generate({}, "/api/images/generate")
    assert neither.json["error"] == "contentItemId and title are required"


@pytest.mark.requirement("S003-87", "S003-90", "S003-112")
def test_a_request_may_say_what_is_not_wanted_and_what_to_work_from(door: StudioDoor) -> None:
    answer = door.generate({"prompt": "a fox", "negativePrompt": " snow "})
    assert door.functions.provider.tasks[-1].prompt == "a fox\n\nDo not show: snow."
    newest = door.read("/api/v1/prompts", "limit=1").json["prompts"][0]
    assert (answer.json["images"][0]["prompt"], newest["prompt"]) == ("a fox", "a fox")
    assert answer.json["images"][0]["title"] == "Generated: a fox"

    refused = door.generate({"prompt": "a fox", "sourceImages": ["https://127.0.0.1/a.png"]})

    assert (refused.status, refused.json["error"]["details"][0]["field"]) == (400, "sourceImages[0]")


def test_what_is_not_wanted_is_refused_by_its_own_name_when_it_is_too_long(door: StudioDoor) -> None:
    for prompt, negative in (("a fox", "x" * 5_000), ("x" * 3_900, "y" * 200)):
        answer = door.generate({"prompt": prompt, "negativePrompt": negative})

        (fault,) = answer.json["error"]["details"]
        assert (answer.status, fault["field"]) == (400, "negativePrompt")

"""The content door over the emulated AWS: the examples of seed 004, and the requests of its live clients."""

from __future__ import annotations

import io
import json
import logging
from base64 import b64decode
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from tests.functions.api.harness import Answer, http_event
from tests.functions.api.waiting_doors import WaitingDoor, give_up_at_once, make_while_waiting, workspace_of_a_door
from tests.support.engine import refusing
from tests.support.folders import api_folder

from easel.errors import ProviderErrorClass, StorageUnavailable
from easel.ids import new_id
from easel.observability import logger
from easel.wiring.aws import aws_client

if TYPE_CHECKING:
    from tests.support.emulator import Emulator
    from tests.support.operations import Functions

pytestmark = pytest.mark.long

ITEM = {"contentItemId": "post-7", "title": "Ten ways to water a balcony garden"}
ADDRESS_SLASHES = 4
FUNCTIONS = {
    "POST": "submit_content_image",
    "POST /api/images/generate": "studio_submit_generation",
    "GET": "read_content_images",
    "PUT": "manage_content_images",
    "PATCH": "manage_content_images",
    "DELETE": "manage_content_images",
}


class _Tags(HTMLParser):
    """The tags of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)


class ContentDoor(WaitingDoor):
    """The door as its clients see it."""

    def ask(self, method: str, path: str, **options: Any) -> Answer:
        return self.call(FUNCTIONS.get(f"{method} {path}") or FUNCTIONS[method], method, path, **options)

    def file(self, address: str, method: str = "GET", **options: Any) -> Answer:
        path = urlsplit(address).path
        function = "show_rendition" if path.count("/") > ADDRESS_SLASHES else "read_content_file"
        return self.call(function, method, path, caller=None, **options)

    def make(self, body: Any = ITEM, path: str = "/api/v1/images", **options: Any) -> Answer:
        """A request whose picture is there before it has waited long."""
        return self.ask("POST", path, body=body, **options)

    def stored_under(self, made: dict[str, Any]) -> list[str]:
        """The objects that the bucket has of a picture."""
        bucket = self.functions.environment["IMAGES_BUCKET_NAME"]
        found = aws_client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
        return [entry["Key"] for entry in found if made["imageId"] in entry["Key"]]


@pytest.fixture(scope="module")
def functions(emulator: Emulator) -> Iterator[Functions]:
    doors = "canonical,studio,content"
    settings = {"CONTENT_MODEL": "seedream-v4", "CONTENT_PROVIDER": "any", "STUDIO_MODEL": "sandbox"}
    settings["CONTENT_BASE_URL"] = "https://easel.example"
    with workspace_of_a_door(emulator, EASEL_DOORS=doors, **settings) as functions:
        yield functions


@pytest.fixture
def door(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> ContentDoor:
    door = ContentDoor(functions)
    make_while_waiting(door, monkeypatch)
    return door


@pytest.fixture
def slow(door: ContentDoor, monkeypatch: pytest.MonkeyPatch) -> ContentDoor:
    """Nothing is made while a request waits, and its time is over at once."""
    give_up_at_once(door, monkeypatch)
    return door


def item(name: str, **more: Any) -> dict[str, Any]:
    return {"contentItemId": name, "title": "Ten ways to water a balcony garden", **more}


# --- user story 1: from inside ----------------------------------------------------------------------------------------


@pytest.mark.requirement(
    "S004-3",
    "S004-5",
    "S004-6",
    "S004-7",
    "S004-9",
    "S004-37",
    "S004-40",
    "S004-41",
    "S004-53",
    "X-4",
    "X-15",
)
def test_a_picture_is_made_for_a_content_item_and_lies_at_a_public_address(door: ContentDoor) -> None:
    answer = door.make({**item("story-1"), "description": "Clay spikes, mulch, shade."})

    assert answer.status == 200
    body = answer.json
    assert body["success"] is True
    assert body["imageUrl"].startswith("https://easel.example/media/draft-images/story-1/hero-")
    assert (body["contentItemId"], body["variant"], body["version"], body["status"]) == (
        "story-1",
        "hero",
        1,
        "COMPLETED",
    )
    served = door.file(body["imageUrl"])
    assert served.status == 200
    assert (served.header("Content-Type"), len(served.data)) == (body["mediaType"], body["byteCount"])
    picture = Image.open(io.BytesIO(served.data))
    assert picture.size == (body["width"], body["height"])


@pytest.mark.parametrize(("variant", "ratio"), [("hero", 16 / 9), ("inline", 4 / 3)])
@pytest.mark.requirement("S004-38", "S004-47", "S004-52")
def test_a_variant_decides_over_shape_and_prompt(door: ContentDoor, variant: str, ratio: float) -> None:
    body = door.make(item(f"shape-{variant}", variant=variant, description="Mulch keeps pots moist.")).json

    assert body["model"] == "seedream-v4", "the deployment's setting"
    assert body["width"] / body["height"] == pytest.approx(ratio, rel=0.03)
    prompt = door.functions.provider.tasks[-1].prompt
    assert "Ten ways to water" in prompt
    assert "Mulch keeps pots moist." in prompt
    assert ("headline can lie over" in prompt) is (variant == "hero")


MISSING = [{}, {"contentItemId": "post-7"}, {"title": "A title"}, item(""), {"contentItemId": "post-7", "title": " "}]


@pytest.mark.parametrize("body", MISSING, ids=json.dumps)
@pytest.mark.parametrize("path", ["/api/v1/images", "/api/images/generate", "/api/images"])
@pytest.mark.requirement("S004-8", "S004-42", "S004-43", "S004-61")
def test_what_is_required_is_said_in_the_words_of_the_old_service(door: ContentDoor, body: Any, path: str) -> None:
    answer = door.make(body, path)

    assert (answer.status, answer.header("Content-Type")) == (400, "application/json")
    assert answer.json["error"] == "contentItemId and title are required"
    assert answer.json["timestamp"]
    assert {fault["field"] for fault in answer.json["details"]} <= {"contentItemId", "title"}


# --- user story 2: from outside ---------------------------------------------------------------------------------------


@pytest.mark.requirement("S004-2", "S004-10", "S004-12", "S004-15", "S004-44", "S004-65")
def test_a_person_who_signed_in_gets_what_a_key_gets(door: ContentDoor) -> None:
    principal = json.loads(door.functions._caller["principal"])
    person = {**principal, "keyId": "signed-in", "key_id": "signed-in", "channel": "web", "budget_keys": []}

    internal = door.make(item("both-1"), "/api/images/generate")
    external = door.make(item("both-2"), caller={"principal": json.dumps(person)})

    assert (internal.status, external.status) == (200, 200)
    assert internal.json.keys() == external.json.keys()


@pytest.mark.parametrize("path", ["/api/v1/images", "/api/images/generate", "/api/images", "/generate"])
@pytest.mark.requirement("S004-14")
def test_nobody_has_pictures_made_without_a_credential(door: ContentDoor, path: str) -> None:
    answer = door.make(ITEM, path, caller=None)

    assert (answer.status, answer.json["code"]) == (401, "unauthenticated")
    assert answer.json["error"] == "Authorization header required"


# --- user story 3: files ----------------------------------------------------------------------------------------------


@pytest.fixture
def made(door: ContentDoor) -> dict[str, Any]:
    body: dict[str, Any] = door.make(item(new_id())).json
    return body


@pytest.mark.requirement("S004-16", "S004-17", "S004-18", "S004-19", "S004-21", "S004-41", "S004-58")
def test_a_file_has_a_type_a_length_a_tag_and_may_be_cached(door: ContentDoor, made: dict[str, Any]) -> None:
    served = door.file(made["imageUrl"])

    assert served.header("Content-Type") in {"image/png", "image/jpeg"}
    assert served.header("Cache-Control") == "public, max-age=60"
    assert served.header("Last-Modified")
    assert served.header("Accept-Ranges") == "bytes"
    tag = served.header("ETag")
    again = door.file(made["imageUrl"], headers={"If-None-Match": tag})
    assert (again.status, again.body, again.header("ETag")) == (304, "", tag)
    assert again.header("Content-Type") == served.header("Content-Type")


def test_head_has_the_headers_without_the_file(door: ContentDoor, made: dict[str, Any]) -> None:
    served = door.file(made["imageUrl"], "HEAD")

    assert (served.status, served.body, served.data) == (200, "", b"")
    assert served.header("Content-Length") == str(made["byteCount"])
    assert served.header("Content-Type") == made["mediaType"]


@pytest.mark.parametrize(
    ("asked", "start", "end"), [("bytes=0-9", 0, 9), ("bytes=10-", 10, None), ("bytes=-5", -5, None)]
)
def test_a_part_of_a_file_is_served(
    door: ContentDoor, made: dict[str, Any], asked: str, start: int, end: int | None
) -> None:
    whole, total = door.file(made["imageUrl"]).data, made["byteCount"]

    part = door.file(made["imageUrl"], headers={"Range": asked})

    first, last = start % total, total - 1 if end is None else end
    assert (part.status, part.data) == (206, whole[first : last + 1])
    assert part.header("Content-Range") == f"bytes {first}-{last}/{total}"


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=5-2", "bytes=-", "pixels=1-2", "bytes=0-1,4-5"])
def test_a_range_that_cannot_be_served_is_the_whole_file(door: ContentDoor, made: dict[str, Any], asked: str) -> None:
    served = door.file(made["imageUrl"], headers={"Range": asked})

    assert (served.status, len(served.data)) == (200, made["byteCount"])


@pytest.mark.parametrize(
    "path", ["post-7/hero-1764000000000.png", "post-7/secret.txt", "..%2F..%2Fetc/hero-1764000000000.png", "a%00/x"]
)
@pytest.mark.requirement("S004-20", "S004-61")
def test_what_is_not_there_is_a_404_in_json(door: ContentDoor, path: str) -> None:
    answer = door.file(f"/media/draft-images/{path}")

    assert (answer.status, answer.header("Content-Type"), answer.json["error"]) == (
        404,
        "application/json",
        "Image not found",
    )


def test_a_file_that_is_too_large_for_an_answer_is_a_redirect(
    door: ContentDoor, made: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("easel.doors.content.files.MOST_BYTES", 100)

    redirect = door.file(made["imageUrl"])
    part = door.file(made["imageUrl"], headers={"Range": "bytes=0-"})

    assert redirect.status == 302
    assert "X-Amz-Signature" in (redirect.header("Location") or "")
    assert (part.status, len(part.data)) == (206, 100)


# --- user story 4: deletion -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/api/v1/images/{}", "/api/images/{}", "/api/images/escaped"])
@pytest.mark.requirement("S004-22", "S004-23", "S004-24", "S004-25", "S004-27", "S004-46", "S004-60")
def test_a_deleted_picture_is_gone(door: ContentDoor, made: dict[str, Any], address: str) -> None:
    path = address.format(made["id"]) if "{}" in address else f"/api/images/{made['id'].replace('/', '%2F')}"

    deleted = door.ask("DELETE", path)

    assert (deleted.status, deleted.json) == (200, {"success": True, "id": made["id"]})
    assert door.file(made["imageUrl"]).status == 404
    assert door.stored_under(made) == []
    again = door.ask("DELETE", path)
    assert (again.status, again.json["error"]) == (404, "Image not found")


def test_a_picture_that_is_being_made_is_deleted_once_it_is_finished(slow: ContentDoor) -> None:
    made = slow.make(item(new_id())).json

    early = slow.ask("DELETE", f"/api/images/{made['id']}")
    slow.deliver()
    late = slow.ask("DELETE", f"/api/images/{made['id']}")

    assert (early.status, early.json["code"], late.status) == (409, "conflict", 200)


def test_a_version_whose_picture_was_deleted_by_its_own_id_can_be_deleted_too(door: ContentDoor) -> None:
    name = new_id()
    older, made = door.make(item(name)).json, door.make(item(name, title="Another")).json
    door.call("delete_images", "DELETE", f"/api/v1/images/{made['imageId']}")

    assert door.file(made["imageUrl"]).status == 404
    assert door.ask("GET", f"/api/v1/images/{made['id']}").status == 404
    listed = door.ask("GET", f"/api/v1/content-items/{name}/images").json["images"]
    assert [(one["imageId"], one["isCurrent"]) for one in listed] == [(older["imageId"], True)]
    assert door.ask("DELETE", f"/api/images/{made['id']}").status == 200


@pytest.mark.requirement("S004-26")
def test_a_picture_that_is_not_there_cannot_be_deleted(door: ContentDoor) -> None:
    answer = door.ask("DELETE", "/api/images/post-7/hero-1764000000000.png")

    assert (answer.status, answer.json["error"]) == (404, "Image not found")


@pytest.mark.requirement("X-13", "S000-60")
def test_any_picture_is_deleted_by_its_own_id_where_it_is_read_by_it(door: ContentDoor, made: dict[str, Any]) -> None:
    path = f"/api/images/{made['imageId'].upper()}"

    foreign = door.ask("DELETE", path, caller=a_stranger_to(door))
    assert (foreign.status, foreign.json["error"]) == (404, "Image not found")
    assert door.file(made["imageUrl"]).status == 200

    answers = [door.ask("DELETE", path) for _ in range(2)]

    assert [(one.status, one.json) for one in answers] == [(200, {"success": True, "id": made["imageId"]})] * 2
    assert door.file(made["imageUrl"]).status == 404
    assert door.stored_under(made) == []


@pytest.mark.parametrize("image_id", ["hero-1764000000000.png", "019a9f1c00007000800000000000000f"])
def test_an_id_without_a_slash_is_refused_in_the_words_of_the_old_service(door: ContentDoor, image_id: str) -> None:
    answer = door.ask("DELETE", f"/api/images/{image_id}")

    assert answer.status == 400
    assert answer.json["error"] == "Invalid image ID format. Expected: contentItemId/filename"


def a_stranger_to(door: ContentDoor) -> dict[str, Any]:
    """The caller's context in another workspace."""
    principal = json.loads(door.functions._caller["principal"]) | {"workspace_id": new_id()}
    return {"principal": json.dumps(principal)}


def test_pictures_of_another_workspace_are_not_there(door: ContentDoor, made: dict[str, Any]) -> None:
    assert door.ask("DELETE", f"/api/images/{made['id']}", caller=a_stranger_to(door)).status == 404
    assert door.ask("GET", f"/api/v1/images/{made['id']}", caller=a_stranger_to(door)).status == 404
    versions = door.ask("GET", f"/api/v1/content-items/{made['contentItemId']}/images", caller=a_stranger_to(door))
    assert versions.status == 404
    assert door.file(made["imageUrl"]).status == 200


@pytest.mark.requirement("S004-50")
def test_requests_and_errors_are_logged_with_their_request(slow: ContentDoor) -> None:
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(logger.registered_formatter)
    ours = logging.getLogger(logger.name)
    ours.addHandler(handler)

    made = slow.make(item("logged"), headers={"X-Request-ID": "a-request-of-ours"})
    refused = slow.make({"title": "no item"}, headers={"X-Request-ID": "a-wrong-one"})

    lines = [json.loads(line) for line in handler.stream.getvalue().splitlines()]
    ours.removeHandler(handler)
    served = {line["request_id"]: line for line in lines if line.get("message") == "request served"}
    assert (served["a-request-of-ours"]["status"], served["a-wrong-one"]["status"]) == (made.status, refused.status)
    assert (made.status, refused.status) == (202, 400)
    assert {"method", "ms"} <= served["a-wrong-one"].keys()


@pytest.mark.requirement("S004-55")
def test_of_many_requests_all_succeed_but_those_that_vendors_fail(door: ContentDoor) -> None:
    """The share of 95 in 100 is measured by `make bench`, with vendors that take their time."""
    statuses = [door.make(item(f"many-{number}")).status for number in range(10)]
    door.while_waiting = lambda: door.deliver(refusing(ProviderErrorClass.CONTENT))
    failed = door.make(item("many-failed"))

    assert statuses == [200] * 10
    assert (failed.status, failed.json["reason"]) == (422, "content_policy")


# --- what pages need --------------------------------------------------------------------------------------------------


def test_pages_are_given_widths_crops_and_a_ready_piece_of_html(door: ContentDoor) -> None:
    body = door.make({**item("page"), "title": 'Tea & "cake" <now>'}, query="include=html,meta").json

    meta, address = body["meta"], body["imageUrl"]
    assert (meta["width"], meta["height"]) == (body["width"], body["height"])
    widths = [width for width in (480, 768, 1200, 1600) if width <= body["width"]]
    assert meta["srcset"] == ", ".join(f"{address}/w{width}.jpg {width}w" for width in widths)
    assert meta["srcsetWebp"] == ", ".join(f"{address}/w{width}.webp {width}w" for width in widths)
    assert meta["ogImageUrl"] == f"{address}/og.jpg"
    html = body["html"]
    assert 'alt="Tea &amp; &quot;cake&quot; &lt;now&gt;"' in html
    assert f'width="{body["width"]}" height="{body["height"]}"' in html
    parser = _Tags()
    parser.feed(html)
    assert parser.found == ["picture", "source", "img"]
    listed = door.ask("GET", "/api/v1/content-items/page/images", query="include=meta").json["images"][0]
    assert (listed["meta"], listed["html"]) == (meta, None)
    one = door.ask("GET", f"/api/v1/images/{body['id']}").json
    assert (one["meta"], one["html"]) == (None, None)
    refused = door.ask("GET", f"/api/v1/images/{body['id']}", query="include=exif")
    assert (refused.status, refused.json["details"][0]["field"]) == (400, "include")


@pytest.mark.parametrize(
    ("name", "kind", "size"),
    [
        ("og.jpg", "JPEG", (1200, 630)),
        ("square.jpg", "JPEG", (1200, 1200)),
        ("w480.webp", "WEBP", (480, None)),
        ("w768.jpg", "JPEG", (768, None)),
    ],
)
def test_a_rendition_is_made_once_and_served_like_the_picture(
    door: ContentDoor, made: dict[str, Any], name: str, kind: str, size: tuple[int, int | None]
) -> None:
    address = f"{made['imageUrl']}/{name}"

    first, again = door.file(address), door.file(address)

    assert (first.status, again.data) == (200, first.data)
    picture = Image.open(io.BytesIO(first.data))
    assert (picture.format, picture.width) == (kind, size[0])
    assert picture.height == (size[1] or round(made["height"] * size[0] / made["width"]))
    assert len(first.data) < 1_000_000
    assert b"trainedAlgorithmicMedia" in first.data
    assert first.header("Content-Type") == f"image/{kind.lower()}"
    head = door.file(address, "HEAD")
    assert (head.data, head.header("Content-Length")) == (b"", str(len(first.data)))
    tag = first.header("ETag") or ""
    assert tag != door.file(made["imageUrl"]).header("ETag")
    assert door.file(address, headers={"If-None-Match": tag}).status == 304
    part = door.file(address, headers={"Range": "bytes=0-9"})
    assert (part.status, part.data) == (206, first.data[:10])
    assert door.file(f"{made['imageUrl']}/w99999.jpg").status == 404


def test_a_rendition_waits_for_its_picture_and_goes_with_it(slow: ContentDoor) -> None:
    body = slow.make(item("rendered")).json
    address = f"{body['imageUrl']}/og.jpg"
    assert slow.file(address).status == 202
    slow.deliver()
    assert slow.file(address).status == 200
    assert any("renditions/og-" in key for key in slow.stored_under(body))

    assert slow.ask("DELETE", f"/api/images/{body['id']}").status == 200

    assert slow.file(address).status == 404


def test_the_texts_of_a_version_can_be_changed_and_are_its_own(door: ContentDoor) -> None:
    made = door.make(item("texts"), query="include=html").json
    path = f"/api/v1/content-items/texts/images/{made['imageUrl'].rpartition('/')[2]}"

    changed = door.ask("PATCH", path, body={"alt": " A balcony\n in July ", "caption": "Photo: nobody"})

    assert changed.status == 200
    assert (changed.json["alt"], changed.json["caption"], changed.json["title"]) == (
        "A balcony in July",
        "Photo: nobody",
        made["title"],
    )
    read = door.ask("GET", f"/api/v1/images/{made['id']}", query="include=html").json
    assert 'alt="A balcony in July"' in read["html"]
    assert door.ask("GET", "/api/v1/content-items/texts/images").json["images"][0]["alt"] == "A balcony in July"
    back = door.ask("PATCH", path, body={"alt": None, "title": "Another headline"}).json
    assert (back["alt"], back["caption"]) == ("Another headline", "Photo: nobody")
    decorates = door.ask("PATCH", path, body={"alt": ""}).json
    assert decorates["alt"] == ""
    further = door.make({"contentItemId": "texts", "title": "A third one"}).json
    assert (further["alt"], further["caption"]) == ("A third one", None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"alt": "x" * 126}, "alt"),
        ({"caption": "x" * 501}, "caption"),
        ({"title": " "}, "title"),
        ({"title": None}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"alt": 7}, "alt"),
        ({"words": "x"}, "words"),
    ],
)
def test_texts_that_cannot_be_kept_are_refused(
    door: ContentDoor, made: dict[str, Any], body: dict[str, Any], field: str
) -> None:
    name = made["imageUrl"].rpartition("/")[2]

    answer = door.ask("PATCH", f"/api/v1/content-items/{made['contentItemId']}/images/{name}", body=body)

    assert (answer.status, answer.json["details"][0]["field"]) == (400, field)


def test_letters_are_kept_out_of_pictures_unless_they_are_allowed(door: ContentDoor) -> None:
    door.make(item("letters"))
    plain = door.functions.provider.tasks[-1].prompt
    door.make({**item("letters"), "allowText": True})
    lettered = door.functions.provider.tasks[-1].prompt

    assert "No letters, words" in plain
    assert "No letters" not in lettered
    assert "Letters and words may be part of the scene" in lettered


# --- edge cases -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error_class", "status", "reason"),
    [
        (ProviderErrorClass.QUOTA, 500, "provider_unavailable"),
        (ProviderErrorClass.AUTH, 500, "provider_not_configured"),
        (ProviderErrorClass.CONTENT, 422, "content_policy"),
        (ProviderErrorClass.CALLER, 422, "provider_rejected_input"),
        (ProviderErrorClass.AMBIGUOUS, 500, "provider_outcome_unknown"),
    ],
)
@pytest.mark.requirement("S004-28", "S004-31", "S004-43", "X-21")
def test_what_a_provider_does_not_deliver_is_an_error_and_never_a_picture(
    door: ContentDoor, error_class: ProviderErrorClass, status: int, reason: str
) -> None:
    door.while_waiting = lambda: door.deliver(refusing(error_class))

    answer = door.make(item(f"fails-{error_class}"))

    assert (answer.status, answer.json["reason"]) == (status, reason)
    assert answer.json["error"].startswith("Image generation failed: ")
    assert answer.json["success"] is False
    assert "imageUrl" not in answer.json
    (version,) = door.ask("GET", f"/api/v1/content-items/fails-{error_class}/images").json["images"]
    assert (version["status"], version["isCurrent"]) == ("FAILED", False)
    assert door.file(version["imageUrl"]).status == 404


@pytest.mark.requirement("S004-29", "S004-36", "S004-67", "X-36")
def test_every_request_for_an_item_makes_a_version_and_the_newest_finished_one_is_current(door: ContentDoor) -> None:
    titles = ["First", "Second", "Third"]
    bodies = [door.make({"contentItemId": "versions", "title": title}).json for title in titles]

    listed = door.ask("GET", "/api/v1/content-items/versions/images").json["images"]

    assert [body["version"] for body in bodies] == [1, 2, 3]
    assert [body["isCurrent"] for body in bodies] == [True, True, True], "each was, when it was made"
    one_by_one = [door.ask("GET", f"/api/v1/images/{body['id']}").json["isCurrent"] for body in bodies]
    assert one_by_one == [False, False, True]
    assert len({body["imageUrl"] for body in bodies}) == 3
    assert [(one["title"], one["isCurrent"]) for one in listed] == [
        ("Third", True),
        ("Second", False),
        ("First", False),
    ]
    chosen = door.ask(
        "PUT", f"/api/v1/content-items/versions/images/{bodies[0]['imageUrl'].rpartition('/')[2]}/current"
    )
    assert (chosen.status, chosen.json["isCurrent"]) == (200, True)
    again = door.ask("GET", "/api/v1/content-items/versions/images").json["images"]
    assert [one["isCurrent"] for one in again] == [False, False, True]
    renamed = door.ask(
        "PATCH", f"/api/v1/content-items/versions/images/{bodies[1]['id'].rpartition('/')[2]}", body={"alt": "A fox"}
    )
    assert renamed.json["isCurrent"] is False
    later = door.make({"contentItemId": "versions", "title": "Fourth"}).json
    assert later["isCurrent"] is False, "a person has chosen another one"
    assert door.make({"contentItemId": "unknown", "title": "No item"}).json["isCurrent"] is None


def versions_of(door: ContentDoor, name: str, query: str = "") -> list[tuple[str, bool]]:
    """The titles of the listed versions, and whether each is the current one."""
    listed = door.ask("GET", f"/api/v1/content-items/{name}/images", query=query).json["images"]
    return [(one["title"], one["isCurrent"]) for one in listed]


def delete_at_its_address(door: ContentDoor, made: dict[str, Any]) -> Answer:
    return door.ask("DELETE", f"/api/v1/images/{made['id']}")


def delete_by_picture(door: ContentDoor, made: dict[str, Any]) -> Answer:
    return door.call("delete_images", "DELETE", f"/api/v1/images/{made['imageId']}")


def put_into_trash(door: ContentDoor, made: dict[str, Any]) -> Answer:
    return door.call("manage_trash", "POST", "/api/v1/gallery/trash", body={"imageIds": [made["imageId"]]})


@pytest.mark.parametrize("remove", [delete_at_its_address, delete_by_picture, put_into_trash])
def test_without_the_chosen_version_the_newest_is_current_again(door: ContentDoor, remove: Any) -> None:
    name = new_id()
    bodies = [door.make({"contentItemId": name, "title": title}).json for title in ("First", "Second")]
    address = bodies[0]["imageUrl"].rpartition("/")[2]
    assert door.ask("PUT", f"/api/v1/content-items/{name}/images/{address}/current").status == 200
    assert versions_of(door, name) == [("Second", False), ("First", True)]

    assert remove(door, bodies[0]).status < 300

    assert versions_of(door, name) == [("Second", True)]
    assert door.make({"contentItemId": name, "title": "Third"}).json["isCurrent"] is True
    assert versions_of(door, name) == [("Third", True), ("Second", False)]


def test_one_version_is_current_whichever_page_it_is_on(door: ContentDoor) -> None:
    name = new_id()
    bodies = [door.make({"contentItemId": name, "title": title}).json for title in ("First", "Second", "Third")]
    put_into_trash(door, bodies[2])
    page = door.ask("GET", f"/api/v1/content-items/{name}/images", query="limit=1").json

    assert [(one["title"], one["isCurrent"]) for one in page["images"]] == [("Second", True)]
    assert versions_of(door, name, f"limit=1&cursor={page['nextCursor']}") == [("First", False)]
    door.while_waiting = lambda: door.deliver(refusing(ProviderErrorClass.CONTENT))
    door.make({"contentItemId": name, "title": "Fourth"})
    failed = door.ask("GET", f"/api/v1/content-items/{name}/images", query="limit=1").json
    assert [(one["status"], one["isCurrent"]) for one in failed["images"]] == [("FAILED", False)]
    assert versions_of(door, name, f"limit=1&cursor={failed['nextCursor']}") == [("Second", True)]


def test_a_picture_in_the_trash_is_not_joined(door: ContentDoor) -> None:
    name = new_id()
    first = door.make(item(name)).json
    put_into_trash(door, first)

    again = door.make(item(name)).json

    assert (again["version"], door.file(again["imageUrl"]).status) == (2, 200)


@pytest.mark.requirement("X-36", "S004-29")
def test_the_same_request_joins_the_picture_that_it_began(slow: ContentDoor) -> None:
    first, second = slow.make(item("joined")), slow.make(item("joined"))
    other = slow.make(item("joined", variant="inline"))

    assert first.json["imageUrl"] == second.json["imageUrl"] != other.json["imageUrl"]
    assert second.header("Idempotent-Replayed") == "true"
    assert [first.json["version"], other.json["version"]] == [1, 2]


def test_a_failed_picture_is_not_joined(door: ContentDoor) -> None:
    door.while_waiting = lambda: door.deliver(refusing(ProviderErrorClass.CONTENT))
    assert door.make(item("again")).status == 422
    door.while_waiting = door.deliver

    assert door.make(item("again")).json["version"] == 2


def test_a_key_answers_with_the_picture_that_it_began(door: ContentDoor) -> None:
    key = {"Idempotency-Key": "once"}
    first = door.make(item("keyed"), headers=key)
    second = door.make(item("keyed"), headers=key)
    other = door.make(item("keyed", title="Another"), headers=key)

    assert first.json["imageUrl"] == second.json["imageUrl"]
    assert (other.status, other.json["code"]) == (422, "idempotency_key_reused")
    door.ask("DELETE", f"/api/images/{first.json['id']}")
    assert door.make(item("keyed"), headers=key).status == 404


@pytest.mark.requirement("S004-30")
def test_an_object_store_that_does_not_answer_is_an_error_that_may_pass(
    door: ContentDoor, made: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> bytes:
        raise StorageUnavailable("away")

    monkeypatch.setattr("easel.storage.file_reader.S3FileReader.read", away)

    answer = door.file(made["imageUrl"])

    assert (answer.status, answer.json["code"], answer.json["retryable"]) == (503, "storage_unavailable", True)
    assert answer.header("Retry-After")


@pytest.mark.requirement("S004-32", "S004-34", "S004-56", "X-4")
def test_a_picture_that_takes_too_long_is_promised_and_its_address_says_so_until_it_is_there(slow: ContentDoor) -> None:
    answer = slow.make(item("patient"))

    assert answer.status == 202
    assert (answer.json["status"], answer.json["width"]) == ("PENDING", None)
    assert answer.header("Location") == answer.json["imageUrl"]
    assert int(answer.header("Retry-After") or 0) >= 1
    early = slow.file(answer.json["imageUrl"])
    assert (early.status, early.json["status"], early.header("Retry-After")) == (202, "PENDING", "2")
    slow.deliver()
    assert slow.file(answer.json["imageUrl"]).status == 200


@pytest.mark.parametrize(
    ("field", "length"), [("title", 301), ("title", 41_000), ("description", 2_001), ("description", 41_000)]
)
@pytest.mark.requirement("S004-33", "X-18")
def test_a_text_that_is_too_long_is_refused_or_shortened_as_the_caller_wants(
    door: ContentDoor, field: str, length: int
) -> None:
    body = item(f"long-{field}-{length}", **{field: "word " * (length // 5) + "end"})

    refused = door.make(body)
    taken = door.make({**body, "truncate": True})
    internal = door.make({**body, "contentItemId": f"{body['contentItemId']}-internal"}, "/api/images/generate")

    assert refused.status == 400
    assert [fault["field"] for fault in refused.json["details"]] == [field]
    assert (taken.status, internal.status) == (200, 200)
    for answer in (taken, internal):
        assert any(field in warning and "shortened" in warning for warning in answer.json["warnings"])


@pytest.mark.parametrize("body", ["{", '{"contentItemId": "a",}', "[]", '"text"', '{"title": NaN}', "\x00"])
@pytest.mark.parametrize("path", ["/api/v1/images", "/api/images/generate", "/generate"])
@pytest.mark.requirement("S004-35", "S004-61")
def test_a_malformed_body_is_a_400(door: ContentDoor, body: str, path: str) -> None:
    answer = door.make(body, path)

    assert answer.status == 400
    assert isinstance(answer.json["error"], str)
    assert answer.json["code"] in {"malformed_json", "invalid_request"}


@pytest.mark.parametrize(
    ("name", "in_address"),
    [("статья 7", "%D1%81%D1%82%D0%B0%D1%82%D1%8C%D1%8F%207"), ("gid:42@shop", "gid:42@shop"), ("😀", "%F0%9F%98%80")],
)
def test_an_items_id_may_be_any_text_that_fits_into_an_address(door: ContentDoor, name: str, in_address: str) -> None:
    body = door.make(item(name)).json

    assert f"/{in_address}/" in body["imageUrl"]
    assert door.file(body["imageUrl"]).status == 200
    assert door.ask("GET", f"/api/v1/content-items/{in_address}/images").json["images"][0]["id"] == body["id"]


@pytest.mark.parametrize("name", ["a/b", "..", "50%", "a?b", "a#b", "a\\b", "a\nb", "x" * 129, "😀" * 65])
def test_an_items_id_that_does_not_is_refused_with_the_reason(door: ContentDoor, name: str) -> None:
    answer = door.make(item(name))

    assert answer.status == 400
    assert [fault["field"] for fault in answer.json["details"]] == ["contentItemId"]


# --- the live clients -------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S004-49", "S004-59", "S004-68")
def test_the_first_internal_caller_reads_what_it_always_read(door: ContentDoor) -> None:
    """It sends no id of an item when it has none, leaves an unset description out, and reads `ok` and `imageUrl`."""
    sent = {"contentItemId": "unknown", "title": "Watering in July"}

    first = door.make(sent, "/api/images/generate")
    second = door.make({**sent, "title": "Another article"}, "/api/images/generate")

    assert 200 <= first.status < 300
    assert first.json["imageUrl"] != second.json["imageUrl"]
    assert first.json["version"] is None
    name = first.json["imageUrl"].rpartition("/")[2]
    assert name.startswith("hero-")
    assert name.rpartition(".")[2] in {"jpg", "png"}
    # The picture then goes to WordPress: fetched without a credential, its type and name taken from the answer.
    fetched = door.file(first.json["imageUrl"])
    assert (fetched.status, (fetched.header("Content-Type") or "").split("/")[0]) == (200, "image")


@pytest.mark.requirement("S004-49", "S004-59")
def test_the_second_internal_caller_brings_a_prompt(door: ContentDoor) -> None:
    sent = {
        "prompt": "A balcony full of herbs",
        "title": "Herbs",
        "negativePrompt": "people",
        "style": "photorealistic",
        "aspectRatio": "16:9",
        "model": "a field that the old service ignored",
    }

    answer = door.make(sent, "/generate")

    assert answer.status == 200
    assert answer.json["url"] == answer.json["imageUrl"]
    prompt = door.functions.provider.tasks[-1].prompt
    assert prompt == "A balcony full of herbs Style: photorealistic. Do not show: people."
    assert door.make({"prompt": "Herbs", "title": "Herbs"}, "/generate").status == 200
    refused = door.make({"style": "photorealistic"}, "/generate")
    assert (refused.status, refused.json["details"][0]["field"]) == (400, "prompt")


@pytest.mark.parametrize("text", [{"prompt": "Herbs"}, {"title": "Herbs"}], ids=["prompt", "title"])
@pytest.mark.parametrize("ratio", ["2:1", "16:10", "abc", "0:0"])
def test_a_shape_that_the_model_does_not_make_is_refused_and_costs_nothing(
    door: ContentDoor, ratio: str, text: dict[str, str]
) -> None:
    tasks = len(door.functions.provider.tasks)

    answer = door.make({**text, "aspectRatio": ratio}, "/generate")

    (fault,) = answer.json["details"]
    assert (answer.status, fault["field"]) == (400, "aspectRatio")
    assert fault["allowed"] == ["16:9", "4:3", "1:1"]
    assert len(door.functions.provider.tasks) == tasks


@pytest.mark.parametrize(("ratio", "shape"), [("16:9", 16 / 9), ("4:3", 4 / 3), ("1:1", 1)])
def test_a_shape_that_the_model_makes_is_made(door: ContentDoor, ratio: str, shape: float) -> None:
    body = door.make({"prompt": "Herbs", "aspectRatio": ratio}, "/generate").json

    assert body["width"] / body["height"] == pytest.approx(shape, rel=0.03)


@pytest.mark.requirement("S004-39")
def test_bytes_of_an_answer_are_the_stored_ones(door: ContentDoor, made: dict[str, Any]) -> None:
    event = http_event("GET", urlsplit(made["imageUrl"]).path, authorizer=None)
    said = door.functions.invoke(api_folder("read_content_file"), event)

    assert said["isBase64Encoded"] is True
    assert len(b64decode(said["body"])) == made["byteCount"]

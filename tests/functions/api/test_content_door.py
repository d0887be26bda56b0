"""The content door over the emulated AWS: the examples of seed 004, and the requests of its live clients."""

from __future__ import annotations

import io
import json
from base64 import b64decode
from collections.abc import Iterator
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
from easel.wiring.aws import aws_client

if TYPE_CHECKING:
    from tests.support.emulator import Emulator
    from tests.support.operations import Functions

ITEM = {"contentItemId": "post-7", "title": "Ten ways to water a balcony garden"}
FUNCTIONS = {
    "POST": "submit_content_image",
    "POST /api/images/generate": "studio_submit_generation",
    "GET": "read_content_images",
    "PUT": "manage_content_images",
    "DELETE": "manage_content_images",
}


class ContentDoor(WaitingDoor):
    """The door as its clients see it."""

    def ask(self, method: str, path: str, **options: Any) -> Answer:
        return self.call(FUNCTIONS.get(f"{method} {path}") or FUNCTIONS[method], method, path, **options)

    def file(self, address: str, method: str = "GET", **options: Any) -> Answer:
        return self.call("read_content_file", method, urlsplit(address).path, caller=None, **options)

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
    listed = door.ask("GET", f"/api/v1/content-items/{name}/images").json["images"]
    assert [(one["imageId"], one["isCurrent"]) for one in listed] == [
        (made["imageId"], False),
        (older["imageId"], True),
    ]
    assert door.ask("DELETE", f"/api/images/{made['id']}").status == 200


@pytest.mark.requirement("S004-26")
def test_a_picture_that_is_not_there_cannot_be_deleted(door: ContentDoor) -> None:
    answer = door.ask("DELETE", "/api/images/post-7/hero-1764000000000.png")

    assert (answer.status, answer.json["error"]) == (404, "Image not found")


@pytest.mark.parametrize("image_id", ["hero-1764000000000.png", "019a9f1c-0000-7000-8000-000000000001"])
def test_an_id_without_a_slash_is_refused_in_the_words_of_the_old_service(door: ContentDoor, image_id: str) -> None:
    answer = door.ask("DELETE", f"/api/images/{image_id}")

    assert answer.status == 400
    assert answer.json["error"] == "Invalid image ID format. Expected: contentItemId/filename"


def test_pictures_of_another_workspace_are_not_there(door: ContentDoor, made: dict[str, Any]) -> None:
    principal = json.loads(door.functions._caller["principal"]) | {"workspace_id": new_id()}
    stranger = {"principal": json.dumps(principal)}

    assert door.ask("DELETE", f"/api/images/{made['id']}", caller=stranger).status == 404
    assert door.ask("GET", f"/api/v1/images/{made['id']}", caller=stranger).status == 404
    versions = door.ask("GET", f"/api/v1/content-items/{made['contentItemId']}/images", caller=stranger)
    assert versions.status == 404
    assert door.file(made["imageUrl"]).status == 200


# --- edge cases -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error_class", "status", "reason"),
    [
        (ProviderErrorClass.QUOTA, 500, "provider_unavailable"),
        (ProviderErrorClass.AUTH, 500, "provider_not_configured"),
        (ProviderErrorClass.CONTENT, 422, "content_policy"),
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


@pytest.mark.requirement("S004-29", "S004-36", "X-36")
def test_every_request_for_an_item_makes_a_version_and_the_newest_finished_one_is_current(door: ContentDoor) -> None:
    titles = ["First", "Second", "Third"]
    bodies = [door.make({"contentItemId": "versions", "title": title}).json for title in titles]

    listed = door.ask("GET", "/api/v1/content-items/versions/images").json["images"]

    assert [body["version"] for body in bodies] == [1, 2, 3]
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


@pytest.mark.parametrize(("field", "length"), [("title", 10_240), ("description", 2_001)])
@pytest.mark.requirement("S004-33", "X-18")
def test_a_text_that_is_too_long_is_refused_or_shortened_as_the_caller_wants(
    door: ContentDoor, field: str, length: int
) -> None:
    body = item(f"long-{field}", **{field: "word " * (length // 5) + "end"})

    refused = door.make(body)
    taken = door.make({**body, "truncate": True})
    internal = door.make({**body, "contentItemId": f"long-{field}-internal"}, "/api/images/generate")

    assert refused.status == 400
    assert refused.json["details"][0]["field"].endswith(field)
    assert (taken.status, internal.status) == (200, 200)
    assert any(field in warning and "shortened" in warning for warning in taken.json["warnings"])


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


@pytest.mark.requirement("S004-39")
def test_bytes_of_an_answer_are_the_stored_ones(door: ContentDoor, made: dict[str, Any]) -> None:
    event = http_event("GET", urlsplit(made["imageUrl"]).path, authorizer=None)
    said = door.functions.invoke(api_folder("read_content_file"), event)

    assert said["isBase64Encoded"] is True
    assert len(b64decode(said["body"])) == made["byteCount"]

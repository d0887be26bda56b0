"""Uploads from the ticket to the checked picture: the functions of the API and the worker, over the emulator."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import httpx
import pytest
from tests.unit.imaging.pictures import a_picture, a_png_header, decoded, encoded
from tests.unit.imaging.test_reference_cleaner import SECRET, talkative, tells

from easel.domain.upload import (
    MAX_BYTES,
    MAX_INLINE_BYTES,
    REMOVAL_GRACE,
    UNATTACHED_LIFETIME,
    SentFile,
    product_attachment,
)
from easel.errors import DatabaseUnavailable, TicketsRequired
from easel.ids import new_id
from easel.imaging.upload_cleaner import PillowUploadCleaner
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.uploads.uploads import DynamoUploads
from easel.services.ports.uploads import CleanedUpload
from easel.services.uploads.accept_upload import AcceptUpload
from easel.storage.uploads import SCAN_TAG
from easel.wiring.secrets import forget as forget_secrets

if TYPE_CHECKING:
    from tests.functions.api.harness import Answer
    from tests.functions.api.world import World

pytestmark = pytest.mark.long

PNG: Final = encoded(a_picture(60, 40), "PNG")
MISSING: Final = "019a9f1c-0000-7000-8000-000000000001"


class Uploader:
    """One tenant that brings pictures."""

    def __init__(self, world: World, name: str = "Acme") -> None:
        self.world = world
        self.tenant = world.tenant(name)
        self.bucket = world.environment["IMAGES_BUCKET_NAME"]
        self.records = DynamoUploads(world.emulator.client("dynamodb"), world.environment["CORE_TABLE_NAME"])

    def call(self, method: str, path: str = "/api/v1/uploads", **more: Any) -> Answer:
        return self.world.call(method, path, token=self.tenant["apiKey"], **more)

    def ticket(self, media_type: str = "image/png", **more: Any) -> dict[str, Any]:
        answer = self.call("POST", body={"contentType": media_type, **more})
        assert answer.status == 201, answer.body
        ticket: dict[str, Any] = answer.json
        return ticket

    def form(self, *files: tuple[str, tuple[str | None, bytes, str]], path: str = "/api/v1/uploads") -> Answer:
        request = httpx.Request("POST", "http://x", files=list(files), data={"name": "bag"})
        return self.call("POST", path, form=request.read(), headers={"content-type": request.headers["content-type"]})

    def read(self, upload_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"/api/v1/uploads/{upload_id}")
        assert answer.status == 200, answer.body
        upload: dict[str, Any] = answer.json
        return upload

    def process(self, upload_id: str, **scan: str) -> None:
        """What the worker does once the bytes have arrived, or once they have been scanned."""
        key = f"incoming/{self.tenant['workspaceId']}/{upload_id}"
        if scan:
            found = {"objectKey": key, "eTag": scan["etag"]}
            detail = {"s3ObjectDetails": found, "scanResultDetails": {"scanResultStatus": scan["status"]}}
            self.handle({"detail-type": "GuardDuty Malware Protection Object Scan Result", "detail": detail})
        else:
            self.handle({"Records": [{"s3": {"object": {"key": key}}}]})

    def handle(self, message: dict[str, Any]) -> None:
        record = {"messageId": "m", "receiptHandle": "r", "body": json.dumps(message), "eventSource": "aws:sqs"}
        assert self.world.run("workers/process_upload", {"Records": [record]}) == {"batchItemFailures": []}

    def arrived(self, data: bytes, media_type: str = "image/png") -> str:
        """An upload whose bytes have arrived and have been processed."""
        ticket = self.ticket(media_type)
        assert send(ticket, data) == 201
        self.process(ticket["uploadId"])
        upload_id: str = ticket["uploadId"]
        return upload_id

    def stored(self) -> list[str]:
        listed = self.world.emulator.client("s3").list_objects_v2(Bucket=self.bucket)
        return sorted(entry["Key"] for entry in listed.get("Contents", []))

    def reminders(self) -> list[dict[str, Any]]:
        sqs = self.world.emulator.client("sqs")
        answer = sqs.receive_message(QueueUrl=self.world.environment["UPLOADS_QUEUE_URL"], MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


@pytest.fixture
def uploader(world: World) -> Uploader:
    return Uploader(world)


def send(ticket: dict[str, Any], data: bytes) -> int:
    """What a browser does with a ticket."""
    return httpx.post(ticket["url"], data=ticket["fields"], files={"file": ("p.png", data)}).status_code


# --- by ticket ------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("X-27", "S000-33", "S000-55")
def test_a_ticket_is_what_upload_libraries_take(uploader: Uploader) -> None:
    ticket = uploader.ticket("image/jpeg", filename="C:\\photos\\front.jpg", bytes=1000)

    assert set(ticket) == {"uploadId", "method", "url", "fields", "expiresAt", "maxBytes", "acceptedTypes"}
    assert (ticket["method"], ticket["maxBytes"]) == ("POST", MAX_BYTES)
    assert ticket["acceptedTypes"] == ["image/png", "image/jpeg", "image/webp"]
    assert ticket["fields"]["key"] == f"incoming/{uploader.tenant['workspaceId']}/{ticket['uploadId']}"
    assert ticket["fields"]["Content-Type"] == "image/jpeg"
    waiting = uploader.read(ticket["uploadId"])
    assert (waiting["state"], waiting["filename"], waiting["url"]) == ("AWAITING", "front.jpg", None)


@pytest.mark.requirement("X-27", "S000-54")
def test_a_picture_arrives_is_checked_and_can_be_seen(uploader: Uploader) -> None:
    upload_id = uploader.arrived(talkative("JPEG", a_picture(400, 200), orientation=6), "image/jpeg")

    upload = uploader.read(upload_id)
    assert upload["state"] == "READY"
    assert (upload["mediaType"], upload["width"], upload["height"]) == ("image/jpeg", 200, 400)
    picture, thumbnail = httpx.get(upload["url"]), httpx.get(upload["thumbnailUrl"])
    assert len(picture.content) == upload["bytes"]
    assert picture.headers["content-type"] == "image/jpeg"
    assert not tells(picture.content)
    assert not tells(thumbnail.content)
    assert decoded(thumbnail.content).size == (160, 320)
    assert [key.partition("/")[0] for key in uploader.stored()] == ["uploads", "uploads"]


def test_a_ticket_that_is_used_again_does_not_change_the_accepted_picture(uploader: Uploader) -> None:
    ticket = uploader.ticket()
    send(ticket, PNG)
    uploader.process(ticket["uploadId"])
    before = uploader.read(ticket["uploadId"])

    assert send(ticket, encoded(a_picture(10, 10), "PNG")) == 201
    uploader.process(ticket["uploadId"])

    after = uploader.read(ticket["uploadId"])
    assert (after["sha256"], after["width"]) == (before["sha256"], 60)
    assert httpx.get(after["url"]).content == httpx.get(before["url"]).content
    assert len(uploader.stored()) == 2


@pytest.mark.parametrize("times", [2, 3])
def test_a_message_that_comes_again_changes_nothing(uploader: Uploader, times: int) -> None:
    upload_id = uploader.arrived(PNG)
    before = uploader.read(upload_id)
    for _ in range(times):
        uploader.process(upload_id)

    assert uploader.read(upload_id)["sha256"] == before["sha256"]
    assert len(uploader.stored()) == 2


def test_of_two_workers_with_different_bytes_one_wins_and_the_other_leaves_nothing(
    uploader: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = uploader.ticket()
    send(ticket, encoded(a_picture(10, 10), "PNG"))
    clean = PillowUploadCleaner.clean

    def overtaken(self: PillowUploadCleaner, data: bytes) -> CleanedUpload:
        monkeypatch.setattr(PillowUploadCleaner, "clean", clean)
        send(ticket, PNG)
        uploader.process(ticket["uploadId"])
        return clean(self, data)

    monkeypatch.setattr(PillowUploadCleaner, "clean", overtaken)
    uploader.process(ticket["uploadId"])

    upload = uploader.read(ticket["uploadId"])
    assert (upload["state"], upload["width"]) == ("READY", 60)
    assert len(uploader.stored()) == 2
    assert all(upload["sha256"] in key for key in uploader.stored())


@pytest.mark.parametrize("step", ["begin", "accept"])
def test_a_worker_that_ends_half_way_is_made_up_for_by_the_next(
    uploader: Uploader, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    ticket = uploader.ticket()
    send(ticket, PNG)
    with monkeypatch.context() as patch:
        patch.setattr(DynamoUploads, step, _lost)
        record = {"messageId": "m", "receiptHandle": "r", "eventSource": "aws:sqs"}
        body = {"workspaceId": uploader.tenant["workspaceId"], "uploadId": ticket["uploadId"]}
        event = {"Records": [record | {"body": json.dumps(body)}]}
        failed = uploader.world.run("workers/process_upload", event)
    assert failed == {"batchItemFailures": [{"itemIdentifier": "m"}]}

    uploader.process(ticket["uploadId"])

    assert uploader.read(ticket["uploadId"])["state"] == "READY"
    assert len(uploader.stored()) == 2


def _lost(*_: Any) -> Any:
    raise DatabaseUnavailable("The database does not answer.")


def test_what_a_ticket_and_a_link_promise_ends_with_the_credentials_that_sign_them(
    uploader: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = uploader.arrived(PNG)
    end = datetime.now(UTC) + timedelta(minutes=20)
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", end.isoformat())

    promised = [uploader.ticket()["expiresAt"], uploader.read(upload_id)["urlExpiresAt"]]

    assert all(abs(datetime.fromisoformat(moment) - end) < timedelta(minutes=1) for moment in promised)


def test_messages_about_nothing_are_ignored(uploader: Uploader) -> None:
    ticket = uploader.ticket()

    uploader.process(ticket["uploadId"])
    uploader.process(MISSING)
    uploader.handle({"Event": "s3:TestEvent", "Service": "Amazon S3"})
    uploader.handle({"Records": [{"s3": {"object": {"key": "generated/w/g/i/original.png"}}}]})

    assert uploader.read(ticket["uploadId"])["state"] == "AWAITING"


def test_an_upload_whose_event_was_lost_is_processed_because_its_state_is_read(
    uploader: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = uploader.ticket()
    send(ticket, PNG)
    uploader.read(ticket["uploadId"])
    assert uploader.reminders() == []

    later = datetime.now(UTC) + timedelta(seconds=11)
    monkeypatch.setattr("easel.wiring.uploads.read_uploads.system_clock", lambda: later)
    for _ in range(5):
        uploader.read(ticket["uploadId"])
    (reminder,) = uploader.reminders()
    uploader.handle(reminder)

    assert uploader.read(ticket["uploadId"])["state"] == "READY"


HOSTILE: Final = {
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not_a_picture"),
    "html": (b"<!doctype html><script>alert(1)</script>", "not_a_picture"),
    "exe": (b"MZ" + bytes(2_000), "not_a_picture"),
    "gif": (b"GIF89a" + bytes(200), "not_a_picture"),
    "cut off": (encoded(a_picture(300, 200), "PNG")[:400], "damaged"),
    "bomb": (a_png_header(15_000, 15_000), "too_large"),
}


@pytest.mark.requirement("S000-35", "S000-54")
@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_picture_is_rejected_with_the_reason_and_nothing_is_kept(uploader: Uploader, kind: str) -> None:
    data, reason = HOSTILE[kind]
    upload = uploader.read(uploader.arrived(data))

    assert (upload["state"], upload["rejection"]["reason"]) == ("REJECTED", reason)
    assert upload["rejection"]["message"]
    assert (upload["url"], upload["sha256"]) == (None, None)
    assert uploader.stored() == []


def test_the_bytes_decide_what_a_file_is_and_not_its_name(uploader: Uploader) -> None:
    upload = uploader.read(uploader.arrived(encoded(a_picture(30, 20), "WEBP"), "image/png"))

    assert (upload["state"], upload["mediaType"]) == ("READY", "image/webp")
    assert httpx.get(upload["url"]).headers["content-type"] == "image/webp"


def test_a_polyglot_is_kept_as_the_picture_alone(uploader: Uploader) -> None:
    upload = uploader.read(uploader.arrived(PNG + b"PK\x03\x04<script>alert(1)</script>"))

    assert b"script" not in httpx.get(upload["url"]).content


@pytest.mark.parametrize(
    ("body", "field", "status"),
    [
        ({}, "contentType", 400),
        (None, "contentType", 400),
        ({"contentType": "image/svg+xml"}, "contentType", 400),
        ({"contentType": "image/png", "bytes": 0}, "bytes", 400),
        ({"contentType": "image/png", "bytes": "1"}, "bytes", 400),
        ({"contentType": "image/png", "size": 1}, "size", 400),
        ({"contentType": 1}, "contentType", 400),
        ({"contentType": "image/png", "bytes": MAX_BYTES + 1}, None, 413),
    ],
)
def test_a_request_for_a_ticket_that_is_not_as_it_must_be_is_refused(
    uploader: Uploader, body: Any, field: str | None, status: int
) -> None:
    answer = uploader.call("POST", body=body)

    assert answer.status == status
    assert [fault["field"] for fault in answer.json["error"]["details"]] == ([field] if field else [])
    assert uploader.call("GET").json["uploads"] == []


@pytest.mark.parametrize("content_type", ["image/png", "text/plain", "application/x-www-form-urlencoded"])
def test_another_type_of_body_is_refused_with_what_is_taken(uploader: Uploader, content_type: str) -> None:
    answer = uploader.call("POST", form=PNG, headers={"content-type": content_type})

    assert answer.status == 415
    assert "multipart/form-data" in answer.json["detail"]


# --- by form --------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S000-29", "X-27")
def test_files_of_a_form_are_ready_at_once(uploader: Uploader) -> None:
    answer = uploader.form(
        ("image[]", ("..\\..\\front.png", PNG, "application/octet-stream")),
        ("file", (None, talkative("JPEG"), "image/jpeg")),
    )

    assert answer.status == 201, answer.body
    first, second = answer.json["uploads"]
    assert (first["field"], first["state"], first["filename"]) == ("image[]", "READY", "front.png")
    assert (second["field"], second["mediaType"], second["filename"]) == ("file", "image/jpeg", None)
    assert uploader.read(second["id"])["sha256"] == second["sha256"]
    assert SECRET not in httpx.get(second["url"]).content


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_form_with_a_file_that_is_no_picture_stores_nothing(uploader: Uploader, kind: str) -> None:
    data, reason = HOSTILE[kind]

    answer = uploader.form(("file", ("a.png", PNG, "image/png")), ("backImage", ("b.png", data, "image/png")))

    assert (answer.status, answer.json["error"]["code"]) == (422, "image_rejected")
    (detail,) = answer.json["error"]["details"]
    assert (detail["field"], detail["allowed"]) == ("backImage", {"reason": reason})
    assert uploader.stored() == []
    assert uploader.call("GET").json["uploads"] == []


def test_an_empty_file_and_a_form_without_files_are_refused(uploader: Uploader) -> None:
    empty = uploader.form(("file", ("a.png", b"", "image/png")))
    none = uploader.form()

    assert (empty.status, empty.json["error"]["details"][0]["field"]) == (422, "file")
    assert none.status in {400, 415}


@pytest.mark.requirement("X-27")
def test_a_form_that_is_too_large_is_refused_with_tickets_that_work(uploader: Uploader) -> None:
    large = PNG + bytes(MAX_INLINE_BYTES)

    answer = uploader.form(
        ("frontImage", ("front.png", large, "image/png")), ("backImage", ("back.jpg", PNG, "image/jpeg"))
    )

    assert (answer.status, answer.json["error"]["code"]) == (413, "tickets_required")
    front, back = answer.json["error"]["details"]
    assert (front["field"], back["field"]) == ("frontImage", "backImage")
    assert back["allowed"]["fields"]["Content-Type"] == "image/jpeg"
    assert send(front["allowed"], large) == 201
    uploader.process(front["allowed"]["uploadId"])
    assert uploader.read(front["allowed"]["uploadId"])["state"] == "READY"


def test_files_whose_check_takes_too_long_are_refused_with_tickets(uploader: Uploader) -> None:
    seconds = iter(range(0, 1_000, 5))
    slow = AcceptUpload(
        uploads=uploader.records,
        store=cast(Any, None),
        cleaner=PillowUploadCleaner(),
        tickets=cast(Any, _Tickets()),
        clock=lambda: datetime.now(UTC),
        scanned=False,
        monotonic=lambda: float(next(seconds)),
    )

    with pytest.raises(TicketsRequired, match="longer than a request may"):
        slow(cast(Any, None), [SentFile("file", None, "image/png", PNG)] * 3, size=1_000)

    assert uploader.stored() == []


class _Tickets:
    def instead(self, _principal: Any, _files: Any, message: str) -> TicketsRequired:
        return TicketsRequired(message)


def test_a_form_that_is_cut_off_is_refused(uploader: Uploader) -> None:
    request = httpx.Request("POST", "http://x", files={"file": ("a.png", PNG, "image/png")})
    headers = {"content-type": request.headers["content-type"]}

    answer = uploader.call("POST", form=request.read()[:-10], headers=headers)

    assert (answer.status, answer.json["error"]["code"]) == (400, "malformed_form")
    assert uploader.stored() == []


@pytest.mark.requirement("S000-29")
@pytest.mark.parametrize("path", ["/api/upload/product-images", "/api/v1/upload/product-images"])
def test_the_shop_gets_links_to_both_images(uploader: Uploader, path: str) -> None:
    answer = uploader.form(
        ("frontImage", ("front.png", PNG, "image/png")), ("backImage", ("back.png", PNG, "image/png")), path=path
    )

    assert answer.status == 201, answer.body
    assert decoded(httpx.get(answer.json["frontImageUrl"]).content).size == (60, 40)
    assert decoded(httpx.get(answer.json["backImageUrl"]).content).size == (60, 40)
    assert uploader.read(answer.json["backUploadId"])["state"] == "READY"


@pytest.mark.parametrize(
    ("files", "field"),
    [
        ([("other", ("a.png", PNG, "image/png"))], "other"),
        ([("frontImage", ("a.png", PNG, "image/png"))] * 2, "frontImage"),
        ([("frontImage", ("a.png", b"no picture", "image/png"))], "frontImage"),
    ],
)
def test_the_shop_is_told_what_is_wrong_with_its_images(uploader: Uploader, files: list[Any], field: str) -> None:
    answer = uploader.form(*files, path="/api/upload/product-images")

    assert answer.status in {400, 422}
    assert answer.json["statusCode"] == answer.status
    assert [fault["field"] for fault in answer.json["error"]["details"]] == [field]
    assert uploader.stored() == []


def test_one_image_of_a_product_is_enough(uploader: Uploader) -> None:
    answer = uploader.form(("backImage", ("b.png", PNG, "image/png")), path="/api/upload/product-images")

    assert answer.json["frontImageUrl"] is None
    assert answer.json["backImageUrl"]


@pytest.mark.requirement("S001-23", "S001-24", "S001-25", "S001-58")
@pytest.mark.parametrize("field", ["file", "document"])
def test_a_bot_gets_a_link_to_its_picture(uploader: Uploader, field: str) -> None:
    sent = (field, ("photos/file_7.jpg", talkative("JPEG"), "application/octet-stream"))

    answer = uploader.form(sent, path="/api/v1/media/upload")

    assert answer.status == 200, answer.body
    picture = httpx.get(answer.json["download_url"])
    assert (answer.json["filename"], answer.json["size"]) == ("file_7.jpg", len(picture.content))
    assert picture.headers["content-type"] == "image/jpeg"
    assert not tells(picture.content)


@pytest.mark.requirement("S001-26", "X-21")
def test_a_bot_is_told_where_no_vendor_has_a_key(uploader: Uploader) -> None:
    world, sent = uploader.world, ("file", ("a.png", PNG, "image/png"))
    made = world.emulator.client("secretsmanager").create_secret(Name=f"vendor-{new_id()}", SecretString="unset")["ARN"]
    world.environment["VENDOR_SECRET_ARNS"] = made
    forget_secrets()

    refused = uploader.form(sent, path="/api/v1/media/upload")
    world.replace_secret("VENDOR_SECRET_ARNS", "a vendor's key")
    taken = uploader.form(sent, path="/api/v1/media/upload")

    assert (refused.status, refused.json["error"]["code"]) == (400, "provider_not_configured")
    assert refused.json["status"] == 400
    assert taken.status == 200, taken.body


@pytest.mark.parametrize(
    ("files", "status", "code"),
    [
        ([("file", ("a.png", PNG, "image/png"))] * 2, 400, "invalid_request"),
        ([("file", ("a.gif", b"GIF89a" + bytes(100), "application/octet-stream"))], 422, "image_rejected"),
        ([("file", ("a.png", PNG + bytes(MAX_INLINE_BYTES), "image/png"))], 413, "tickets_required"),
    ],
)
def test_a_bot_is_told_what_is_wrong_with_its_picture(
    uploader: Uploader, files: list[Any], status: int, code: str
) -> None:
    answer = uploader.form(*files, path="/api/v1/media/upload")

    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert [fault["field"] for fault in answer.json["detail"]["fields"]] == ["file"]
    assert uploader.stored() == []


# --- lists, deletion and the end ------------------------------------------------------------------------------------


@pytest.mark.requirement("S000-64", "X-7")
def test_uploads_are_listed_newest_first_by_cursor(uploader: Uploader) -> None:
    ids = [uploader.ticket()["uploadId"] for _ in range(3)]

    first = uploader.call("GET", query="limit=2").json
    second = uploader.call("GET", query=f"limit=2&cursor={first['nextCursor']}").json

    assert [upload["id"] for upload in (*first["uploads"], *second["uploads"])] == ids[::-1]
    assert second["nextCursor"] is None


def test_a_deleted_upload_is_gone_with_its_objects(uploader: Uploader) -> None:
    upload_id = uploader.arrived(PNG)

    assert uploader.call("DELETE", f"/api/v1/uploads/{upload_id}").status == 204

    assert uploader.stored() == []
    assert uploader.call("GET", f"/api/v1/uploads/{upload_id}").status == 404
    assert uploader.call("DELETE", f"/api/v1/uploads/{upload_id}").status == 404
    uploader.process(upload_id)
    assert uploader.stored() == []


def use(uploader: Uploader, upload_id: str) -> None:
    upload = uploader.records.get(uploader.tenant["workspaceId"], upload_id)
    assert upload is not None
    client = uploader.world.emulator.client("dynamodb")
    DynamoTransactions(client).commit(uploader.records.attaching(upload, product_attachment("p")))


def test_an_upload_in_use_cannot_be_deleted(uploader: Uploader) -> None:
    upload_id = uploader.arrived(PNG)
    use(uploader, upload_id)

    answer = uploader.call("DELETE", f"/api/v1/uploads/{upload_id}")

    assert (answer.status, answer.json["error"]["code"]) == (409, "upload_in_use")
    assert (uploader.read(upload_id)["inUse"], uploader.read(upload_id)["expiresAt"]) == (True, None)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_upload_of_another_tenant_is_not_there(uploader: Uploader, world: World, method: str) -> None:
    upload_id = uploader.arrived(PNG)
    other = Uploader(world, "Other")

    assert other.call(method, f"/api/v1/uploads/{upload_id}").status == 404
    assert other.call(method, f"/api/v1/uploads/{MISSING}").status == 404
    assert other.call(method, "/api/v1/uploads/no-id").status == 404
    assert other.call("GET").json["uploads"] == []
    assert uploader.read(upload_id)["state"] == "READY"


def sweep(world: World, monkeypatch: pytest.MonkeyPatch, after: timedelta) -> Any:
    """The hourly job, so long from now."""
    now = datetime.now(UTC) + after
    monkeypatch.setattr("easel.wiring.uploads.remove_uploads.system_clock", lambda: now)
    return world.run("schedules/sweep_uploads", {})


def test_an_upload_that_nothing_uses_ends_with_its_objects(
    uploader: Uploader, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, unused, waiting = uploader.arrived(PNG), uploader.arrived(PNG), uploader.ticket()["uploadId"]
    use(uploader, used)

    assert sweep(world, monkeypatch, UNATTACHED_LIFETIME)["removed"] == 0
    assert sweep(world, monkeypatch, UNATTACHED_LIFETIME + REMOVAL_GRACE + timedelta(minutes=1))["removed"] == 2

    assert uploader.read(used)["state"] == "READY"
    assert httpx.get(uploader.read(used)["url"]).status_code == 200
    for upload_id in (unused, waiting):
        assert uploader.call("GET", f"/api/v1/uploads/{upload_id}").status == 404
    assert all(f"/{used}/" in key for key in uploader.stored())


def test_an_upload_that_ended_is_hidden_before_it_is_removed(
    uploader: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = uploader.arrived(PNG)
    later = datetime.now(UTC) + UNATTACHED_LIFETIME + timedelta(minutes=1)
    monkeypatch.setattr("easel.wiring.uploads.read_uploads.system_clock", lambda: later)

    assert uploader.call("GET", f"/api/v1/uploads/{upload_id}").status == 404
    assert uploader.call("GET").json["uploads"] == []


# --- malware scan ---------------------------------------------------------------------------------------------------


@pytest.fixture
def scanned(uploader: Uploader) -> Uploader:
    """A deployment that scans uploads."""
    uploader.world.environment["UPLOAD_SCAN"] = "true"
    return uploader


def incoming(uploader: Uploader) -> tuple[str, str, str]:
    """An upload whose bytes have arrived: its id, its key and its ETag."""
    ticket = uploader.ticket()
    send(ticket, PNG)
    key = ticket["fields"]["key"]
    head = uploader.world.emulator.client("s3").head_object(Bucket=uploader.bucket, Key=key)
    return ticket["uploadId"], key, head["ETag"].strip('"')


@pytest.mark.requirement("S000-56")
def test_a_scanned_upload_is_ready_only_after_a_clean_result(scanned: Uploader) -> None:
    upload_id, _, etag = incoming(scanned)

    scanned.process(upload_id)
    assert scanned.read(upload_id)["state"] == "AWAITING"

    scanned.process(upload_id, status="NO_THREATS_FOUND", etag=etag)
    assert scanned.read(upload_id)["state"] == "READY"


@pytest.mark.requirement("S000-56")
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("THREATS_FOUND", "malware"),
        ("UNSUPPORTED", "scan_failed"),
        ("ACCESS_DENIED", "scan_failed"),
        ("FAILED", "scan_failed"),
    ],
)
def test_a_file_that_is_not_clean_is_rejected_and_removed(scanned: Uploader, status: str, reason: str) -> None:
    upload_id, _, etag = incoming(scanned)

    scanned.process(upload_id, status=status, etag=etag)

    assert scanned.read(upload_id)["rejection"]["reason"] == reason
    assert scanned.stored() == []


@pytest.mark.requirement("S000-56")
def test_a_file_that_replaced_the_scanned_one_waits_for_its_own_result(scanned: Uploader) -> None:
    upload_id, key, etag = incoming(scanned)
    scanned.world.emulator.client("s3").put_object(Bucket=scanned.bucket, Key=key, Body=b"something else")

    scanned.process(upload_id, status="NO_THREATS_FOUND", etag=etag)

    assert scanned.read(upload_id)["state"] == "AWAITING"


@pytest.mark.requirement("S000-56")
def test_a_result_whose_event_was_lost_is_found_on_the_object(scanned: Uploader) -> None:
    upload_id, key, _ = incoming(scanned)
    scanned.world.emulator.client("s3").put_object_tagging(
        Bucket=scanned.bucket, Key=key, Tagging={"TagSet": [{"Key": SCAN_TAG, "Value": "NO_THREATS_FOUND"}]}
    )

    scanned.handle({"workspaceId": scanned.tenant["workspaceId"], "uploadId": upload_id})

    assert scanned.read(upload_id)["state"] == "READY"


@pytest.mark.requirement("S000-56")
def test_files_of_a_form_need_tickets_where_uploads_are_scanned(scanned: Uploader) -> None:
    answer = scanned.form(("file", ("a.png", PNG, "image/png")))

    assert (answer.status, answer.json["error"]["code"]) == (413, "tickets_required")
    assert scanned.stored() == []
    assert answer.json["error"]["details"][0]["allowed"]["uploadId"]

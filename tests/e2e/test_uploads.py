"""Pictures on their way in through the deployed stack: its bucket's events, its queue, its roles."""

from __future__ import annotations

import struct
import zlib
from typing import Any, Final

import httpx
import pytest
from tests.support import plain_http
from tests.support.cloud import LocalCloud, wait_for

from easel.domain.upload import MAX_BYTES, MAX_INLINE_BYTES

SECONDS: Final = 60


def a_png(width: int = 30, height: int = 20) -> bytes:
    """A small white picture."""
    rows = zlib.compress((b"\0" + b"\xff" * 3 * width) * height)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


PNG: Final = a_png()


def send(ticket: dict[str, Any], data: bytes) -> int:
    return plain_http.post(ticket["url"], data=ticket["fields"], files={"file": data}).status_code


def ticket_from(api: httpx.Client) -> dict[str, Any]:
    ticket: dict[str, Any] = api.post("/api/v1/uploads", json={"contentType": "image/png"}).json()
    return ticket


def ended(api: httpx.Client, upload_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        upload: dict[str, Any] = api.get(f"/api/v1/uploads/{upload_id}").json()
        return upload if upload["state"] in {"READY", "REJECTED"} else None

    return wait_for(look, within_seconds=SECONDS, what=f"upload {upload_id}")


@pytest.mark.requirement("X-27", "S000-29")
def test_a_picture_goes_from_a_ticket_to_a_link_and_is_deleted(cloud: LocalCloud) -> None:
    with cloud.api() as api:
        ticket = ticket_from(api)
        assert send(ticket, b"x" * (MAX_BYTES + 1)) == 400
        assert send(ticket, PNG) == 201

        upload = ended(api, ticket["uploadId"])
        assert (upload["state"], upload["width"], upload["height"]) == ("READY", 30, 20)
        assert plain_http.get(upload["url"]).headers["content-type"] == "image/png"
        assert plain_http.get(upload["thumbnailUrl"]).headers["content-type"] == "image/webp"

        assert api.delete(f"/api/v1/uploads/{upload['id']}").status_code == 204
        assert api.get(f"/api/v1/uploads/{upload['id']}").status_code == 404
        assert plain_http.get(upload["url"]).status_code == 404


@pytest.mark.requirement("S000-54")
def test_what_is_no_picture_is_rejected(cloud: LocalCloud) -> None:
    with cloud.api() as api:
        ticket = ticket_from(api)
        assert send(ticket, b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>") == 201

        upload = ended(api, ticket["uploadId"])

    assert (upload["state"], upload["rejection"]["reason"]) == ("REJECTED", "not_a_picture")


@pytest.mark.requirement("X-27", "S000-29")
def test_a_form_goes_through_the_gateway_and_a_larger_one_gets_tickets(cloud: LocalCloud) -> None:
    small = {"frontImage": ("front.png", PNG), "backImage": ("back.png", PNG)}
    large = {"frontImage": ("front.png", PNG + bytes(MAX_INLINE_BYTES)), "backImage": ("back.png", PNG)}
    with cloud.api() as api:
        taken = api.post("/api/upload/product-images", files=small)
        refused = api.post("/api/upload/product-images", files=large)

        assert taken.status_code == 201, taken.text
        assert plain_http.get(taken.json()["backImageUrl"]).headers["content-type"] == "image/png"
        assert refused.status_code == 413
        front, back = (fault["allowed"] for fault in refused.json()["error"]["details"])
        assert (send(front, PNG + bytes(MAX_INLINE_BYTES)), send(back, PNG)) == (201, 201)
        assert [ended(api, ticket["uploadId"])["state"] for ticket in (front, back)] == ["READY", "READY"]

"""Hostile files and addresses, deployed: refused or cleaned for the true reason, nothing stored, nothing charged."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
from tests.e2e.conftest import FINAL, Studio
from tests.e2e.test_uploads import PNG, ended, send, ticket_from
from tests.support import plain_http
from tests.support.cloud import LocalCloud, Workspace, wait_for
from tests.unit.imaging.odd_jpeg import repeated_scan
from tests.unit.imaging.odd_png import bomb, noisy_png, png_chunks, png_file
from tests.unit.imaging.pictures import a_png_header

from easel.domain.upload import MAX_BYTES

SVG: Final = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
MODEL: Final = "seedream-v4"


class Tenant:
    """A workspace of its own, and all that it has stored and paid."""

    def __init__(self, cloud: LocalCloud, workspace: Workspace, api: httpx.Client) -> None:
        self.api, self._workspace, self._cloud = api, workspace, cloud
        self._s3 = cloud.aws.client("s3")

    def has(self) -> tuple[list[str], Any, Any]:
        """The keys of its objects, its wallet and its ledger."""
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self._cloud.outputs["ImagesBucketName"])
        stored = [one["Key"] for page in pages for one in page.get("Versions", ())]
        wallet = self.api.get("/api/v1/wallet").json()
        entries = self.api.get("/api/v1/wallet/entries").json()["entries"]
        money = {name: wallet[name] for name in ("available", "held")}
        return [key for key in stored if self._workspace.id in key], money, entries


@pytest.fixture(scope="module")
def tenant(cloud: LocalCloud) -> Iterator[Tenant]:
    workspace = cloud.new_workspace("Hostile", credits=10)
    with cloud.api(workspace) as api:
        yield Tenant(cloud, workspace, api)


def a_zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.html", "<script>alert(1)</script>")
    return packed.getvalue()


def with_text(text: bytes) -> bytes:
    """A picture with a chunk of text before its pixels."""
    header, *rest = png_chunks(PNG)
    return png_file([header, (b"tEXt", b"Comment\0" + text), *rest])


REFUSED: Final = {
    "script": (SVG, "not_a_picture", "svg"),
    "page": (b"<html><script>alert(1)</script></html>", "not_a_picture", "not a picture"),
    "wrong extension": (b"GIF89a" + PNG, "not_a_picture", "gif"),
    "truncated": (noisy_png()[: len(noisy_png()) // 2], "damaged", ""),
    "bomb": (bomb(100_000_000), "too_complex", "decompresses"),
    "65,000 pixels a side": (a_png_header(65_000, 65_000), "too_large", "65000x65000"),
    "3,000 scans": (repeated_scan(3_000), "too_complex", "scans"),
}
CLEANED: Final = {
    "picture and archive in one": PNG + a_zip(),
    "1 MiB of text": with_text(b"A" * 1_048_576),
    "script in its text": with_text(b"<script>alert(1)</script>"),
}


@pytest.mark.requirement("S000-35", "S000-54", "S000-55")
def test_a_hostile_file_is_refused_for_its_reason_and_leaves_nothing(tenant: Tenant) -> None:
    before = tenant.has()
    tickets = {name: ticket_from(tenant.api) for name in REFUSED}

    assert [send(ticket_from(tenant.api), data) for data in (b"", b"x" * (MAX_BYTES + 1))] == [400, 400]
    assert {send(tickets[name], data) for name, (data, *_) in REFUSED.items()} == {201}
    uploads = {name: ended(tenant.api, ticket["uploadId"]) for name, ticket in tickets.items()}

    for name, (_, reason, words) in REFUSED.items():
        upload = uploads[name]
        assert (upload["state"], upload["rejection"]["reason"], upload["url"]) == ("REJECTED", reason, None), name
        assert words in upload["rejection"]["message"], name
        reference = {"prompt": "a red fox", "model": MODEL, "references": [{"uploadId": upload["id"]}]}
        refused = tenant.api.post("/api/v1/generations", json=reference)
        assert (refused.status_code, upload["rejection"]["message"] in refused.text) == (400, True), refused.text
    assert tenant.has() == before


def test_a_form_with_hostile_files_is_refused_and_leaves_nothing(tenant: Tenant) -> None:
    before = tenant.has()
    facts = {"name": "bag", "color": "red", "material": "wool"}

    for name, (data, *_) in REFUSED.items():
        files = {"frontImage": ("front.png", data, "image/png"), "backImage": ("back.png", PNG, "image/png")}
        answer = tenant.api.post("/api/products", data=facts, files=files)
        assert answer.status_code in {400, 415, 422}, (name, answer.text)
        assert "frontImage" in answer.text, (name, answer.text)
    empty = tenant.api.post("/api/products", data=facts, files={"frontImage": ("front.png", b"", "image/png")})

    assert empty.status_code == 400, empty.text
    assert tenant.api.get("/api/products").json()["total"] == 0
    assert tenant.has()[1:] == before[1:]
    assert [key for key in tenant.has()[0] if key.startswith("incoming/")] == []


@pytest.mark.parametrize("name", CLEANED)
def test_what_hides_beside_a_picture_is_taken_off(tenant: Tenant, name: str) -> None:
    ticket = ticket_from(tenant.api)
    assert send(ticket, CLEANED[name]) == 201

    upload = ended(tenant.api, ticket["uploadId"])

    assert (upload["state"], upload["width"], upload["height"]) == ("READY", 30, 20), upload
    served = plain_http.get(upload["url"]).content
    assert len(served) == upload["bytes"] < 1_000
    assert not any(mark in served for mark in (b"PK", b"AAAA", b"script"))


INSIDE: Final = (
    *("https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/"),
    *("https://localhost/", "https://0.0.0.0/", "https://[::1]/", "https://[::ffff:169.254.169.254]/"),
    *(
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.8:8443/",
        "https://192.168.1.1/",
        "https://[fd00::1]/",
    ),
    *(
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/",
        "https://a@127.0.0.1/",
    ),
)


@pytest.mark.requirement("S003-42")
def test_a_hostile_address_is_refused_for_its_reason_and_costs_nothing(cloud: LocalCloud, tenant: Tenant) -> None:
    """At the submit, or by the worker that would fetch it: then the generation fails and its hold is given back."""
    before, hostile = tenant.has(), f"{Studio(cloud, tenant.api).simulator}/_simulator/hostile"
    reasons = {
        f"{hostile}/redirect": "redirects the reference picture elsewhere",
        f"{hostile}/endless": "larger than 10 MB",
        f"{hostile}/slow": "did not deliver the reference picture in time",
        f"{hostile}/svg": "not a PNG, JPEG or WebP",
    } | dict.fromkeys(INSIDE, "")
    accepted: dict[str, str] = {}
    for url in reasons:
        body = {"prompt": "a red fox", "model": MODEL, "references": [{"url": url}]}
        answer = tenant.api.post("/api/v1/generations", json=body)
        if answer.status_code == 202:
            accepted[url] = answer.json()["id"]
        else:
            assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (400, "references[0].url"), (
                url
            )
    assert accepted.keys() >= {url for url, reason in reasons.items() if reason}

    for url, generation_id in accepted.items():

        def look(path: str = f"/api/v1/generations/{generation_id}") -> dict[str, Any] | None:
            found: dict[str, Any] = tenant.api.get(path).json()
            return found if found["status"] in FINAL else None

        generation = wait_for(look, within_seconds=90, what=url)
        assert (generation["status"], generation["chargedMilliCredits"]) == ("FAILED", 0), generation
        assert (reasons[url] or "not at a public address") in generation["error"]["message"], generation

    assert tenant.has() == before

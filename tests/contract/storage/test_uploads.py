"""The objects of uploads against a running S3: what a ticket allows, and what lies where."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import httpx
import pytest
from tests.support.buckets import image_store
from tests.support.emulator import Emulator, unique_name

from easel.domain.provider import ReferenceImage
from easel.domain.upload import MAX_BYTES
from easel.errors import ImageRejected, StorageUnavailable
from easel.services.ports.uploads import CleanedUpload, PostForm
from easel.storage.s3 import client_config
from easel.storage.uploads import SCAN_TAG, S3UploadStore

MINUTE = timedelta(minutes=1)
CLEANED = CleanedUpload(b"clean", b"thumb", "image/jpeg", 40, 30, hashlib.sha256(b"clean").hexdigest())


@pytest.fixture
def bucket(emulator: Emulator) -> str:
    name = unique_name("uploads")
    emulator.client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def store(emulator: Emulator, bucket: str) -> S3UploadStore:
    options = emulator.client_options()
    options["config"] = options["config"].merge(client_config(emulator.url))
    return store_of(boto3.client("s3", **options), bucket)


def store_of(client: Any, bucket: str) -> S3UploadStore:
    return S3UploadStore(client, bucket, image_store(client, bucket))


def send(form: PostForm, data: bytes, **changes: str) -> int:
    """What a browser does with a ticket."""
    return httpx.post(form.url, data={**form.fields, **changes}, files={"file": ("p.png", data)}).status_code


def keys(emulator: Emulator, bucket: str) -> list[str]:
    listed = emulator.client("s3").list_objects_v2(Bucket=bucket)
    return sorted(entry["Key"] for entry in listed.get("Contents", []))


@pytest.mark.requirement("S000-55", "X-27")
def test_a_form_stores_one_object_of_up_to_ten_megabytes(store: S3UploadStore, emulator: Emulator, bucket: str) -> None:
    form = store.form("w", "u", "image/png", expires_in=MINUTE)

    assert send(form, b"x" * MAX_BYTES) == 201

    assert keys(emulator, bucket) == ["incoming/w/u"]
    assert store.read_arrived("w", "u") == b"x" * MAX_BYTES
    assert emulator.client("s3").head_object(Bucket=bucket, Key="incoming/w/u")["ContentType"] == "image/png"


@pytest.mark.requirement("S000-55")
@pytest.mark.parametrize("size", [0, MAX_BYTES + 1])
def test_a_form_takes_no_other_number_of_bytes(
    store: S3UploadStore, emulator: Emulator, bucket: str, size: int
) -> None:
    assert send(store.form("w", "u", "image/png", expires_in=MINUTE), b"x" * size) == 400

    assert keys(emulator, bucket) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "incoming/w/other"},
        {"key": "uploads/w/u/stolen.png"},
        {"Content-Type": "text/html"},
        {"success_action_status": "200"},
        {"policy": "e30="},
    ],
    ids=["another upload", "an accepted picture", "another type", "another answer", "another policy"],
)
def test_a_form_allows_nothing_else(
    store: S3UploadStore, emulator: Emulator, bucket: str, changes: dict[str, str]
) -> None:
    form = store.form("w", "u", "image/png", expires_in=MINUTE)

    assert send(form, b"x", **changes) in {400, 403}
    assert keys(emulator, bucket) == []


def test_what_has_not_arrived_is_nothing(store: S3UploadStore) -> None:
    assert store.read_arrived("w", "u") is None
    assert store.scan_result("w", "u") is None
    store.delete_arrived("w", "u")


def test_more_than_a_form_allows_is_not_read(store: S3UploadStore, emulator: Emulator, bucket: str) -> None:
    emulator.client("s3").put_object(Bucket=bucket, Key="incoming/w/u", Body=b"x" * (MAX_BYTES + 1))

    with pytest.raises(ImageRejected, match=str(MAX_BYTES)):
        store.read_arrived("w", "u")


def test_a_checked_picture_lies_under_a_key_of_its_content(
    store: S3UploadStore, emulator: Emulator, bucket: str
) -> None:
    picture = store.keep("w", "u", CLEANED)

    assert picture.key == f"uploads/w/u/{CLEANED.sha256}.jpg"
    assert keys(emulator, bucket) == sorted([picture.key, picture.thumbnail_key])
    assert (picture.media_type, picture.bytes, picture.sha256) == ("image/jpeg", 5, CLEANED.sha256)
    link = httpx.get(store.presign(picture.key, expires_in=MINUTE))
    assert (link.content, link.headers["content-type"]) == (b"clean", "image/jpeg")

    store.discard(picture)
    assert keys(emulator, bucket) == []


def test_the_copy_for_vendors_lies_beside_the_picture_and_goes_with_it(
    store: S3UploadStore, emulator: Emulator, bucket: str
) -> None:
    picture = store.keep("w", "u", replace(CLEANED, reference=ReferenceImage(b"small", "image/webp", "reference.webp")))

    assert picture.reference_key == f"uploads/w/u/{CLEANED.sha256}-reference.webp"
    link = httpx.get(store.presign(picture.reference_key, expires_in=MINUTE))
    assert (link.content, link.headers["content-type"]) == (b"small", "image/webp")

    store.discard(picture)
    assert keys(emulator, bucket) == []


def test_everything_of_one_upload_is_deleted_and_nothing_else(
    store: S3UploadStore, emulator: Emulator, bucket: str
) -> None:
    s3: Any = emulator.client("s3")
    store.keep("w", "u", CLEANED)
    for key in ("incoming/w/u", "incoming/w/v", "uploads/w/u/left-behind", "uploads/w/v/other", "uploads/v/u/other"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")

    store.delete_all("w", "u")

    assert keys(emulator, bucket) == ["incoming/w/v", "uploads/v/u/other", "uploads/w/v/other"]
    store.delete_all("w", "u")


def test_every_version_is_deleted(store: S3UploadStore, emulator: Emulator, bucket: str) -> None:
    s3: Any = emulator.client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second"):
        s3.put_object(Bucket=bucket, Key="incoming/w/u", Body=body)
    store.delete_arrived("w", "u")
    picture = store.keep("w", "u", CLEANED)
    store.discard(picture)

    store.delete_all("w", "u")

    left = s3.list_object_versions(Bucket=bucket)
    assert (left.get("Versions"), left.get("DeleteMarkers")) == (None, None)


def test_the_result_of_a_scan_is_read_from_its_tag(store: S3UploadStore, emulator: Emulator, bucket: str) -> None:
    s3: Any = emulator.client("s3")
    s3.put_object(Bucket=bucket, Key="incoming/w/u", Body=b"x")
    assert store.scan_result("w", "u") is None

    tags = {"TagSet": [{"Key": SCAN_TAG, "Value": "NO_THREATS_FOUND"}]}
    s3.put_object_tagging(Bucket=bucket, Key="incoming/w/u", Tagging=tags)

    scanned = store.scan_result("w", "u")
    assert scanned is not None
    assert scanned.status == "NO_THREATS_FOUND"
    assert store.read_arrived("w", "u", etag=scanned.etag) == b"x"


def test_an_object_that_replaced_the_scanned_one_is_not_read(
    store: S3UploadStore, emulator: Emulator, bucket: str
) -> None:
    s3: Any = emulator.client("s3")
    etag = s3.put_object(Bucket=bucket, Key="incoming/w/u", Body=b"clean")["ETag"].strip('"')
    s3.put_object(Bucket=bucket, Key="incoming/w/u", Body=b"infected")

    assert store.read_arrived("w", "u", etag=etag) is None


def test_a_bucket_that_does_not_answer_is_unavailable(emulator: Emulator) -> None:
    options = emulator.client_options()
    options["config"] = options["config"].merge(client_config(emulator.url))
    lost = store_of(boto3.client("s3", **options), unique_name("not-there"))

    for call in (
        lambda: lost.delete_all("w", "u"),
        lambda: lost.keep("w", "u", CLEANED),
        lambda: lost.read_arrived("w", "u"),
    ):
        with pytest.raises(StorageUnavailable):
            call()

"""The bucket against a running S3."""

from __future__ import annotations

from datetime import timedelta

import boto3
import httpx
import pytest
from tests.support.buckets import image_store
from tests.support.emulator import Emulator, unique_name

from easel.domain.file_names import FileName
from easel.errors import StorageUnavailable
from easel.storage.s3 import S3ImageStore, client_config

KEY = "generated/w/g/i/original.png"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def bucket(emulator: Emulator) -> str:
    name = unique_name("pictures")
    emulator.client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def store(emulator: Emulator, bucket: str) -> S3ImageStore:
    options = emulator.client_options()
    options["config"] = options["config"].merge(client_config(emulator.url))
    return image_store(boto3.client("s3", **options), bucket)


@pytest.mark.requirement("S000-34", "S003-15", "S004-19")
def test_what_is_put_lies_there_with_type_checksum_and_caching(
    store: S3ImageStore, emulator: Emulator, bucket: str
) -> None:
    store.put(KEY, b"picture", "image/png")

    found = emulator.client("s3").get_object(Bucket=bucket, Key=KEY, ChecksumMode="ENABLED")
    assert found["Body"].read() == b"picture"
    assert found["ContentType"] == "image/png"
    assert "immutable" in found["CacheControl"]
    assert found["ChecksumSHA256"] == "LOonTQvtw57Eq2up5Z7IiePtb7VqHPCIpk2bODN43Jc="


def test_putting_twice_changes_nothing(store: S3ImageStore, emulator: Emulator, bucket: str) -> None:
    store.put(KEY, b"picture", "image/png")
    store.put(KEY, b"picture", "image/png")

    listed = emulator.client("s3").list_objects_v2(Bucket=bucket)
    assert [entry["Key"] for entry in listed["Contents"]] == [KEY]


@pytest.mark.requirement("M-9", "X-14", "S004-18")
def test_a_link_reads_the_object_without_credentials(store: S3ImageStore) -> None:
    store.put(KEY, b"picture", "image/png")

    shown = httpx.get(store.presign(KEY, expires_in=MINUTE))
    saved = httpx.get(store.presign(KEY, expires_in=MINUTE, filename=FileName("bicycle.png", "bicycle.png")))

    assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, b"picture", "image/png")
    assert shown.headers["content-disposition"] == "inline"
    assert saved.headers["content-disposition"].startswith('attachment; filename="bicycle.png"')


@pytest.mark.requirement("X-14")
def test_a_link_with_a_second_credential_is_refused_as_on_aws(store: S3ImageStore) -> None:
    store.put(KEY, b"picture", "image/png")

    answer = httpx.get(store.presign(KEY, expires_in=MINUTE), headers={"Authorization": "Bearer easel_key"})

    assert (answer.status_code, "Only one auth mechanism allowed" in answer.text) == (400, True)


def test_a_link_for_head_tells_length_and_type_and_is_for_head_only(store: S3ImageStore) -> None:
    store.put(KEY, b"picture", "image/png")
    link = store.presign(KEY, expires_in=MINUTE, head=True)

    answer = httpx.head(link)

    assert (answer.status_code, answer.headers["content-length"]) == (200, "7")
    assert answer.headers["content-type"] == "image/png"
    assert httpx.get(link).status_code == 403


def test_a_link_to_another_object_cannot_be_made_from_a_link(store: S3ImageStore) -> None:
    store.put(KEY, b"picture", "image/png")
    store.put(KEY.replace("original", "other"), b"secret", "image/png")
    link = store.presign(KEY, expires_in=MINUTE)

    assert httpx.get(link.replace("original.png", "other.png")).status_code == 403
    assert httpx.get(link.replace("X-Amz-Expires=60", "X-Amz-Expires=99999")).status_code == 403


def test_a_missing_bucket_is_storage_unavailable(emulator: Emulator) -> None:
    store = image_store(emulator.client("s3"), unique_name("nowhere"))

    with pytest.raises(StorageUnavailable):
        store.put(KEY, b"picture", "image/png")

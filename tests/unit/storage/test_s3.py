"""Links and failures of the bucket, without a bucket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from tests.support.buckets import image_store
from tests.support.offline import offline_options, unreachable_url

from easel.domain.file_names import FileName
from easel.errors import StorageUnavailable
from easel.storage.s3 import S3ImageStore, client_config

KEY = "generated/w/g/i/original.png"
HOUR = timedelta(hours=1)


def a_store(endpoint_url: str | None = None, **options_of_store: Any) -> S3ImageStore:
    options = offline_options(endpoint_url)
    options["config"] = options["config"].merge(client_config(endpoint_url))
    return image_store(boto3.client("s3", **options), "pictures", **options_of_store)


def test_on_aws_the_bucket_is_in_the_host_name_of_its_region() -> None:
    link = urlsplit(a_store().presign(KEY, expires_in=HOUR))

    assert link.hostname == "pictures.s3.eu-central-1.amazonaws.com"
    assert link.path == f"/{KEY}"


def test_at_a_custom_endpoint_the_bucket_is_in_the_path() -> None:
    link = urlsplit(a_store("http://127.0.0.1:4566").presign(KEY, expires_in=HOUR))

    assert link.netloc == "127.0.0.1:4566"
    assert link.path == f"/pictures/{KEY}"


@pytest.mark.parametrize("endpoint_url", [None, "http://127.0.0.1:4566"])
def test_links_are_signed_with_version_4_and_expire(endpoint_url: str | None) -> None:
    query = parse_qs(urlsplit(a_store(endpoint_url).presign(KEY, expires_in=timedelta(minutes=5))).query)

    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Expires"] == ["300"]


@pytest.mark.parametrize(
    ("key", "media_type"),
    [
        ("a/original.png", "image/png"),
        ("a/original.jpg", "image/jpeg"),
        ("a/preview.webp", "image/webp"),
        ("a/page.html", "application/octet-stream"),
        ("a/nothing", "application/octet-stream"),
    ],
)
def test_a_link_says_what_the_key_says_and_nothing_that_a_browser_would_run(key: str, media_type: str) -> None:
    query = parse_qs(urlsplit(a_store().presign(key, expires_in=HOUR)).query)

    assert query["response-content-type"] == [media_type]
    assert query["response-content-disposition"] == ["inline"]


def test_with_a_file_name_the_picture_is_saved_under_it() -> None:
    name = FileName("fahre-1.png", "fähre-1.png")
    query = parse_qs(urlsplit(a_store().presign(KEY, expires_in=HOUR, filename=name)).query)

    assert query["response-content-disposition"] == [
        "attachment; filename=\"fahre-1.png\"; filename*=UTF-8''f%C3%A4hre-1.png"
    ]


def test_links_have_the_address_before_the_bucket_and_the_signature_of_the_bucket() -> None:
    direct = urlsplit(a_store().presign(KEY, expires_in=HOUR))
    link = urlsplit(a_store(base_url="https://cdn.example/").presign(KEY, expires_in=HOUR))

    assert (link.scheme, link.netloc, link.path) == ("https", "cdn.example", direct.path)
    assert parse_qs(link.query)["X-Amz-SignedHeaders"] == parse_qs(direct.query)["X-Amz-SignedHeaders"] == ["host"]


@pytest.mark.requirement("X-14")
def test_a_link_lasts_no_longer_than_the_credentials_that_sign_it() -> None:
    ends_soon = a_store(credentials_end=lambda: datetime.now(UTC) + timedelta(minutes=10))

    assert timedelta(minutes=9) < ends_soon.lifetime(HOUR) <= timedelta(minutes=10)
    assert a_store(credentials_end=lambda: datetime.now(UTC) + timedelta(days=1)).lifetime(HOUR) == HOUR
    assert a_store().lifetime(HOUR) == HOUR


def test_a_bucket_that_cannot_be_reached_is_storage_unavailable() -> None:
    with unreachable_url() as url, pytest.raises(StorageUnavailable, match="could not be stored"):
        a_store(url).put(KEY, b"bytes", "image/png")


def test_without_credentials_no_link_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    client = boto3.session.Session().client("s3", region_name="eu-central-1", config=client_config(None))

    with pytest.raises(StorageUnavailable, match="No link"):
        image_store(client, "pictures").presign(KEY, expires_in=HOUR)

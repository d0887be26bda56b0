"""The studio's pages in the bucket of a stack: cached for good, except what differs between deployments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3
import pytest
from infra.local import page_upload
from infra.local.display import Display
from tests.support.emulator import unique_name

from infra import web_files

if TYPE_CHECKING:
    from mypy_boto3_s3.service_resource import S3ServiceResource
    from tests.support.emulator import Emulator

KEPT = page_upload.RELEASES_KEPT


@pytest.fixture
def buckets(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> S3ServiceResource:
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    return boto3.resource("s3")


@pytest.fixture
def outputs(buckets: S3ServiceResource) -> dict[str, str]:
    name = unique_name("pages")
    buckets.create_bucket(Bucket=name)
    signing_in = "https://easel-dev-1.auth.us-east-1.amazoncognito.com"
    return {
        "StudioBucketName": name,
        "SignInUrl": signing_in,
        "StudioClientId": "client",
        "StudioUrl": "https://d.test",
    }


def test_files_of_a_release_never_change_and_settings_are_asked_for_each_time(
    buckets: S3ServiceResource, outputs: dict[str, str]
) -> None:
    assert page_upload.upload_files(Display(), buckets, outputs)
    page_upload.publish(buckets, outputs)

    bucket = buckets.Bucket(outputs["StudioBucketName"])
    script = bucket.Object(f"studio/{web_files.release()}/app.js").get()
    assert (script["ContentType"], script["CacheControl"]) == (
        "text/javascript; charset=utf-8",
        "public, max-age=31536000, immutable",
    )
    library = bucket.Object(f"studio/{web_files.release()}/vendor/preact.js")
    assert library.content_length > 0
    config = bucket.Object("studio/config.json").get()
    assert config["CacheControl"] == "no-cache"
    told = json.loads(config["Body"].read())
    assert told["signIn"]["clientId"] == "client"
    assert told["signIn"]["authorizeUrl"] == f"{outputs['SignInUrl']}/oauth2/authorize"


def test_old_releases_go_and_the_newest_stay(buckets: S3ServiceResource, outputs: dict[str, str]) -> None:
    bucket = buckets.Bucket(outputs["StudioBucketName"])
    for number in range(KEPT + 2):
        bucket.put_object(Key=f"studio/release{number}/app.js", Body=b"")
    bucket.put_object(Key=f"studio/{web_files.release()}/app.js", Body=b"")

    page_upload.publish(buckets, outputs)

    releases = {each.key.split("/")[1] for each in bucket.objects.filter(Prefix="studio/")}
    assert len(releases - {"config.json"}) == KEPT
    assert web_files.release() in releases


def test_a_stack_without_pages_gets_none(buckets: S3ServiceResource) -> None:
    assert not page_upload.upload_files(Display(), buckets, {})

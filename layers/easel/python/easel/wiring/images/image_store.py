"""The bucket of the pictures."""

from __future__ import annotations

import os
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

import boto3

from easel.storage.s3 import S3ImageStore, client_config
from easel.wiring.aws import BOTO
from easel.wiring.env import ImagesBucket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@cache
def bucket_client() -> S3Client:
    """The client of the bucket: one per process, with settings of its own."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    return boto3.client("s3", config=BOTO.merge(client_config(endpoint)))


@cache
def image_store(env: ImagesBucket) -> S3ImageStore:
    """Put, copy and sign pictures."""
    return S3ImageStore(
        bucket_client(), env.IMAGES_BUCKET_NAME, base_url=env.IMAGES_BASE_URL, credentials_end=_credentials_end
    )


def _credentials_end() -> datetime | None:
    """When the credentials of this process end, where the platform says so (the name is that of the AWS SDKs)."""
    text = os.environ.get("AWS_CREDENTIAL_EXPIRATION")
    return datetime.fromisoformat(text) if text else None

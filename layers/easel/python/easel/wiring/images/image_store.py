"""The bucket of the pictures."""

from __future__ import annotations

import os
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from easel.storage.presigned import LinkSigner, bucket_address
from easel.storage.s3 import S3ImageStore, client_config
from easel.wiring.aws import credentials, region
from easel.wiring.env import ImagesBucket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@cache
def bucket_client() -> S3Client:
    """The client of the bucket: one per process, with settings of its own."""
    from easel.wiring import botocore_clients  # noqa: PLC0415 - signing links needs no client

    settings = botocore_clients.BOTO.merge(client_config(endpoint()))
    client: S3Client = botocore_clients.client("s3", settings)
    return client


@cache
def image_store(env: ImagesBucket) -> S3ImageStore:
    """Put, copy and sign pictures."""
    address = bucket_address(env.IMAGES_BUCKET_NAME, region(), endpoint())
    signer = LinkSigner(address, region(), credentials())
    return S3ImageStore(
        bucket_client,
        env.IMAGES_BUCKET_NAME,
        signer,
        base_url=env.IMAGES_BASE_URL,
        credentials_end=_credentials_end,
    )


def endpoint() -> str | None:
    """An S3 other than AWS's, by the variables of the AWS SDKs."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")


def _credentials_end() -> datetime | None:
    """When the credentials of this process end, where the platform says so (the name is that of the AWS SDKs)."""
    text = os.environ.get("AWS_CREDENTIAL_EXPIRATION")
    return datetime.fromisoformat(text) if text else None

"""The bucket of the pictures."""

import os
from datetime import datetime
from functools import cache

import boto3

from easel.storage.s3 import S3ImageStore, client_config
from easel.wiring.aws import BOTO
from easel.wiring.env import ImagesBucket


@cache
def image_store(env: ImagesBucket) -> S3ImageStore:
    """Put, copy and sign pictures. One per process, because it has a client of its own."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    client = boto3.client("s3", config=BOTO.merge(client_config(endpoint)))
    return S3ImageStore(client, env.IMAGES_BUCKET_NAME, base_url=env.IMAGES_BASE_URL, credentials_end=_credentials_end)


def _credentials_end() -> datetime | None:
    """When the credentials of this process end, where the platform says so (the name is that of the AWS SDKs)."""
    text = os.environ.get("AWS_CREDENTIAL_EXPIRATION")
    return datetime.fromisoformat(text) if text else None

"""The objects of uploads, and links to them."""

import os
from functools import cache

import boto3

from easel.clock import system_clock
from easel.services.uploads.upload_links import UploadLinkMaker
from easel.storage.s3 import client_config
from easel.storage.uploads import S3UploadStore
from easel.wiring.aws import BOTO
from easel.wiring.env import ImagesBucket


@cache
def upload_store(env: ImagesBucket) -> S3UploadStore:
    """One per process, because it has a client of its own."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    client = boto3.client("s3", config=BOTO.merge(client_config(endpoint)))
    return S3UploadStore(client, env.IMAGES_BUCKET_NAME, base_url=env.IMAGES_BASE_URL)


def upload_links(env: ImagesBucket) -> UploadLinkMaker:
    """Links to the pictures of uploads."""
    return UploadLinkMaker(store=upload_store(env), clock=system_clock)

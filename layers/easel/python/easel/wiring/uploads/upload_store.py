"""The objects of uploads, and links to them."""

from functools import cache

from easel.clock import system_clock
from easel.services.uploads.upload_links import UploadLinkMaker
from easel.storage.uploads import S3UploadStore
from easel.wiring.env import ImagesBucket
from easel.wiring.images.image_store import bucket_client, image_store


@cache
def upload_store(env: ImagesBucket) -> S3UploadStore:
    """Forms, what arrived, and checked pictures."""
    return S3UploadStore(bucket_client(), env.IMAGES_BUCKET_NAME, image_store(env))


def upload_links(env: ImagesBucket) -> UploadLinkMaker:
    """Links to the pictures of uploads."""
    return UploadLinkMaker(store=upload_store(env), clock=system_clock)

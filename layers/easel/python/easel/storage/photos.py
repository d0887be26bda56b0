"""Photos beside their originals, in S3."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from easel.aws_errors import is_no_object, raised_as
from easel.errors import NotFound, StorageUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from easel.storage.s3 import S3ImageStore


class S3PhotoStore:
    """`services.images.show_photo.PhotoStore`."""

    def __init__(self, client: S3Client, bucket: str, images: S3ImageStore) -> None:
        self._client = client
        self._bucket = bucket
        self._images = images

    def exists(self, key: str) -> bool:
        with raised_as(StorageUnavailable, f"The object {key} could not be looked for."):
            try:
                self._client.head_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if is_no_object(error):
                    return False
                raise
        return True

    def read(self, key: str) -> bytes:
        with raised_as(StorageUnavailable, f"The object {key} could not be read."):
            try:
                return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except ClientError as error:
                if is_no_object(error):
                    raise NotFound("There is no picture under this link.") from error
                raise

    def put(self, key: str, data: bytes, media_type: str) -> None:
        self._images.put(key, data, media_type)

    def link(self, key: str, lifetime: timedelta) -> str:
        return self._images.presign(key, expires_in=self._images.lifetime(lifetime))

"""Photos beside their originals, in S3."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from easel.aws_errors import code_of, raised_as
from easel.errors import NotFound, StorageUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from easel.storage.s3 import S3ImageStore

_ABSENT: Final = frozenset({"NoSuchKey", "404", "403", "AccessDenied", "Forbidden"})
"""S3 refuses what is not there to a role that may not list the bucket."""


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
                if code_of(error) in _ABSENT:
                    return False
                raise
        return True

    def read(self, key: str) -> bytes:
        with raised_as(StorageUnavailable, f"The object {key} could not be read."):
            try:
                return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except ClientError as error:
                if code_of(error) in _ABSENT:
                    raise NotFound("There is no picture under this link.") from error
                raise

    def put(self, key: str, data: bytes, media_type: str) -> None:
        self._images.put(key, data, media_type)

    def link(self, key: str, lifetime: timedelta) -> str:
        return self._images.presign(key, expires_in=self._images.lifetime(lifetime))

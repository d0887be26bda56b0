"""Reading stored pictures from S3, where a function serves them itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from easel.aws_errors import is_no_object, raised_as
from easel.errors import NotFound, StorageUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3FileReader:
    """`ports.content.FileReader`."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def read(self, key: str, first: int, last: int) -> bytes:
        """A part of an object.

        Raises:
            NotFound: there is no such object.
            StorageUnavailable: S3 did not answer, or the answer broke off.
        """
        with raised_as(StorageUnavailable, f"The object {key} could not be read."):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key, Range=f"bytes={first}-{last}")
            except ClientError as error:
                if is_no_object(error):
                    raise NotFound("Image not found") from error
                raise
            return answer["Body"].read()

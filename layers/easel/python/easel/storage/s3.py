"""The image store in S3."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from botocore.config import Config

from easel.aws_errors import raised_as
from easel.errors import StorageUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CACHE_CONTROL: Final = "public, max-age=31536000, immutable"
"""Objects never change under their key. Access is controlled by the presigned link, not by the cache."""

_MEDIA_TYPES: Final = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
}


def client_config(endpoint_url: str | None) -> Config:
    """Settings for S3 clients, to be merged with the common ones.

    Presigned links need signature version 4. On AWS the bucket is part of the host name; a custom
    endpoint (the embedded cloud) has no such host names, so there it is the first segment of the path.
    """
    return Config(signature_version="s3v4", s3={"addressing_style": "path" if endpoint_url else "virtual"})


class S3ImageStore:
    """`ports.pictures.ImageStore`."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, data: bytes, media_type: str) -> None:
        """Store an object; S3 verifies its checksum.

        Raises:
            StorageUnavailable: not stored, or the outcome is unknown. Safe to retry.
        """
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")
        with raised_as(StorageUnavailable, f"The object {key} could not be stored."):
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=data,
                ContentType=media_type,
                CacheControl=_CACHE_CONTROL,
                ChecksumSHA256=checksum,
            )

    def presign(self, key: str, *, expires_in: timedelta, filename: str | None = None) -> str:
        """A presigned link to this object; whether the object exists is not checked.

        With a `filename` a browser saves the image under that name, otherwise it displays it. The media type is derived
        from the key, so a link never serves anything but an image.

        Raises:
            StorageUnavailable: no credentials to sign with.
        """
        parameters = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentType": _MEDIA_TYPES.get(key.rpartition(".")[2], "application/octet-stream"),
            "ResponseContentDisposition": _disposition(filename),
        }
        with raised_as(StorageUnavailable, f"No link to the object {key} could be made."):
            return self._client.generate_presigned_url(
                "get_object", Params=parameters, ExpiresIn=int(expires_in.total_seconds())
            )


def _disposition(filename: str | None) -> str:
    """RFC 6266: an ASCII name for old clients and the exact one in `filename*`."""
    if filename is None:
        return "inline"
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\' else "_" for letter in filename
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"

"""The image store in S3."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from easel.aws_errors import raised_as
from easel.clock import system_clock
from easel.domain.file_names import FileName
from easel.errors import StorageUnavailable
from easel.storage.presigned import LinkSigner

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_s3 import S3Client

_CACHE_CONTROL: Final = "public, max-age=31536000, immutable"
"""Objects never change under their key. Access is controlled by the presigned link, not by the cache."""

_MEDIA_TYPES: Final = {
    "jsonl": "application/jsonl",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "zip": "application/zip",
}


def client_config(endpoint_url: str | None) -> Config:
    """Settings for S3 clients, to be merged with the common ones.

    Presigned forms need signature version 4. On AWS the bucket is part of the host name; a custom endpoint (the
    embedded cloud) has no such host names, so there it is the first segment of the path.
    """
    from botocore.config import Config  # noqa: PLC0415 - only makers of clients need it, not signers of links

    return Config(
        signature_version="s3v4",
        s3={"addressing_style": "path" if endpoint_url else "virtual", "us_east_1_regional_endpoint": "regional"},
    )


class S3ImageStore:
    """`ports.pictures.ImageStore`. The client is made by the first call that needs it: links need none.

    `base_url` is the address before the bucket that links get instead of the bucket's own: one that takes the headers
    away which S3 would refuse. `credentials_end` is when the credentials that sign links end; None if it is not known.
    """

    def __init__(
        self,
        client: Callable[[], S3Client],
        bucket: str,
        signer: LinkSigner,
        *,
        base_url: str = "",
        credentials_end: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._signer = signer
        self._base_url = base_url.rstrip("/")
        self._credentials_end = credentials_end

    def lifetime(self, wanted: timedelta) -> timedelta:
        """How long a link works: until the credentials end that sign it, where they say when that is."""
        end = self._credentials_end()
        return wanted if end is None else max(timedelta(seconds=1), min(wanted, end - system_clock()))

    def put(self, key: str, data: bytes, media_type: str) -> None:
        """Store an object; S3 verifies its checksum.

        Raises:
            StorageUnavailable: not stored, or the outcome is unknown. Safe to retry.
        """
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")
        with raised_as(StorageUnavailable, f"The object {key} could not be stored."):
            self._client().put_object(
                Bucket=self._bucket,
                Key=key,
                Body=data,
                ContentType=media_type,
                CacheControl=_CACHE_CONTROL,
                ChecksumSHA256=checksum,
            )

    def get(self, key: str) -> bytes | None:
        """The bytes of an object; None when there is none.

        Raises:
            StorageUnavailable: the bucket does not answer.
        """
        with raised_as(StorageUnavailable, f"The object {key} could not be read."):
            client = self._client()
            try:
                return client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except client.exceptions.NoSuchKey:
                return None

    def presign(self, key: str, *, expires_in: timedelta, filename: FileName | None = None, head: bool = False) -> str:
        """A presigned link to this object; whether the object exists is not checked.

        With a `filename` a browser saves the image under that name, otherwise it displays it. The media type is derived
        from the key, so a link never serves anything but an image or an archive. A link is for GET, or for HEAD only:
        S3 signs the method too.

        Raises:
            StorageUnavailable: no credentials to sign with.
        """
        parameters = {
            "response-content-type": _MEDIA_TYPES.get(key.rpartition(".")[2], "application/octet-stream"),
            "response-content-disposition": disposition(filename),
        }
        link = self._signer.link("HEAD" if head else "GET", key, parameters, int(expires_in.total_seconds()))
        return f"{self._base_url}{link.removeprefix(self._signer.origin)}" if self._base_url else link


def disposition(filename: FileName | None) -> str:
    """RFC 6266: an ASCII name for old clients and the exact one in `filename*`."""
    if filename is None:
        return "inline"
    return f"attachment; filename=\"{filename.plain}\"; filename*=UTF-8''{quote(filename.exact, safe='')}"

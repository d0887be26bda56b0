"""The store of images over a client that a test has made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from easel.storage.presigned import LinkSigner, bucket_address
from easel.storage.s3 import S3ImageStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def image_store(client: S3Client, bucket: str, **options: Any) -> S3ImageStore:
    """Links have the address, the region and the credentials of the client."""
    endpoint = None if "amazonaws.com" in client.meta.endpoint_url else client.meta.endpoint_url
    address = bucket_address(bucket, client.meta.region_name, endpoint)
    signer = LinkSigner(address, client.meta.region_name, lambda: client._request_signer._credentials)  # type: ignore[attr-defined]
    return S3ImageStore(lambda: client, bucket, signer, **options)

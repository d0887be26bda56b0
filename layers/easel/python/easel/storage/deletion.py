"""Deletion of objects for good: every version, and the markers of earlier deletions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from easel.aws_errors import raised_as
from easel.errors import StorageUnavailable
from easel.storage.keys import archives_prefix, image_prefix, lent_prefix, unmarked_prefix

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

_AT_ONCE: Final = 1_000
"""What DeleteObjects takes, and ListObjectVersions gives."""


def delete_below(client: S3Client, bucket: str, prefix: str) -> int:
    """Delete what lies below a prefix, in a bucket with versions or without. Returns how many versions there were.

    It may be repeated at any time: it goes on with what is left.

    Raises:
        StorageUnavailable: something may be left.
    """
    deleted = 0
    with raised_as(StorageUnavailable, f"The objects below {prefix} could not be deleted."):
        pages = client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            found: list[ObjectIdentifierTypeDef] = [
                {"Key": one["Key"], "VersionId": one["VersionId"]}
                for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
            ]
            for start in range(0, len(found), _AT_ONCE):
                batch = found[start : start + _AT_ONCE]
                answer = client.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
                if answer.get("Errors"):
                    raise StorageUnavailable(f"{len(answer['Errors'])} objects below {prefix} could not be deleted.")
                deleted += len(batch)
    return deleted


class S3PictureFiles:
    """`ports.deletion.PictureFiles`."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def delete_picture(self, workspace_id: str, generation_id: str, image_id: str) -> None:
        for prefix in (image_prefix, unmarked_prefix):
            delete_below(self._client, self._bucket, f"{prefix(workspace_id, generation_id, image_id)}/")

    def delete_archives(self, workspace_id: str, generation_id: str) -> None:
        delete_below(self._client, self._bucket, archives_prefix(workspace_id, generation_id))

    def delete_references(self, workspace_id: str, generation_id: str) -> None:
        delete_below(self._client, self._bucket, lent_prefix(workspace_id, generation_id))

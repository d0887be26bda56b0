"""The objects of uploads in S3."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from easel.aws_errors import code_of, raised_as
from easel.domain.upload import EXTENSIONS, MAX_BYTES, AcceptedPicture
from easel.errors import ImageRejected, RejectionReason, StorageUnavailable
from easel.services.ports.uploads import CleanedUpload, PostForm, ScanResult
from easel.storage.deletion import delete_below
from easel.storage.keys import incoming_key, upload_prefix
from easel.storage.s3 import S3ImageStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_Found = TypeVar("_Found")

SCAN_TAG: Final = "GuardDutyMalwareScanStatus"
"""The tag that GuardDuty Malware Protection for S3 puts on an object that it has scanned."""
_NOT_THERE: Final = frozenset({"NoSuchKey", "404", "NotFound", "PreconditionFailed", "412"})
"""HEAD has no body to name the error, so botocore gives its status."""
_THUMBNAIL_TYPE: Final = "image/webp"


class S3UploadStore:
    """`ports.uploads.UploadStore`."""

    def __init__(self, client: S3Client, bucket: str, images: S3ImageStore) -> None:
        self._client = client
        self._bucket = bucket
        self._images = images

    def form(self, workspace_id: str, upload_id: str, media_type: str, *, expires_in: timedelta) -> PostForm:
        """A presigned POST. Its policy allows exactly this key and type, and S3 checks the number of bytes."""
        key = incoming_key(workspace_id, upload_id)
        with raised_as(StorageUnavailable, "No form for an upload could be signed."):
            signed = self._client.generate_presigned_post(
                Bucket=self._bucket,
                Key=key,
                Fields={"Content-Type": media_type, "success_action_status": "201"},
                Conditions=[
                    {"Content-Type": media_type},
                    {"success_action_status": "201"},
                    ["content-length-range", 1, MAX_BYTES],
                ],
                ExpiresIn=int(expires_in.total_seconds()),
            )
        return PostForm(signed["url"], signed["fields"])

    def read_arrived(self, workspace_id: str, upload_id: str, *, etag: str | None = None) -> bytes | None:
        key = incoming_key(workspace_id, upload_id)

        def read() -> bytes:
            if etag:
                answer = self._client.get_object(Bucket=self._bucket, Key=key, IfMatch=f'"{etag}"')
            else:
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
            if answer["ContentLength"] > MAX_BYTES:
                message = f"The file has {answer['ContentLength']} bytes; at most {MAX_BYTES} are accepted."
                raise ImageRejected(message, RejectionReason.TOO_LARGE)
            return answer["Body"].read()

        return _unless_absent(read, f"The object {key} could not be read.")

    def scan_result(self, workspace_id: str, upload_id: str) -> ScanResult | None:
        key = incoming_key(workspace_id, upload_id)

        def read() -> ScanResult | None:
            # The ETag first: tags of an object that replaces this one later do not fit it.
            etag = self._client.head_object(Bucket=self._bucket, Key=key)["ETag"].strip('"')
            tags = self._client.get_object_tagging(Bucket=self._bucket, Key=key)["TagSet"]
            status = next((tag["Value"] for tag in tags if tag["Key"] == SCAN_TAG), None)
            return ScanResult(status, etag) if status else None

        return _unless_absent(read, f"The tags of the object {key} could not be read.")

    def delete_arrived(self, workspace_id: str, upload_id: str) -> None:
        self._delete([incoming_key(workspace_id, upload_id)])

    def keep(self, workspace_id: str, upload_id: str, cleaned: CleanedUpload) -> AcceptedPicture:
        base, reference = f"{upload_prefix(workspace_id, upload_id)}/{cleaned.sha256}", cleaned.reference
        picture = AcceptedPicture(
            key=f"{base}.{EXTENSIONS[cleaned.media_type]}",
            thumbnail_key=f"{base}-thumb.webp",
            media_type=cleaned.media_type,
            bytes=len(cleaned.data),
            width=cleaned.width,
            height=cleaned.height,
            sha256=cleaned.sha256,
            reference_key=f"{base}-reference.{EXTENSIONS[reference.media_type]}" if reference else None,
        )
        self._images.put(picture.key, cleaned.data, cleaned.media_type)
        self._images.put(picture.thumbnail_key, cleaned.thumbnail, _THUMBNAIL_TYPE)
        if reference is not None and picture.reference_key is not None:
            self._images.put(picture.reference_key, reference.data, reference.media_type)
        return picture

    def discard(self, picture: AcceptedPicture) -> None:
        self._delete(key for key in (picture.key, picture.thumbnail_key, picture.reference_key) if key)

    def delete_all(self, workspace_id: str, upload_id: str) -> None:
        # All ids have one length, so none is the beginning of another.
        for key in (f"{upload_prefix(workspace_id, upload_id)}/", incoming_key(workspace_id, upload_id)):
            delete_below(self._client, self._bucket, key)

    def presign(self, key: str, *, expires_in: timedelta) -> str:
        return self._images.presign(key, expires_in=expires_in)

    def lifetime(self, wanted: timedelta) -> timedelta:
        return self._images.lifetime(wanted)

    def _delete(self, keys: Iterable[str]) -> None:
        # One by one: there are three at most, and S3 reports failures within an answer to a batch as a success.
        for key in keys:
            with raised_as(StorageUnavailable, f"The object {key} could not be deleted."):
                self._client.delete_object(Bucket=self._bucket, Key=key)


def _unless_absent(read: Callable[[], _Found | None], message: str) -> _Found | None:
    """What is read; None where the object is not there, or has another ETag."""
    try:
        return read()
    except (BotoCoreError, ClientError) as error:
        if code_of(error) in _NOT_THERE:
            return None
        raise StorageUnavailable(message) from error

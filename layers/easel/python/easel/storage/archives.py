"""ZIP files in S3, made of objects that are there.

Objects of 5 MB and more are copied within S3, where the limits of multipart uploads allow it: a part has at least
5 MiB, but for the last. Smaller ones pass through this process in pieces, so memory does not grow with the archive.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from easel.aws_errors import raised_as
from easel.domain.archive import ArchivePlan
from easel.domain.file_names import FileName
from easel.domain.zip_layout import directory, local_header
from easel.errors import StorageUnavailable
from easel.storage.deletion import delete_below
from easel.storage.s3 import disposition

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SMALLEST_PART: Final = 5 * 1024 * 1024
"""S3 refuses smaller parts, but for the last."""
_FULL_PART: Final = 8 * 1024 * 1024
_CHUNK: Final = 1024 * 1024
_MEDIA_TYPE: Final = "application/zip"


class S3ArchiveStore:
    """`ports.archives.ArchiveStore`."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def build(self, key: str, plan: ArchivePlan, on_progress: Callable[[int], None]) -> None:
        """Raises StorageUnavailable: also for a picture that is gone, or has other bytes than its record says."""
        with raised_as(StorageUnavailable, f"The archive {key} could not be written."):
            plan = plan.with_checksums({file.key: self._crc32(file.key) for file in plan.files if file.crc32 is None})
            with _Upload(self._client, self._bucket, key, plan.name, on_progress) as upload:
                manifest = replace(plan.manifest_entry(), crc32=zlib.crc32(plan.manifest))
                upload.write(local_header(manifest) + plan.manifest)
                entries = [manifest]
                for file in plan.files:
                    entries.append(plan.entry(file))
                    upload.write(local_header(entries[-1]))
                    upload.append(file.key, file.size, file.crc32 or 0)
                upload.write(directory(entries))

    def delete(self, key: str) -> None:
        delete_below(self._client, self._bucket, key)

    def _crc32(self, key: str) -> int:
        checksum = 0
        for chunk in self._client.get_object(Bucket=self._bucket, Key=key)["Body"].iter_chunks(_CHUNK):
            checksum = zlib.crc32(chunk, checksum)
        return checksum


class _Upload:
    """A multipart upload: bytes are collected into parts, and large objects are copied as parts of their own."""

    def __init__(
        self, client: S3Client, bucket: str, key: str, name: FileName, on_progress: Callable[[int], None]
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._key = key
        self._disposition = disposition(name)
        self._on_progress = on_progress
        self._buffer = bytearray()
        self._etags: list[str] = []
        self._done = 0
        self._id = ""

    def __enter__(self) -> Self:
        answer = self._client.create_multipart_upload(
            Bucket=self._bucket,
            Key=self._key,
            ContentType=_MEDIA_TYPE,
            ContentDisposition=self._disposition,
            CacheControl="private, no-store",
        )
        self._id = answer["UploadId"]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None) -> None:
        if kind is not None:
            # Best effort: a lifecycle rule aborts what is left after a day.
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._id)
            return
        self._flush()
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(self._etags, start=1)]
        self._client.complete_multipart_upload(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._id,
            MultipartUpload={"Parts": parts},  # type: ignore[typeddict-item]  # made above, in the shape that it wants
        )

    def write(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) >= _FULL_PART:
            self._flush()

    def append(self, source: str, size: int, crc32: int) -> None:
        """Append an object. What goes before it in its part is filled up to the smallest part first."""
        streamed = max(0, SMALLEST_PART - len(self._buffer)) if self._buffer else 0
        if size - streamed < SMALLEST_PART:
            self._stream(source, size, crc32)
            return
        for chunk in self._pieces(source, 0, streamed):
            self._buffer += chunk
        self._flush()
        self._copy(source, streamed, size)

    def _stream(self, source: str, size: int, crc32: int) -> None:
        length = checksum = 0
        for chunk in self._pieces(source, 0, size):
            length, checksum = length + len(chunk), zlib.crc32(chunk, checksum)
            self.write(chunk)
        if (length, checksum) != (size, crc32):
            raise StorageUnavailable(f"The object {source} has other bytes than its record says.")

    def _pieces(self, source: str, start: int, end: int) -> Iterator[bytes]:
        if end <= start:
            return
        answer = self._client.get_object(Bucket=self._bucket, Key=source, Range=f"bytes={start}-{end - 1}")
        yield from answer["Body"].iter_chunks(_CHUNK)

    def _copy(self, source: str, start: int, end: int) -> None:
        answer = self._client.upload_part_copy(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._id,
            PartNumber=len(self._etags) + 1,
            CopySource={"Bucket": self._bucket, "Key": source},
            CopySourceRange=f"bytes={start}-{end - 1}",
        )
        self._note(answer["CopyPartResult"]["ETag"], end - start)

    def _flush(self) -> None:
        if not self._buffer:
            return
        answer = self._client.upload_part(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._id,
            PartNumber=len(self._etags) + 1,
            Body=bytes(self._buffer),
        )
        size = len(self._buffer)
        self._buffer.clear()
        self._note(answer["ETag"], size)

    def _note(self, etag: str, size: int) -> None:
        self._etags.append(etag)
        self._done += size
        self._on_progress(self._done)

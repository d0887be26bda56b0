"""The contents of the files of batches that OpenAI's clients upload and fetch."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from easel.aws_errors import raised_as
from easel.domain.batch_file import BatchFile, parts_of
from easel.domain.file_names import FileName
from easel.errors import StorageUnavailable
from easel.storage.keys import batch_key
from easel.storage.s3 import S3ImageStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3FileContents:
    """`ports.batch_files.FileContents`. `store` reads, writes and signs links to objects of the bucket."""

    def __init__(self, client: S3Client, bucket: str, store: S3ImageStore) -> None:
        self._client = client
        self._bucket = bucket
        self._store = store

    def put(self, workspace_id: str, file_id: str, data: bytes) -> None:
        self._store.put(_key(workspace_id, file_id), data, "application/jsonl")

    def get(self, file: BatchFile) -> bytes | None:
        return self._store.get(_key(file.workspace_id, file.id))

    def link(self, file: BatchFile, expires_in: timedelta) -> str:
        name = f"file-{file.id}.jsonl"
        key = _key(file.workspace_id, file.id)
        return self._store.presign(key, expires_in=expires_in, filename=FileName(name, name))

    def delete(self, file: BatchFile) -> None:
        with raised_as(StorageUnavailable, "The file could not be deleted."):
            self._client.delete_object(Bucket=self._bucket, Key=_key(file.workspace_id, file.id))


def _key(workspace_id: str, file_id: str) -> str:
    parts = parts_of(file_id)
    if parts is None:
        raise ValueError(f"{file_id!r} is no id of a file")
    return batch_key(workspace_id, *parts)

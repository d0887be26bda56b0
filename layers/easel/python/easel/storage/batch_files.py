"""The files of batches: lines, which are read a chunk at a time, and results, which grow by a chunk at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from easel.aws_errors import raised_as
from easel.domain.batch import CANONICAL_ADDRESS, Batch, BatchLine, chunk_size
from easel.domain.file_names import FileName
from easel.errors import StorageUnavailable
from easel.storage.keys import batch_key
from easel.storage.s3 import S3ImageStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MEDIA_TYPE: Final = "application/jsonl"


class S3BatchFiles:
    """`ports.batches.BatchFiles`. `links` signs links to objects of the bucket."""

    def __init__(self, client: S3Client, bucket: str, links: S3ImageStore) -> None:
        self._client = client
        self._bucket = bucket
        self._links = links

    def put_lines(self, workspace_id: str, batch_id: str, lines: Sequence[BatchLine]) -> tuple[int, ...]:
        size, data, offsets = chunk_size(len(lines)), bytearray(), [0]
        for start in range(0, len(lines), size):
            for line in lines[start : start + size]:
                data += _encoded(
                    {
                        "n": line.number,
                        "id": line.custom_id,
                        "url": line.address,
                        "body": line.body,
                        "error": line.error,
                    }
                )
            offsets.append(len(data))
        self._put(batch_key(workspace_id, batch_id, "lines"), bytes(data))
        return tuple(offsets)

    def lines(self, batch: Batch, chunk: int) -> Sequence[BatchLine]:
        first, end = batch.offsets[chunk], batch.offsets[chunk + 1]
        text = self._get(batch_key(batch.workspace_id, batch.id, "lines"), f"bytes={first}-{end - 1}")
        values = [json.loads(line) for line in text.splitlines()]
        return [
            BatchLine(
                value["n"], value["id"], value["body"], value["error"], address=value.get("url", CANONICAL_ADDRESS)
            )
            for value in values
        ]

    def append_results(self, batch: Batch, step: int, results: Sequence[Mapping[str, Any]]) -> None:
        before = self._get(self._results(batch, step - 1)) if step > 1 else b""
        self._put(self._results(batch, step), before + b"".join(map(_encoded, results)))

    def results_link(self, batch: Batch, step: int, expires_in: timedelta) -> str:
        name = f"batch-{batch.id}.jsonl"
        return self._links.presign(self._results(batch, step), expires_in=expires_in, filename=FileName(name, name))

    def _results(self, batch: Batch, step: int) -> str:
        return batch_key(batch.workspace_id, batch.id, f"results-{step:04d}")

    def _put(self, key: str, data: bytes) -> None:
        with raised_as(StorageUnavailable, "A file of the batch could not be stored."):
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=data, ContentType=_MEDIA_TYPE, ChecksumAlgorithm="SHA256"
            )

    def _get(self, key: str, part: str = "bytes=0-") -> bytes:
        with raised_as(StorageUnavailable, "A file of the batch could not be read."):
            return self._client.get_object(Bucket=self._bucket, Key=key, Range=part)["Body"].read()


def _encoded(value: Mapping[str, Any]) -> bytes:
    # ASCII: no line separator of Unicode is left to be taken for the end of a line.
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"

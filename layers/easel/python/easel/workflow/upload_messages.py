"""Messages about uploads: events of S3, results of malware scans, and our own reminders, in one queue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from easel.aws_errors import raised_as
from easel.errors import QueueUnavailable
from easel.services.ports.uploads import ScanResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class ArrivedUpload:
    """An upload that something happened to; `scan` is the result of its malware scan, if that is what happened."""

    workspace_id: str
    upload_id: str
    scan: ScanResult | None = None


def arrivals(body: str, upload_of: Callable[[str], tuple[str, str] | None]) -> list[ArrivedUpload]:
    """The uploads that a message is about; none for events of other objects, and for S3's test event.

    `upload_of` gives the (workspace id, upload id) of an object key. Raises ValueError or KeyError: not such a message.
    """
    message: Mapping[str, Any] = json.loads(body)
    if "workspaceId" in message:
        return [ArrivedUpload(message["workspaceId"], message["uploadId"])]
    named = ((upload_of(key), scan) for key, scan in _objects(message))
    return [ArrivedUpload(*upload, scan) for upload, scan in named if upload]


def _objects(message: Mapping[str, Any]) -> Iterator[tuple[str, ScanResult | None]]:
    """Object keys, with the result of a scan."""
    for record in message.get("Records", ()):
        # S3 escapes keys in its events; scan results have them as they are.
        yield unquote_plus(record["s3"]["object"]["key"]), None
    detail = message.get("detail", {})
    if "s3ObjectDetails" in detail:
        scanned, result = detail["s3ObjectDetails"], detail.get("scanResultDetails", {})
        status = result.get("scanResultStatus") or detail.get("scanStatus", "")
        yield scanned["objectKey"], ScanResult(status, scanned["eTag"].strip('"'))


class SqsUploadQueue:
    """`ports.uploads.UploadQueue`."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def check(self, workspace_id: str, upload_id: str) -> None:
        """Raises QueueUnavailable. Safe to repeat."""
        body = json.dumps({"workspaceId": workspace_id, "uploadId": upload_id})
        with raised_as(QueueUnavailable, "The upload could not be queued."):
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=body)

"""Exports in S3: the file, with what was measured of it as its metadata."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from easel.aws_errors import is_no_object, raised_as
from easel.domain.export_channels import ExportFacts
from easel.errors import StorageUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_FACTS: Final = "facts"


class S3ExportStore:
    """`ports.exports.ExportStore`."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def find(self, key: str) -> ExportFacts | None:
        try:
            answer = self._client.head_object(Bucket=self._bucket, Key=key)
        except (BotoCoreError, ClientError) as error:
            if is_no_object(error):
                return None
            with raised_as(StorageUnavailable, f"The export {key} could not be looked for."):
                raise
        try:
            return ExportFacts(**json.loads(answer["Metadata"][_FACTS]))
        except (KeyError, TypeError, ValueError):
            return None

    def read(self, key: str) -> bytes:
        with raised_as(StorageUnavailable, f"The picture {key} could not be read."):
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()

    def put(self, key: str, data: bytes, facts: ExportFacts) -> None:
        with raised_as(StorageUnavailable, f"The export {key} could not be stored."):
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=data,
                ContentType="image/jpeg",
                Metadata={_FACTS: json.dumps(asdict(facts))},
                ChecksumAlgorithm="SHA256",
            )

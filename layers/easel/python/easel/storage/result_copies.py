"""Delivers the images of a generation to buckets of other AWS accounts.

S3 copies them itself, from bucket to bucket, so no byte passes through the worker. Keys follow from the generation, so
a repeat overwrites the same objects. The event comes last: once it is there, so is every file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from easel.aws_errors import code_of
from easel.clock import Clock, system_clock
from easel.domain.deliveries import Attempt, DeliveredFile
from easel.domain.destinations import Destination
from easel.domain.events.results import code_key, event_key, file_key
from easel.domain.events.types import VERIFICATION
from easel.domain.image import Image
from easel.outbound.aws_attempts import Accepted, AwsAttempts, TooLateError
from easel.outbound.signatures import signed
from easel.services.ports.webhooks import Posting

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ImagesOf = Callable[[str, str], Iterable[Image]]
"""The images of a generation that are there, by its workspace and its id."""


class S3ResultPoster:
    """`ports.webhooks.Poster` for buckets. `bucket` is ours, where the images are."""

    def __init__(
        self,
        client: Callable[[str], S3Client],
        bucket: str,
        images_of: ImagesOf,
        *,
        attempts: AwsAttempts | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._images_of = images_of
        self._attempts = attempts or AwsAttempts(clock=clock)
        self._clock = clock

    def __call__(self, posting: Posting, number: int) -> Attempt:
        if posting.destination is None:
            raise ValueError("a posting to AWS names its destination")
        target = posting.destination
        return self._attempts.make(number, lambda: self._deliver(posting, target))

    def _deliver(self, posting: Posting, target: Destination) -> Accepted:
        client, subject = self._client(target.region), json.loads(posting.body)["data"]["id"]
        if posting.event_type == VERIFICATION:
            key = code_key(target, subject)
            return Accepted(self._put(client, posting, target, key), f"s3://{target.name}/{key}")
        ends = self._attempts.monotonic() + posting.seconds
        files: list[DeliveredFile] = []
        for image in self._images_of(posting.workspace_id, subject):
            if self._attempts.monotonic() >= ends:
                raise TooLateError
            files += self._copied(client, target, subject, image)
        key = event_key(target, subject)
        status = self._put(client, posting, target, key)
        return Accepted(status, f"s3://{target.name}/{key}, {len(files)} files", tuple(files))

    def _copied(
        self, client: S3Client, target: Destination, generation_id: str, image: Image
    ) -> Iterator[DeliveredFile]:
        if image.stored is None:
            return
        source = image.stored.original_key
        key = file_key(target, generation_id, image.index, source.rpartition(".")[2])
        try:
            client.copy_object(
                Bucket=target.name,
                Key=key,
                CopySource={"Bucket": self._bucket, "Key": source},
                ExpectedBucketOwner=target.account_id,
            )
        except ClientError as error:
            # It was deleted meanwhile, which is no failure of the bucket.
            if code_of(error) == "NoSuchKey":
                return
            raise
        yield DeliveredFile(image.id, image.index, key, image.stored.media_type, image.stored.byte_count)

    def _put(self, client: S3Client, posting: Posting, target: Destination, key: str) -> int:
        answer: Any = client.put_object(
            Bucket=target.name,
            Key=key,
            Body=posting.body.encode("utf-8"),
            ContentType="application/json",
            Metadata=signed(posting, self._clock()),
            ExpectedBucketOwner=target.account_id,
        )
        status: int = answer["ResponseMetadata"]["HTTPStatusCode"]
        return status

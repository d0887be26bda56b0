"""A tenant with generations whose pictures are in the bucket, for tests of what is done with pictures."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, cast

import pytest
from tests.functions.api.harness import LAMBDA_CONTEXT, Answer
from tests.functions.api.world import World
from tests.support.generations import a_generation, a_stored_image

from easel import settings
from easel.domain.generation import Generation
from easel.domain.image import Failure, Image, ServedBy, Status
from easel.ids import image_id, new_generation_id
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations

FAILURE = Failure("content_policy", "The provider refused it.")


@dataclass
class PictureTenant:
    """A tenant with one generation, whose pictures are in the bucket."""

    world: World
    tenant: dict[str, Any]

    def generation(self, *sizes: int, failed: int = 0, **changes: Any) -> Generation:
        """One that has ended, with pictures of these sizes, and further images that failed."""
        identity, workspace = new_generation_id(), self.tenant["workspaceId"]
        images = [self._picture(workspace, identity, index, size) for index, size in enumerate(sizes)]
        images += [
            Image(image_id(identity, len(sizes) + index), len(sizes) + index, Status.FAILED, None, failure=FAILURE)
            for index in range(failed)
        ]
        values = {
            "id": identity,
            "workspace_id": workspace,
            "prompt": "Linen Shirt",
            "status": Status.COMPLETED if sizes else Status.FAILED,
            "completed_at": datetime(2026, 11, 20, 10, 1, tzinfo=UTC),
            "images": tuple(images),
        }
        generation = a_generation(**values | changes)
        repository = DynamoGenerations(self.dynamodb, self.world.environment["CORE_TABLE_NAME"])
        DynamoTransactions(self.dynamodb).commit(*repository.creation(generation))
        return generation

    def _picture(self, workspace: str, generation: str, index: int, size: int) -> Image:
        identity = image_id(generation, index)
        prefix = f"generated/{workspace}/{generation}/{identity}"
        data = random.Random(index).randbytes(size)  # noqa: S311 - the same bytes at each run
        for name in ("original.png", "preview.webp", "thumb.webp"):
            self.s3.put_object(Bucket=self.bucket, Key=f"{prefix}/{name}", Body=data)
        unmarked = f"unmarked/{workspace}/{generation}/{identity}/original.png"
        self.s3.put_object(Bucket=self.bucket, Key=unmarked, Body=data)
        kept = a_stored_image(
            original_key=f"{prefix}/original.png",
            preview_key=f"{prefix}/preview.webp",
            thumbnail_key=f"{prefix}/thumb.webp",
            unmarked_key=unmarked,
            byte_count=size,
            crc32=zlib.crc32(data),
        )
        return Image(
            identity, index, Status.COMPLETED, None, stored=kept, served_by=ServedBy("wavespeed", "seedream-v4"),
            shot="hero" if index == 0 else None, completed_at=datetime(2026, 11, 20, 10, 1, tzinfo=UTC),
        )  # fmt: skip

    @property
    def dynamodb(self) -> Any:
        return self.world.emulator.client("dynamodb")

    @property
    def s3(self) -> Any:
        return self.world.emulator.client("s3")

    @property
    def bucket(self) -> str:
        return self.world.environment["IMAGES_BUCKET_NAME"]

    def call(self, method: str, path: str, *, key: str | None = None, query: str = "") -> Answer:
        return self.world.call(method, path, token=key or self.tenant["apiKey"], query=query)

    def ask(self, generation: Generation, method: str = "GET", query: str = "", key: str | None = None) -> Answer:
        """For the archive of a generation."""
        return self.call(method, f"/api/v1/generations/{generation.id}/archive", key=key, query=query)

    def messages(self, queue: str = "ARCHIVES_QUEUE_URL") -> list[str]:
        """What waits for a worker; they are taken away."""
        sqs, url = self.world.emulator.client("sqs"), self.world.environment[queue]
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in found]

    def work(self, worker: ModuleType, bodies: list[str]) -> Any:
        """Have a worker handle these messages."""
        with pytest.MonkeyPatch.context() as patch:
            for name in worker.Env.model_fields:
                patch.setenv(name, self.world.environment[name])
            settings.forget()
            records = [
                {"messageId": str(number), "body": body, "eventSource": "aws:sqs"} for number, body in enumerate(bodies)
            ]
            return worker.lambda_handler({"Records": records}, cast(Any, LAMBDA_CONTEXT))

    def objects(self, below: str = "archives/") -> dict[str, Any]:
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=below)
        return {entry["Key"]: entry["LastModified"] for entry in listed.get("Contents", [])}

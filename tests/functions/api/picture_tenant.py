"""A tenant with generations whose pictures are in the bucket, for tests of what is done with pictures."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any, cast

import pytest
from tests.functions.api.harness import LAMBDA_CONTEXT, Answer
from tests.functions.api.world import World
from tests.support.stored_pictures import StoredPictures

from easel import settings
from easel.domain.content_item import ContentImage, ContentVariant
from easel.domain.generation import Generation
from easel.repositories.content_images import DynamoContentImages
from easel.repositories.dynamodb import DynamoTransactions


@dataclass
class PictureTenant:
    """A tenant with one generation, whose pictures are in the bucket."""

    world: World
    tenant: dict[str, Any]

    def generation(self, *sizes: int, failed: int = 0, **changes: Any) -> Generation:
        """One that has ended, with pictures of these sizes, and further images that failed."""
        pictures = StoredPictures(
            dynamodb=self.dynamodb,
            table=self.world.environment["CORE_TABLE_NAME"],
            s3=self.s3,
            bucket=self.bucket,
        )
        return pictures.generation(self.tenant["workspaceId"], *sizes, failed=failed, **changes)

    def article(self, item_id: str, generation: Generation) -> ContentImage:
        """The first picture of a generation as a version of a content item."""
        image = ContentImage(
            workspace_id=generation.workspace_id,
            item_id=item_id,
            file_name="hero-1764000000000.png",
            variant=ContentVariant.HERO,
            title="An article",
            generation_id=generation.id,
            image_id=generation.images[0].id,
            created_at=generation.created_at,
            created_by=generation.user_id,
            number=1,
        )
        articles = DynamoContentImages(self.dynamodb, self.world.environment["CORE_TABLE_NAME"])
        DynamoTransactions(self.dynamodb).commit(*articles.adding(image))
        return image

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

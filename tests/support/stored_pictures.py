"""Generations that have ended, written to tables and bucket as the engine leaves them: of any size, at no cost."""

from __future__ import annotations

import random
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tests.support.generations import a_generation, a_stored_image

from easel.domain.image import Failure, Image, ServedBy, Status
from easel.ids import image_id, new_generation_id
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from easel.domain.generation import Generation

FAILURE: Final = Failure("content_policy", "The provider refused it.")
_ENDED: Final = datetime(2026, 11, 20, 10, 1, tzinfo=UTC)


class StoredPictures:
    """Where a deployment keeps its records and pictures."""

    def __init__(self, *, dynamodb: DynamoDBClient, table: str, s3: S3Client, bucket: str) -> None:
        self.s3, self.bucket = s3, bucket
        self._generations = DynamoGenerations(dynamodb, table)
        self._transactions = DynamoTransactions(dynamodb)

    def generation(
        self,
        workspace_id: str,
        *sizes: int,
        failed: int = 0,
        prompts: Sequence[str] = (),
        pixels: tuple[int, int] | None = None,
        **changes: Any,
    ) -> Generation:
        """One with pictures of these sizes in bytes, and further images that failed.

        `prompts` are those of the pictures, where each has its own; `pixels` are width and height of all.
        """
        identity = str(changes.get("id") or new_generation_id())
        images = [self._picture(workspace_id, identity, index, size) for index, size in enumerate(sizes)]
        if prompts:
            images = [replace(image, prompt=text) for image, text in zip(images, prompts, strict=True)]
        if pixels is not None:
            images = [_in_pixels(image, *pixels) for image in images]
        images += [
            Image(image_id(identity, index), index, Status.FAILED, None, failure=FAILURE)
            for index in range(len(sizes), len(sizes) + failed)
        ]
        values = {
            "id": identity,
            "workspace_id": workspace_id,
            "prompt": "Linen Shirt",
            "status": Status.COMPLETED if sizes else Status.FAILED,
            "completed_at": _ENDED,
            "images": tuple(images),
        }
        generation = a_generation(**values | changes)
        self._transactions.commit(*self._generations.creation(generation))
        return generation

    def keys_of(self, generation: Generation) -> list[str]:
        """The objects that have to do with a generation."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return [one["Key"] for page in pages for one in page.get("Contents", ()) if generation.id in one["Key"]]

    def _picture(self, workspace: str, generation: str, index: int, size: int) -> Image:
        identity = image_id(generation, index)
        prefix = f"generated/{workspace}/{generation}/{identity}"
        unmarked = f"unmarked/{workspace}/{generation}/{identity}/original.png"
        data = random.Random(index).randbytes(size)  # noqa: S311 - the same bytes at each run
        for key in (f"{prefix}/original.png", f"{prefix}/preview.webp", f"{prefix}/thumb.webp", unmarked):
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=data)
        stored = a_stored_image(
            original_key=f"{prefix}/original.png",
            preview_key=f"{prefix}/preview.webp",
            thumbnail_key=f"{prefix}/thumb.webp",
            unmarked_key=unmarked,
            byte_count=size,
            crc32=zlib.crc32(data),
        )
        return Image(
            identity,
            index,
            Status.COMPLETED,
            None,
            stored=stored,
            served_by=ServedBy("wavespeed", "seedream-v4"),
            shot="hero" if index == 0 else None,
            completed_at=_ENDED,
        )


def _in_pixels(image: Image, width: int, height: int) -> Image:
    return replace(image, stored=replace(image.stored, width=width, height=height) if image.stored else None)

"""The pictures of a generation as the shop door shows them."""

from __future__ import annotations

from pydantic import Field

from easel.domain.generation import Generation
from easel.domain.image import Failure, Image, Status
from easel.domain.reference import UploadSource
from easel.http.models import AnswerModel
from easel.services.images.links import permalink


class ShopReference(AnswerModel):
    """A picture of the product that an image works from."""

    role: str
    upload_id: str | None = Field(description="The upload that brought it; null for a picture from elsewhere.")


class ShopPicture(AnswerModel):
    """One image. Its addresses never change and need no credential."""

    id_: str = Field(alias="_id")
    id: str
    index: int = Field(description="From 0, in the order of the shots.")
    role: str | None = Field(description="The shot: `duo`, `solo-front`, `flat-lay` ...")
    url: str
    preview_url: str
    thumbnail_url: str
    width: int
    height: int
    media_type: str
    references: list[ShopReference] = Field(description="The pictures of the product that it works from.")


class ShopFault(AnswerModel):
    """Why something failed. Switch on `code`; show `message`."""

    code: str
    message: str
    retryable: bool


class ShopFailedImage(AnswerModel):
    """An image that will not come. It has cost nothing."""

    id_: str = Field(alias="_id")
    id: str
    index: int
    role: str | None
    status: Status
    error: ShopFault | None
    retry_url: str = Field(description="POST to make this one again; `?dry_run=true` shows the price first.")


def pictures(generation: Generation, base_url: str) -> list[ShopPicture]:
    """The images that are there."""
    return [_picture(generation, image, base_url) for image in generation.images if image.stored is not None]


def failed_images(generation: Generation, path: str) -> list[ShopFailedImage]:
    """The images that will not come."""
    lost = (image for image in generation.images if image.status.is_final and image.stored is None)
    return [
        ShopFailedImage(
            id_=image.id,
            id=image.id,
            index=image.index,
            role=image.shot,
            status=image.status,
            error=fault_of(image.failure) if image.failure else None,
            retry_url=f"{path}/{generation.id}/images/{image.index}/retry",
        )
        for image in lost
    ]


def fault_of(failure: Failure) -> ShopFault:
    """Why something failed."""
    return ShopFault(code=failure.code, message=failure.message, retryable=failure.retryable)


def _picture(generation: Generation, image: Image, base_url: str) -> ShopPicture:
    stored = image.stored
    if stored is None:
        raise ValueError(f"image {image.id} is not there")
    address = permalink(base_url, generation.workspace_id, image.id, generation.permalink_secret)
    return ShopPicture(
        id_=image.id,
        id=image.id,
        index=image.index,
        role=image.shot,
        url=address,
        preview_url=f"{address}?variant=preview",
        thumbnail_url=f"{address}?variant=thumbnail",
        width=stored.width,
        height=stored.height,
        media_type=stored.media_type,
        references=[
            ShopReference(
                role=reference.role,
                upload_id=reference.source.upload_id if isinstance(reference.source, UploadSource) else None,
            )
            for _, reference in generation.references_of(image)
        ],
    )

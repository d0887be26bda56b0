"""The shop's images and archives in the OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Path

from easel.errors import NotFound, QueueUnavailable
from easel.http.description import empty, route
from easel.http.failures import PictureGone

ImageId = Annotated[str, Path(alias="imageId", description="The image's `_id`.")]
GenerationId = Annotated[str, Path(alias="generationId", description="The generation's `_id`.")]

_TAG: Final = "Shop"

READ_IMAGE: Final = route(
    "readShopImage",
    _TAG,
    "Download an image",
    "Redirects to the file. `?download=1` names it, `?variant=preview` or `thumb` is smaller, `?format=json` describes "
    "it.",
    {200: "The description.", 202: "It is being made.", 302: empty("`Location` is the image.")},
    errors=(NotFound, PictureGone),
)

DOWNLOAD_GENERATION: Final = route(
    "downloadShopGeneration",
    _TAG,
    "Download all images of a generation",
    "Redirects to a ZIP file with a manifest and every image. Until it is there the answer is 202 with its size and "
    "progress; ask again after `Retry-After` seconds.",
    {
        200: "The description of a ZIP file that is ready.",
        202: "The images are being generated, or the ZIP file is being made.",
        302: empty("`Location` is the ZIP file."),
    },
    errors=(NotFound, PictureGone, QueueUnavailable),
)

"""Exports of images."""

from easel.clock import system_clock
from easel.imaging.exports import PillowExporter
from easel.services.images.export_image import ExportImage
from easel.storage.exports import S3ExportStore
from easel.wiring.env import CoreTable, ImagesBucket
from easel.wiring.images.image_store import bucket_client, image_store
from easel.wiring.images.read_images import read_images


class ExportEnv(CoreTable, ImagesBucket):
    """Environment of whatever exports images."""


def export_image(env: ExportEnv) -> ExportImage:
    """Make a picture ready for the places where it is sold."""
    return ExportImage(
        images=read_images(env),
        exporter=PillowExporter(),
        files=S3ExportStore(bucket_client(), env.IMAGES_BUCKET_NAME),
        links=image_store(env),
        clock=system_clock,
    )

"""Pictures that are waited for."""

from easel.services.images.await_image import AwaitImage
from easel.wiring.env import CoreTable
from easel.wiring.images.read_images import read_images


def await_image(env: CoreTable) -> AwaitImage:
    """Wait for one image by its permalink."""
    return AwaitImage(find=read_images(env).by_permalink)

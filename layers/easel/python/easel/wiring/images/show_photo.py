"""Pictures as photos for Telegram."""

from easel.imaging.telegram_photo import PillowPhotoMaker
from easel.services.images.show_photo import ShowPhoto
from easel.storage.photos import S3PhotoStore
from easel.wiring.env import CoreTable, ImagesBucket
from easel.wiring.images.image_store import bucket_client, image_store
from easel.wiring.images.read_images import read_images


class PhotoEnv(CoreTable, ImagesBucket):
    """Environment of whatever shows photos."""


def show_photo(env: PhotoEnv) -> ShowPhoto:
    """Show a picture as Telegram takes it."""
    return ShowPhoto(
        read_images=read_images(env),
        store=S3PhotoStore(bucket_client(), env.IMAGES_BUCKET_NAME, image_store(env)),
        maker=PillowPhotoMaker(),
    )

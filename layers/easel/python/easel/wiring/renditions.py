"""Files that are made of content items' pictures. Apart from `content.py`, whose functions load no pixels."""

from easel.imaging.renditions import PillowRenditionMaker
from easel.services.content.show_rendition import ShowRendition
from easel.storage.photos import S3PhotoStore
from easel.wiring.content import read_content_file
from easel.wiring.env import CoreTable, ImagesBucket
from easel.wiring.images.image_store import bucket_client, image_store


class RenditionEnv(CoreTable, ImagesBucket):
    """Environment of whatever shows renditions."""


def show_rendition(env: RenditionEnv) -> ShowRendition:
    """Make and find files for pages."""
    return ShowRendition(
        find=read_content_file(env),
        store=S3PhotoStore(bucket_client(), env.IMAGES_BUCKET_NAME, image_store(env)),
        maker=PillowRenditionMaker(),
    )

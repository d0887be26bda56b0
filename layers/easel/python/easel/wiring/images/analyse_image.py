"""The analysis of pictures."""

from functools import cache, partial

from easel.imaging.colours import main_colours
from easel.providers.google import DEFAULT_BASE_URL
from easel.providers.google_descriptions import GoogleDescriber
from easel.repositories.images.picture_analyses import DynamoPictureAnalyses
from easel.services.images.analyse_image import AnalyseImage
from easel.storage.file_reader import S3FileReader
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.catalogue.vendors import api_key
from easel.wiring.env import CoreTable, ImagesBucket
from easel.wiring.env_objects import Vendors
from easel.wiring.images.read_images import read_images

_MOST_BYTES = 2 * 1024 * 1024
"""Of a thumbnail, many times over."""


class AnalyseEnv(CoreTable, ImagesBucket, Vendors):
    """Environment of the analysis."""


@cache
def analyse_image(env: AnalyseEnv) -> AnalyseImage:
    """Analyse a picture. One per process, because the model's adapter keeps a client."""
    files = S3FileReader(aws_client("s3"), env.IMAGES_BUCKET_NAME)
    return AnalyseImage(
        images=read_images(env),
        analyses=DynamoPictureAnalyses(dynamodb(), env.CORE_TABLE_NAME),
        read=lambda key: files.read(key, 0, _MOST_BYTES - 1),
        find_colours=main_colours,
        describer=_describer(env),
    )


def _describer(env: Vendors) -> GoogleDescriber | None:
    """None in a deployment without the vendor."""
    google = env.PROVIDER_SETTINGS.get("google")
    if google is None or google.secret_arn is None:
        return None
    return GoogleDescriber(api_key=partial(api_key, google.secret_arn), base_url=google.base_url or DEFAULT_BASE_URL)

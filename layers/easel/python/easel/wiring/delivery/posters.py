"""How each type of endpoint is delivered to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from typing import Any, Final

from botocore.config import Config

from easel.domain.destinations import DestinationType
from easel.domain.image import Image
from easel.events.destinations import EventBridgePoster, SqsPoster
from easel.outbound.webhooks import WebhookPoster
from easel.repositories.generations.generations import DynamoGenerations
from easel.services.ports.webhooks import Poster
from easel.storage.result_copies import S3ResultPoster
from easel.storage.s3 import client_config
from easel.wiring.aws import dynamodb
from easel.wiring.botocore_clients import BOTO, session
from easel.wiring.env import CoreTable, ImagesBucket, TrustedWebhooks
from easel.wiring.images.image_store import endpoint

_MOST_CLIENTS: Final = 12
"""Of destinations' regions that a process remembers: each takes memory."""
_BRIEF: Final = BOTO.merge(Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1}))
"""A queue or a bus of AWS answers in milliseconds; an attempt of the quick lane has three seconds."""
_COPYING: Final = BOTO.merge(Config(connect_timeout=2, read_timeout=8, retries={"total_max_attempts": 1}))
"""S3 answers when it has copied an image. With the fifteen seconds of an attempt it stays below the worker's thirty."""


class PosterEnv(CoreTable, TrustedWebhooks, ImagesBucket):
    """What posters read."""


def posters(env: PosterEnv) -> Mapping[DestinationType, Poster]:
    """The poster of each type."""
    copying = _COPYING.merge(client_config(endpoint()))
    return {
        DestinationType.HTTPS: WebhookPoster(trusted_origins=env.WEBHOOK_TRUSTED_ORIGINS),
        DestinationType.SQS: SqsPoster(partial(_client, "sqs", _BRIEF)),
        DestinationType.EVENTBRIDGE: EventBridgePoster(partial(_client, "events", _BRIEF)),
        DestinationType.S3: S3ResultPoster(
            partial(_client, "s3", copying), env.IMAGES_BUCKET_NAME, partial(_images, env)
        ),
    }


@lru_cache(maxsize=_MOST_CLIENTS)
def _client(service: str, config: Config, region: str) -> Any:
    return session().create_client(service, region_name=region, config=config)


def _images(env: CoreTable, workspace_id: str, generation_id: str) -> Iterable[Image]:
    generation = DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME).get(workspace_id, generation_id)
    return () if generation is None else [image for image in generation.images if image.stored is not None]

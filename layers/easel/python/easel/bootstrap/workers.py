"""Use cases behind queues, the state machine, the stream and the clock."""
# ruff: noqa: PLC0415 - what a factory needs is imported when it is first called; see __init__.py

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from easel.bootstrap.aws import aws_client, dynamodb, s3
from easel.bootstrap.parts import callback_signer, expire_grants, generation_queue, routes, settle_generation, workflow
from easel.bootstrap.vendors import provider_settings
from easel.clock import system_clock

if TYPE_CHECKING:
    from easel.bootstrap.environments import CatalogueCheckEnv, ImageWorkerEnv, PublishEnv, StartEnv, SweepEnv
    from easel.domain.events import Event
    from easel.events.outbox import PublishEvents
    from easel.services.catalogue.check_catalogue import CheckCatalogue
    from easel.services.generations.start_generation import StartGeneration
    from easel.services.generations.sweep_generations import SweepGenerations
    from easel.services.images.callback_tickets import SignedAddresses
    from easel.services.images.collect_image import CollectImage
    from easel.services.images.follow_callback import FollowCallback
    from easel.services.images.image_work import ImageWork
    from easel.services.images.render_image import RenderImage
    from easel.workflow.queues import MessageHold


def start_generation(env: StartEnv) -> StartGeneration:
    """From the queue into the state machine."""
    from easel.repositories.generations.generations import begin_keys
    from easel.services.generations.start_generation import StartGeneration

    return StartGeneration(
        workflow=workflow(env),
        routes=routes(env),
        render_queue_urls=json.loads(env.RENDER_QUEUE_URLS),
        begin_keys=begin_keys,
    )


@cache
def render_image(env: ImageWorkerEnv) -> RenderImage:
    """Have a provider make an image; one per process, because adapters keep connections."""
    from easel.imaging.reference_cleaner import PillowReferenceCleaner
    from easel.outbound.references import SafeReferenceFetcher
    from easel.services.images.render_image import RenderImage
    from easel.storage.reference_copies import S3ReferenceLender
    from easel.storage.s3 import S3ImageStore

    return RenderImage(
        work=_image_work(env),
        references=SafeReferenceFetcher(trusted_origins=env.REFERENCE_TRUSTED_ORIGINS),
        cleaner=PillowReferenceCleaner(),
        lender=S3ReferenceLender(S3ImageStore(s3(), env.IMAGES_BUCKET_NAME)),
    )


@cache
def collect_image(env: ImageWorkerEnv) -> CollectImage:
    """Ask a provider for a job; one per process, because adapters keep connections."""
    from easel.services.images.collect_image import CollectImage

    return CollectImage(work=_image_work(env))


@cache
def follow_callback(env: ImageWorkerEnv) -> FollowCallback:
    """Look at the job that a callback named; one per process, because adapters keep connections."""
    from easel.observability import count
    from easel.services.images.collect_image import CollectImage
    from easel.services.images.follow_callback import FollowCallback

    def note(provider: str, outcome: str) -> None:
        count("CallbacksFollowed", provider=provider, outcome=outcome)

    work = _image_work(env)
    return FollowCallback(work=work, collect=CollectImage(work=work), note=note)


def hold_message(worker_seconds: int) -> MessageHold:
    """Keeps a message from coming again while a worker that lives so long is at it."""
    from easel.services.images.image_work import hold_of
    from easel.workflow.queues import MessageHold

    return MessageHold(aws_client("sqs"), hold_of(worker_seconds))


def sweep_generations(env: SweepEnv) -> SweepGenerations:
    """Repairs what fell between two steps."""
    from easel.repositories.delivery.outbox import DynamoOutbox
    from easel.repositories.generations.generations import DynamoGenerations
    from easel.services.generations.sweep_generations import SweepGenerations

    return SweepGenerations(
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        queue=generation_queue(env),
        settle=settle_generation(env),
        workflow=workflow(env),
        waiting_events=DynamoOutbox(dynamodb(), env.CORE_TABLE_NAME).waiting_since,
        publish=publish_events(env),
        expire_grants=expire_grants(env),
        clock=system_clock,
    )


def publish_events(env: PublishEnv) -> PublishEvents:
    """From the outbox to the world."""
    from easel.events.outbox import PublishEvents
    from easel.events.publishers import EventBridgePublisher, SqsIntegrationPublisher
    from easel.repositories.delivery.outbox import DynamoOutbox

    return PublishEvents(
        publishers=[
            EventBridgePublisher(aws_client("events"), env.EVENT_BUS_NAME),
            SqsIntegrationPublisher(aws_client("sqs"), env.INTEGRATION_QUEUE_URL),
        ],
        forget=DynamoOutbox(dynamodb(), env.CORE_TABLE_NAME).remove,
    )


def check_catalogue(env: CatalogueCheckEnv) -> CheckCatalogue:
    """The daily look at what vendors offer."""
    from easel.domain.catalogue import load_catalogue
    from easel.events.publishers import EventBridgePublisher, SqsIntegrationPublisher
    from easel.providers.registry import Providers
    from easel.services.catalogue.check_catalogue import CheckCatalogue

    bus = EventBridgePublisher(aws_client("events"), env.EVENT_BUS_NAME)
    queue = SqsIntegrationPublisher(aws_client("sqs"), env.INTEGRATION_QUEUE_URL)
    known = provider_settings(env.PROVIDER_SETTINGS)

    def publish(event: Event) -> None:
        bus.publish(event)
        queue.publish(event)

    return CheckCatalogue(
        catalogue=load_catalogue(system_clock),
        names=sorted(known),
        providers=Providers(known).get,
        publish=publish,
        clock=system_clock,
    )


def _image_work(env: ImageWorkerEnv) -> ImageWork:
    from easel.domain.generation import Generation
    from easel.domain.image import Image
    from easel.imaging.pillow_processor import PillowImageProcessor
    from easel.providers.registry import Providers
    from easel.repositories.catalogue.latencies import DynamoLatencies
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.generations.generations import DynamoGenerations
    from easel.repositories.images.gallery import DynamoGallery
    from easel.repositories.images.image_tasks import DynamoImageTasks
    from easel.repositories.money.usage import DynamoUsageSummaries
    from easel.services.images.image_work import ImageWork
    from easel.storage.keys import image_prefix, unmarked_prefix
    from easel.storage.s3 import S3ImageStore
    from easel.workflow.queues import SqsImageQueue

    def prefix_of(generation: Generation, image: Image) -> str:
        return image_prefix(generation.workspace_id, generation.id, image.id)

    def unmarked_prefix_of(generation: Generation, image: Image) -> str:
        return unmarked_prefix(generation.workspace_id, generation.id, image.id)

    table = env.CORE_TABLE_NAME
    return ImageWork(
        routes=routes(env),
        latencies=DynamoLatencies(dynamodb(), env.EPHEMERAL_TABLE_NAME),
        worker_seconds=env.WORKER_SECONDS,
        generations=DynamoGenerations(dynamodb(), table),
        tasks=DynamoImageTasks(dynamodb(), table),
        gallery=DynamoGallery(dynamodb(), table),
        summaries=DynamoUsageSummaries(dynamodb(), table),
        unit_of_work=DynamoTransactions(dynamodb()),
        providers=Providers(provider_settings(env.PROVIDER_SETTINGS)).get,
        processor=PillowImageProcessor(),
        store=S3ImageStore(s3(), env.IMAGES_BUCKET_NAME),
        image_prefix=prefix_of,
        unmarked_prefix=unmarked_prefix_of,
        queue=SqsImageQueue(
            aws_client("sqs"),
            render_queue_urls=json.loads(env.RENDER_QUEUE_URLS),
            collect_queue_urls=json.loads(env.COLLECT_QUEUE_URLS),
        ),
        workflow=workflow(env),
        clock=system_clock,
        callbacks=_callback_addresses(env),
    )


def _callback_addresses(env: ImageWorkerEnv) -> SignedAddresses:
    """Where providers with `callbacks` call back. The key is read when the first address is made."""
    from easel.services.images.callback_tickets import SignedAddresses

    told = [name for name, said in json.loads(env.PROVIDER_SETTINGS).items() if said.get("callbacks")]
    return SignedAddresses(signer=callback_signer(env), base_url=env.PUBLIC_BASE_URL, providers=told)

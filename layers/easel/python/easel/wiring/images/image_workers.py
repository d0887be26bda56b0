"""The workers that make images: render, poll, follow callbacks."""

from functools import cache

from easel.clock import system_clock
from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.imaging.pillow_processor import PillowImageProcessor
from easel.imaging.reference_cleaner import PillowReferenceCleaner
from easel.observability import count
from easel.outbound.references import SafeReferenceFetcher
from easel.repositories.catalogue.latencies import DynamoLatencies
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.images.gallery import DynamoGallery
from easel.repositories.images.image_tasks import DynamoImageTasks
from easel.repositories.money.usage import DynamoUsageSummaries
from easel.services.images.callback_tickets import SignedAddresses
from easel.services.images.collect_image import CollectImage
from easel.services.images.follow_callback import FollowCallback
from easel.services.images.image_work import ImageWork, hold_of
from easel.services.images.render_image import RenderImage
from easel.storage.keys import image_prefix, unmarked_prefix
from easel.storage.reference_copies import S3ReferenceLender
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.catalogue.provider_routing import provider_routing
from easel.wiring.catalogue.vendors import providers
from easel.wiring.env import (
    CollectQueues,
    ImagesBucket,
    PublicAddress,
    RenderQueues,
    Routing,
    SigningKey,
    StateMachine,
    TrustedReferences,
    Vendors,
    WorkerTime,
)
from easel.wiring.images.callback_tickets import callback_signer
from easel.wiring.images.image_store import image_store
from easel.workflow.queues import MessageHold, SqsImageQueue
from easel.workflow.step_functions import StepFunctionsWorkflow


class ImageWorkerEnv(
    Routing,
    StateMachine,
    RenderQueues,
    CollectQueues,
    Vendors,
    ImagesBucket,
    PublicAddress,
    SigningKey,
    TrustedReferences,
    WorkerTime,
):
    """Environment of the image workers."""


@cache
def render_image(env: ImageWorkerEnv) -> RenderImage:
    """Have a provider make an image. One per process, because adapters keep connections."""
    return RenderImage(
        work=_image_work(env),
        references=SafeReferenceFetcher(trusted_origins=env.REFERENCE_TRUSTED_ORIGINS),
        cleaner=PillowReferenceCleaner(),
        lender=S3ReferenceLender(image_store(env)),
    )


@cache
def collect_image(env: ImageWorkerEnv) -> CollectImage:
    """Poll a provider's job. One per process, as above."""
    return CollectImage(work=_image_work(env))


@cache
def follow_callback(env: ImageWorkerEnv) -> FollowCallback:
    """Look at the job that a callback named. One per process, as above."""

    def note(provider: str, outcome: str) -> None:
        count("CallbacksFollowed", provider=provider, outcome=outcome)

    work = _image_work(env)
    return FollowCallback(work=work, collect=CollectImage(work=work), note=note)


def hold_message(env: WorkerTime) -> MessageHold:
    """Keeps a message invisible for as long as a worker may need."""
    return MessageHold(aws_client("sqs"), hold_of(env.WORKER_SECONDS))


def _image_work(env: ImageWorkerEnv) -> ImageWork:
    def prefix_of(generation: Generation, image: Image) -> str:
        return image_prefix(generation.workspace_id, generation.id, image.id)

    def unmarked_prefix_of(generation: Generation, image: Image) -> str:
        return unmarked_prefix(generation.workspace_id, generation.id, image.id)

    table = env.CORE_TABLE_NAME
    return ImageWork(
        routes=provider_routing(env),
        latencies=DynamoLatencies(dynamodb(), env.EPHEMERAL_TABLE_NAME),
        worker_seconds=env.WORKER_SECONDS,
        generations=DynamoGenerations(dynamodb(), table),
        tasks=DynamoImageTasks(dynamodb(), table),
        gallery=DynamoGallery(dynamodb(), table),
        summaries=DynamoUsageSummaries(dynamodb(), table),
        unit_of_work=DynamoTransactions(dynamodb()),
        providers=providers(env, env.REFERENCE_TRUSTED_ORIGINS).get,
        processor=PillowImageProcessor(),
        store=image_store(env),
        image_prefix=prefix_of,
        unmarked_prefix=unmarked_prefix_of,
        queue=SqsImageQueue(
            aws_client("sqs"), render_queue_urls=env.RENDER_QUEUE_URLS, collect_queue_urls=env.COLLECT_QUEUE_URLS
        ),
        workflow=StepFunctionsWorkflow(aws_client("stepfunctions"), env.STATE_MACHINE_ARN),
        clock=system_clock,
        callbacks=_callback_addresses(env),
    )


def _callback_addresses(env: ImageWorkerEnv) -> SignedAddresses:
    """Addresses for the providers that call back. The key is read when the first address is made."""
    names = [name for name, vendor in env.PROVIDER_SETTINGS.items() if vendor.callbacks]
    return SignedAddresses(signer=callback_signer(env), base_url=env.PUBLIC_BASE_URL, providers=names)

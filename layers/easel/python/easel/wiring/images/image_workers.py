"""The workers that make images: render, poll, follow callbacks."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from easel.clock import system_clock
from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.imaging.limits import FOREIGN, PAID
from easel.imaging.pillow_processor import PillowImageProcessor
from easel.imaging.reference_cleaner import PillowReferenceCleaner
from easel.observability import count
from easel.repositories.catalogue.latencies import DynamoLatencies
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.images.image_tasks import DynamoImageTasks
from easel.repositories.images.reference_copies import DynamoReferenceCopies
from easel.repositories.money.usage import DynamoUsageSummaries
from easel.services.catalogue.choose_provider import ProviderRouting
from easel.services.images.after_error import AfterError
from easel.services.images.callback_tickets import SignedAddresses
from easel.services.images.collect_image import CollectImage
from easel.services.images.deliver_image import DeliverImage
from easel.services.images.end_image import EndImage
from easel.services.images.follow_callback import FollowCallback
from easel.services.images.leases import hold_of
from easel.services.images.remove_late import RemoveLate
from easel.services.images.render_image import RenderImage
from easel.services.ports.providers import ImageProvider
from easel.services.references.prepare_references import PrepareReferences
from easel.storage.keys import image_prefix, unmarked_prefix
from easel.storage.reference_copies import S3ReferenceStore
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.catalogue.provider_routing import provider_routing
from easel.wiring.catalogue.vendors import providers
from easel.wiring.env import (
    DeletionsQueue,
    ImagesBucket,
    PublicAddress,
    SigningKey,
    StateMachine,
    TrustedReferences,
    WorkerMemory,
    WorkerTime,
)
from easel.wiring.env_objects import CollectQueues, RenderQueues, Routing, Vendors
from easel.wiring.images.callback_tickets import callback_signer
from easel.wiring.images.image_store import image_store
from easel.wiring.references.fetch_reference import FetchEnv, fetch_reference
from easel.workflow.queues import MessageHold, SqsDeletionQueue, SqsImageQueue
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
    WorkerMemory,
    DeletionsQueue,
):
    """Environment of the image workers."""


class RenderEnv(ImageWorkerEnv, FetchEnv):
    """Environment of the workers that call providers."""


@dataclass(frozen=True)
class _Parts:
    """What the three workers share. One per process, because adapters keep connections."""

    routing: ProviderRouting
    generations: DynamoGenerations
    tasks: DynamoImageTasks
    providers: Callable[[str], ImageProvider]
    callbacks: SignedAddresses
    queue: SqsImageQueue
    deliver: DeliverImage
    after_error: AfterError
    end: EndImage
    removal: RemoveLate


@cache
def render_image(env: RenderEnv) -> RenderImage:
    """Have a provider make an image."""
    parts = _parts(env)
    return RenderImage(
        routing=parts.routing,
        generations=parts.generations,
        tasks=parts.tasks,
        providers=parts.providers,
        prepare_references=PrepareReferences(
            fetch=fetch_reference(
                env, core_table=env.CORE_TABLE_NAME, trusted=env.REFERENCE_TRUSTED_ORIGINS, store=image_store(env)
            ),
            cleaner=PillowReferenceCleaner(FOREIGN.within(env.WORKER_MEMORY_MB)),
            copies=DynamoReferenceCopies(dynamodb(), env.EPHEMERAL_TABLE_NAME),
            store=S3ReferenceStore(image_store(env)),
            clock=system_clock,
        ),
        callbacks=parts.callbacks,
        queue=parts.queue,
        deliver=parts.deliver,
        after_error=parts.after_error,
        end=parts.end,
        removal=parts.removal,
        worker_seconds=env.WORKER_SECONDS,
        clock=system_clock,
    )


@cache
def collect_image(env: ImageWorkerEnv) -> CollectImage:
    """Poll a provider's job."""
    parts = _parts(env)
    return CollectImage(
        routing=parts.routing,
        generations=parts.generations,
        tasks=parts.tasks,
        providers=parts.providers,
        callbacks=parts.callbacks,
        queue=parts.queue,
        deliver=parts.deliver,
        after_error=parts.after_error,
        end=parts.end,
        removal=parts.removal,
        worker_seconds=env.WORKER_SECONDS,
        clock=system_clock,
    )


@cache
def follow_callback(env: ImageWorkerEnv) -> FollowCallback:
    """Look at the job that a callback named."""

    def note(provider: str, outcome: str) -> None:
        count("CallbacksFollowed", provider=provider, outcome=outcome)

    parts = _parts(env)
    return FollowCallback(
        routing=parts.routing,
        generations=parts.generations,
        tasks=parts.tasks,
        providers=parts.providers,
        queue=parts.queue,
        collect=collect_image(env),
        deliver=parts.deliver,
        after_error=parts.after_error,
        end=parts.end,
        removal=parts.removal,
        note=note,
        worker_seconds=env.WORKER_SECONDS,
        clock=system_clock,
    )


def hold_message(env: WorkerTime) -> MessageHold:
    """Keeps a message invisible for as long as a worker may need."""
    return MessageHold(aws_client("sqs"), hold_of(env.WORKER_SECONDS))


@cache
def _parts(env: ImageWorkerEnv) -> _Parts:
    table = env.CORE_TABLE_NAME
    routing, adapters = provider_routing(env), providers(env, env.REFERENCE_TRUSTED_ORIGINS).get
    generations, tasks = DynamoGenerations(dynamodb(), table), DynamoImageTasks(dynamodb(), table)
    workflow = StepFunctionsWorkflow(aws_client("stepfunctions"), env.STATE_MACHINE_ARN)
    callbacks = _callback_addresses(env)
    queue = SqsImageQueue(
        aws_client("sqs"), render_queue_urls=env.RENDER_QUEUE_URLS, collect_queue_urls=env.COLLECT_QUEUE_URLS
    )
    end = EndImage(
        generations=generations,
        tasks=tasks,
        summaries=DynamoUsageSummaries(dynamodb(), table),
        unit_of_work=DynamoTransactions(dynamodb()),
        workflow=workflow,
        clock=system_clock,
    )
    removal = RemoveLate(queue=SqsDeletionQueue(aws_client("sqs"), env.DELETIONS_QUEUE_URL))
    deliver = DeliverImage(
        routing=routing,
        latencies=DynamoLatencies(dynamodb(), env.EPHEMERAL_TABLE_NAME),
        generations=generations,
        tasks=tasks,
        providers=adapters,
        processor=PillowImageProcessor(PAID.within(env.WORKER_MEMORY_MB)),
        store=image_store(env),
        image_prefix=_image_prefix,
        unmarked_prefix=_unmarked_prefix,
        workflow=workflow,
        end=end,
        removal=removal,
        clock=system_clock,
    )
    after_error = AfterError(
        routing=routing, tasks=tasks, queue=queue, callbacks=callbacks, end=end, clock=system_clock
    )
    return _Parts(routing, generations, tasks, adapters, callbacks, queue, deliver, after_error, end, removal)


def _image_prefix(generation: Generation, image: Image) -> str:
    return image_prefix(generation.workspace_id, generation.id, image.id)


def _unmarked_prefix(generation: Generation, image: Image) -> str:
    return unmarked_prefix(generation.workspace_id, generation.id, image.id)


def _callback_addresses(env: ImageWorkerEnv) -> SignedAddresses:
    """Addresses for the providers that call back. The key is read when the first address is made."""
    names = [name for name, vendor in env.PROVIDER_SETTINGS.items() if vendor.callbacks]
    return SignedAddresses(signer=callback_signer(env), base_url=env.PUBLIC_BASE_URL, providers=names)

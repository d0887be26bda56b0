"""Events that never happened, one of each type: what a new receiver is tried with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from easel.domain.batch import Batch, BatchCounts, BatchStatus, PauseReason
from easel.domain.budgets import Budget, BudgetNotice, BudgetScope
from easel.domain.catalogue import Life, Lifecycle, load_catalogue
from easel.domain.catalogue.watch import Finding, Observation
from easel.domain.credits import Wallet
from easel.domain.deliveries import DeliveredFile, Delivery
from easel.domain.destinations import Destination, DestinationType
from easel.domain.events import batches, generations, money, others, results, webhooks
from easel.domain.events.event import Event, serialise_event
from easel.domain.events.types import PROGRESS, RESULTS_DELIVERED, WEBHOOK_DISABLED, WEBHOOK_FAILING
from easel.domain.generation import Generation
from easel.domain.image import Failure, Image, ServedBy, Stage, Status, StoredImage
from easel.domain.provenance import Provenance
from easel.domain.request import Channel, ImageParameters, Mode
from easel.domain.webhooks import FAILING_FROM, DisabledReason, Endpoint, Health, Secret
from easel.ids import image_id, new_generation_id, new_id

REQUEST_ID: Final = "example"
_TOOK: Final = timedelta(seconds=8)
_PICTURE: Final = StoredImage(
    original_key="",
    preview_key="",
    thumbnail_key="",
    media_type="image/png",
    width=1024,
    height=1024,
    byte_count=1_250_000,
    sha256="",
    blurhash="",
    provenance=Provenance(),
)
_FAILURE: Final = Failure("timeout", "The provider did not deliver before the deadline.")


def example_of(event_type: str, workspace_id: str, now: datetime) -> Event:
    """An event of this type with `example` in its data. Raises KeyError for a type that there is not."""
    event = _MAKERS[event_type](workspace_id, now)
    return replace(event, data={**event.data, "example": True})


def _generation(workspace_id: str, now: datetime) -> Generation:
    identity = new_generation_id()
    return Generation(
        id=identity,
        workspace_id=workspace_id,
        user_id=new_id(),
        channel=Channel.API,
        model="sandbox",
        provider="sandbox",
        prompt="a red fox",
        mode=Mode.TEXT_TO_IMAGE,
        parameters=ImageParameters(),
        input_params={},
        references=(),
        images=(Image(image_id(identity, 0), 0),),
        status=Status.PROCESSING,
        created_at=now - _TOOK,
        started_at=now - _TOOK,
        deadline=now + _TOOK,
        permalink_secret="",
        request_id=REQUEST_ID,
        client_reference="order-4711",
    )


def _ended(workspace_id: str, now: datetime, status: Status) -> Generation:
    generation = _generation(workspace_id, now)
    delivered = status is Status.COMPLETED
    image = replace(
        generation.images[0],
        status=status,
        stage=None,
        stored=_PICTURE if delivered else None,
        served_by=ServedBy("sandbox", "sandbox") if delivered else None,
        failure=_FAILURE if status is Status.FAILED else None,
        completed_at=now,
    )
    failure = _FAILURE if status is Status.FAILED else None
    return replace(generation, status=status, images=(image,), completed_at=now, failure=failure)


def _link(*_: object) -> str:
    return "https://easel.example/i/example"


def _end(status: Status) -> Callable[[str, datetime], Event]:
    return lambda workspace_id, now: generations.generation_ended(_ended(workspace_id, now, status), _link)


def _image_end(status: Status) -> Callable[[str, datetime], Event]:
    def make(workspace_id: str, now: datetime) -> Event:
        generation = _ended(workspace_id, now, status)
        return generations.image_ended(generation, generation.images[0], _link)

    return make


def _accepted(workspace_id: str, now: datetime) -> Event:
    return generations.accepted(_generation(workspace_id, now))


def _started(workspace_id: str, now: datetime) -> Event:
    return generations.started(_generation(workspace_id, now))


def _progressed(workspace_id: str, now: datetime) -> Event:
    generation = _generation(workspace_id, now)
    return generations.progressed(generation, generation.images[0], Stage.GENERATING, 1, now)


def _deleted(workspace_id: str, now: datetime) -> Event:
    generation = _ended(workspace_id, now, Status.COMPLETED)
    return others.image_deleted(generation, generation.images[0], REQUEST_ID, now)


def _results(workspace_id: str, now: datetime) -> Event:
    completed = generations.generation_ended(_ended(workspace_id, now, Status.COMPLETED), _link)
    arn = "arn:aws:s3:::shop-pictures"
    bucket = Destination(DestinationType.S3, arn, "shop-pictures", "eu-west-1", "111122223333", "easel/")
    delivery = Delivery(new_id(), workspace_id, new_id(), completed.id, completed.type, now, now)
    image = completed.data["generation"]["images"][0]
    key = results.file_key(bucket, completed.data["id"], 0, "png")
    file = DeliveredFile(image["id"], 0, key, _PICTURE.media_type, _PICTURE.byte_count)
    return results.results_delivered(delivery, bucket, serialise_event(completed), [file], REQUEST_ID)


def _budget(notice: BudgetNotice, used: int) -> Callable[[str, datetime], Event]:
    def make(workspace_id: str, now: datetime) -> Event:
        budget = Budget(BudgetScope(workspace_id), now.strftime("%Y-%m"), limit=100_000, used=used)
        return money.budget_notice(budget, notice, REQUEST_ID, now)

    return make


def _low(workspace_id: str, now: datetime) -> Event:
    return money.credits_low(Wallet(workspace_id, available=9_000, held=1_000), 1_000, REQUEST_ID, now)


def _batch(status: BatchStatus) -> Callable[[str, datetime], Event]:
    def make(workspace_id: str, now: datetime) -> Event:
        batch = Batch(
            id=new_id(),
            workspace_id=workspace_id,
            caller={"userId": new_id()},
            status=status,
            lines=3,
            invalid_lines=0,
            quoted=3_000,
            offsets=(0, 1, 2, 3),
            created_at=now - _TOOK,
            updated_at=now,
            counts=BatchCounts(submitted=1, completed=1, reserved=1_000, charged=1_000),
            pause_reason=PauseReason.REQUESTED if status is BatchStatus.PAUSED else None,
        )
        event = batches.batch_changed(batch, REQUEST_ID, now)
        if event is None:
            raise ValueError(f"no event tells of {status}")
        return event

    return make


def _retiring(workspace_id: str, now: datetime) -> Event:
    end = (now + timedelta(days=7)).date()
    life = Life(Lifecycle.DEPRECATED, end, None, "nano-banana", "The provider ends it.")
    model = replace(load_catalogue().find("seedream-v4"), life=life)
    seen = Observation(Finding.ENDS_SOON, model, model.provider, model.id, end, days_left=7, warning_days=7)
    return others.model_retiring(workspace_id, seen, REQUEST_ID, now)


def _endpoint(workspace_id: str, now: datetime, reason: DisabledReason | None) -> tuple[Endpoint, Health]:
    endpoint = Endpoint(
        new_id(),
        workspace_id,
        "https://shop.example/hook",
        "",
        Secret(""),
        now,
        now,
        disabled_reason=reason,
    )
    return endpoint, Health(failures=FAILING_FROM, failing_since=now - timedelta(hours=1))


def _failing(workspace_id: str, now: datetime) -> Event:
    return webhooks.endpoint_failing(*_endpoint(workspace_id, now, None), REQUEST_ID, now)


def _disabled(workspace_id: str, now: datetime) -> Event:
    return webhooks.endpoint_disabled(*_endpoint(workspace_id, now, DisabledReason.FAILING), REQUEST_ID, now)


_MAKERS: Final[Mapping[str, Callable[[str, datetime], Event]]] = {
    generations.ACCEPTED: _accepted,
    generations.STARTED: _started,
    PROGRESS: _progressed,
    generations.IMAGE_COMPLETED: _image_end(Status.COMPLETED),
    generations.IMAGE_FAILED: _image_end(Status.FAILED),
    "generation.completed": _end(Status.COMPLETED),
    "generation.failed": _end(Status.FAILED),
    "generation.cancelled": _end(Status.CANCELLED),
    RESULTS_DELIVERED: _results,
    "image.deleted": _deleted,
    batches.BATCH_STARTED: _batch(BatchStatus.RUNNING),
    batches.BATCH_PAUSED: _batch(BatchStatus.PAUSED),
    batches.BATCH_COMPLETED: _batch(BatchStatus.COMPLETED),
    batches.BATCH_CANCELLED: _batch(BatchStatus.CANCELLED),
    money.BUDGET_ALERT: _budget(BudgetNotice.ALERT, 80_000),
    money.BUDGET_REACHED: _budget(BudgetNotice.REACHED, 99_500),
    money.CREDITS_LOW: _low,
    others.MODEL_RETIRING: _retiring,
    WEBHOOK_FAILING: _failing,
    WEBHOOK_DISABLED: _disabled,
}

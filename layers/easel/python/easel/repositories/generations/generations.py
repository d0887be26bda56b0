"""Generations in DynamoDB. Access patterns: `README.md` of this folder."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from easel.clock import to_iso
from easel.domain.generation import START_GRACE, Generation, Outcome
from easel.domain.image import Image, Stage, Status
from easel.errors import EaselError, StaleWrite
from easel.repositories import keys
from easel.repositories.dynamodb import TransactionWrite, to_item
from easel.repositories.generations.generation_items import (
    failure_values,
    generation_from,
    generation_values,
    image_values,
)
from easel.repositories.table import ConditionFailed, Query, Table, Values, interleaved
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def begin_keys(workspace_id: str, generation_id: str) -> dict[str, object]:
    """What the state machine's first state needs to find the generation and to move it to PROCESSING."""
    return {
        "key": keys.generation(workspace_id, generation_id),
        "processingStatusKey": keys.status_key(workspace_id, Status.PROCESSING.value),
    }


class DynamoGenerations:
    """`ports.generations.GenerationRepository`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def creation(self, generation: Generation) -> Write:
        values = {
            **keys.generation(generation.workspace_id, generation.id),
            **generation_values(generation),
            "statusKey": keys.status_key(generation.workspace_id, generation.status.value),
            "openShard": keys.open_shard(generation.id),
            "attentionAt": to_iso(generation.created_at + START_GRACE),
        }
        return self._table.putting(
            "put generation", values, lambda _: StaleWrite(f"Generation {generation.id} exists already.")
        )

    def closing(self, generation: Generation, outcome: Outcome, now: datetime) -> Write:
        sets = ["#status = :status", "statusKey = :statusKey", "completedAt = :now"]
        conditions = ["#status = :was"]
        names = {"#status": "status", "#images": "images"}
        values: dict[str, Any] = {
            ":status": outcome.status.value,
            ":statusKey": keys.status_key(generation.workspace_id, outcome.status.value),
            ":now": to_iso(now),
            ":was": generation.status.value,
        }
        if generation.price is not None:
            delivered = [image.index for image in outcome.images if image.status is Status.COMPLETED]
            sets.append("charged = :charged")
            values[":charged"] = generation.price.of_images(delivered)
        if outcome.failure:
            sets.append("failure = :failure")
            values[":failure"] = failure_values(outcome.failure)
        for before, after in zip(generation.images, outcome.images, strict=True):
            slot = f"{before.index}"
            names[f"#i{slot}"] = slot
            conditions.append(f"#images.#i{slot}.#status = :was{slot}")
            values[f":was{slot}"] = before.status.value
            if after != before:
                sets.append(f"#images.#i{slot} = :image{slot}")
                values[f":image{slot}"] = image_values(after)
        return self._update(
            "close generation",
            keys.generation(generation.workspace_id, generation.id),
            f"SET {', '.join(sets)} REMOVE openShard, attentionAt",
            " AND ".join(conditions),
            names,
            values,
        )

    def image_outcome(self, ref: ImageRef, image: Image) -> Write:
        return self._set_image(
            "end image",
            ref,
            image,
            "#status = :processing AND #images.#i.#status IN (:pending, :processing)",
            {":pending": Status.PENDING.value, ":processing": Status.PROCESSING.value},
        )

    def late_image(self, ref: ImageRef, image: Image) -> Write:
        return self._set_image(
            "attach late image",
            ref,
            image,
            "NOT (#status IN (:pending, :processing)) AND attribute_not_exists(#images.#i.#stored)",
            {":pending": Status.PENDING.value, ":processing": Status.PROCESSING.value},
            {"#stored": "stored"},
        )

    def _set_image(
        self,
        description: str,
        ref: ImageRef,
        image: Image,
        condition: str,
        values: dict[str, Any],
        names: dict[str, str] | None = None,
    ) -> Write:
        return self._update(
            description,
            keys.generation(ref.workspace_id, ref.generation_id),
            "SET #images.#i = :image",
            condition,
            {"#status": "status", "#images": "images", "#i": str(ref.index), **(names or {})},
            {**values, ":image": image_values(image)},
        )

    def _update(
        self,
        description: str,
        key: keys.Key,
        expression: str,
        condition: str,
        names: dict[str, str],
        values: dict[str, Any],
    ) -> Write:
        def stale(_: dict[str, Any] | None) -> EaselError:
            return StaleWrite(f"{description}: the generation changed since it was read.")

        return TransactionWrite(
            description,
            {
                "Update": {
                    "TableName": self._table.name,
                    "Key": to_item(key),
                    "UpdateExpression": expression,
                    "ConditionExpression": condition,
                    "ExpressionAttributeNames": names,
                    "ExpressionAttributeValues": to_item(values),
                }
            },
            stale,
        )

    def set_stage(self, ref: ImageRef, stage: Stage) -> bool:
        """See `ports.generations.GenerationRepository.set_stage`. An image that is further along stays there."""
        stages = list(Stage)
        up_to_here = {f":stage{rank}": earlier.value for rank, earlier in enumerate(stages[: stages.index(stage) + 1])}
        try:
            self._table.update(
                keys.generation(ref.workspace_id, ref.generation_id),
                "SET #images.#i.stage = :stage, #images.#i.#status = :processing",
                condition="#status = :processing AND #images.#i.#status IN (:pending, :processing)"
                f" AND #images.#i.stage IN ({', '.join(up_to_here)})",
                names={"#status": "status", "#images": "images", "#i": str(ref.index)},
                values={
                    ":stage": stage.value,
                    ":pending": Status.PENDING.value,
                    ":processing": Status.PROCESSING.value,
                    **up_to_here,
                },
                on_failure="ALL_OLD",
            )
        except ConditionFailed as refusal:
            return _is_open(refusal, ref)
        return True

    def begin_call(self, ref: ImageRef, attempt_id: str) -> bool:
        """See `ports.generations.GenerationRepository.begin_call`. A second attempt leaves a later stage as it is."""
        return self._begin_call(ref, attempt_id, " AND #images.#i.stage = :queued") or self._begin_call(ref, attempt_id)

    def _begin_call(self, ref: ImageRef, attempt_id: str, if_queued: str = "") -> bool:
        stage, values = "", {":pending": Status.PENDING.value, ":processing": Status.PROCESSING.value}
        if if_queued:
            stage = "#images.#i.stage = :submitted, "
            values |= {":submitted": Stage.SUBMITTED.value, ":queued": Stage.QUEUED.value}
        try:
            self._table.update(
                keys.generation(ref.workspace_id, ref.generation_id),
                f"SET {stage}#images.#i.#status = :processing, #images.#i.calledAttempt = :attempt",
                condition="#status = :processing AND #images.#i.#status IN (:pending, :processing)" + if_queued,
                names={"#status": "status", "#images": "images", "#i": str(ref.index)},
                values={**values, ":attempt": attempt_id},
            )
        except ConditionFailed:
            return False
        return True

    def get(self, workspace_id: str, generation_id: str) -> Generation | None:
        values = self._table.get(keys.generation(workspace_id, generation_id))
        return generation_from(values) if values else None

    def list(
        self, workspace_id: str, *, limit: int, after: str | None, status: Status | None, skip: int = 0
    ) -> Page[Generation]:
        """One read, or two when filtered by status; one more to skip some."""
        query, key = self._newest(workspace_id, status)
        start = {**keys.generation(workspace_id, after), **key} if after else None
        if skip:
            passed = list(islice(self._table.records(query.of_keys(), start=start, at_once=skip), skip))
            if len(passed) < skip:
                return Page((), (), None)
            start = passed[-1]
        records, more = self._table.page(query, limit=limit, start=start)
        page = Page.of(records, lambda record: keys.generation_id_of(record)[1], more=more)
        return page.map(generation_from) if status is None else self._full(page)

    def _newest(self, workspace_id: str, status: Status | None) -> tuple[Query, keys.Key]:
        """The query for a list, and what its start keys have beside the generation's own."""
        if status is None:
            partition = keys.workspace_partition(workspace_id)
            return Query.of(partition, keys.GENERATION_PREFIX, newest_first=True, consistent=False), {}
        key = {"statusKey": keys.status_key(workspace_id, status.value)}
        condition, values = "statusKey = :status", {":status": key["statusKey"]}
        return Query(condition, values, index="generations_by_status", newest_first=True), key

    def _full(self, page: Page[Values]) -> Page[Generation]:
        """The generations of index entries, in the order of the index."""
        found = self._table.get_all([{"pk": entry["pk"], "sk": entry["sk"]} for entry in page.items])
        return page.find(lambda entry: found.get((entry["pk"], entry["sk"]))).map(generation_from)

    def overdue(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        shards = (self._overdue(keys.open_partition(shard), now, limit) for shard in range(keys.OPEN_SHARDS))
        return interleaved(shards, limit)

    def _overdue(self, partition: str, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        query = Query(
            "openShard = :shard AND attentionAt < :now",
            {":shard": partition, ":now": to_iso(now)},
            index="open_generations_by_attention",
        )
        return [keys.generation_id_of(key) for key in islice(self._table.records(query, at_once=limit), limit)]

    def set_aside(self, workspace_id: str, generation_id: str, until: datetime) -> None:
        with suppress(ConditionFailed):
            self._table.update(
                keys.generation(workspace_id, generation_id),
                "SET attentionAt = :until",
                condition="attribute_exists(openShard)",
                values={":until": to_iso(until)},
            )


def _is_open(refusal: ConditionFailed, ref: ImageRef) -> bool:
    """Whether the image was merely further along than the refused stage: a retry does not take progress back."""
    if not refusal.found:
        return False
    generation = generation_from(refusal.found)
    return generation.status is Status.PROCESSING and not generation.images[ref.index].status.is_final

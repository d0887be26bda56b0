"""Generations in DynamoDB. Access patterns: `README.md` of this folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from easel.clock import to_iso
from easel.domain.generation import START_GRACE, Generation, Outcome
from easel.domain.image import OPEN, Image, Stage, Status
from easel.errors import EaselError, StaleWrite
from easel.repositories import keys
from easel.repositories.dynamodb import TransactionWrite, from_item, is_condition_failure, to_item
from easel.repositories.generations.generation_items import (
    failure_values,
    generation_from,
    generation_values,
    image_values,
)
from easel.services.ports.generations import Page
from easel.services.ports.image_tasks import ImageRef
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
        self._client = client
        self._table = table_name

    def creation(self, generation: Generation) -> Write:
        values = {
            **keys.generation(generation.workspace_id, generation.id),
            **generation_values(generation),
            "statusKey": keys.status_key(generation.workspace_id, generation.status.value),
            "openShard": keys.open_shard(generation.id),
            "attentionAt": to_iso(generation.created_at + START_GRACE),
        }
        return TransactionWrite(
            "put generation",
            {
                "Put": {
                    "TableName": self._table,
                    "Item": to_item(values),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
            lambda _: StaleWrite(f"Generation {generation.id} exists already."),
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
                    "TableName": self._table,
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
            self._client.update_item(
                TableName=self._table,
                Key=to_item(keys.generation(ref.workspace_id, ref.generation_id)),
                UpdateExpression="SET #images.#i.stage = :stage, #images.#i.#status = :processing",
                ConditionExpression="#status = :processing AND #images.#i.#status IN (:pending, :processing)"
                f" AND #images.#i.stage IN ({', '.join(up_to_here)})",
                ExpressionAttributeNames={"#status": "status", "#images": "images", "#i": str(ref.index)},
                ExpressionAttributeValues=to_item(
                    {
                        ":stage": stage.value,
                        ":pending": Status.PENDING.value,
                        ":processing": Status.PROCESSING.value,
                        **up_to_here,
                    }
                ),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if is_condition_failure(error):
                return _is_open(error, ref)
            raise
        return True

    def get(self, workspace_id: str, generation_id: str) -> Generation | None:
        answer = self._client.get_item(
            TableName=self._table, Key=to_item(keys.generation(workspace_id, generation_id)), ConsistentRead=True
        )
        return generation_from(from_item(answer["Item"])) if "Item" in answer else None

    def list(self, workspace_id: str, *, limit: int, after: str | None, status: Status | None) -> Page:
        """The newest first. One read, or two when filtered by status."""
        if status is not None:
            return self._list_by_status(workspace_id, limit=limit, after=after, status=status)
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
            "ExpressionAttributeValues": to_item(
                {":pk": keys.workspace_partition(workspace_id), ":prefix": keys.GENERATION_PREFIX}
            ),
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if after:
            query["ExclusiveStartKey"] = to_item(keys.generation(workspace_id, after))
        answer = self._client.query(**query)
        items = tuple(generation_from(from_item(item)) for item in answer["Items"])
        return Page(items, items[-1].id if items and "LastEvaluatedKey" in answer else None)

    def _list_by_status(self, workspace_id: str, *, limit: int, after: str | None, status: Status) -> Page:
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "generations_by_status",
            "KeyConditionExpression": "statusKey = :status",
            "ExpressionAttributeValues": to_item({":status": keys.status_key(workspace_id, status.value)}),
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if after:
            start = {
                **keys.generation(workspace_id, after),
                "statusKey": keys.status_key(workspace_id, status.value),
            }
            query["ExclusiveStartKey"] = to_item(start)
        answer = self._client.query(**query)
        found = [from_item(item) for item in answer["Items"]]
        next_after = keys.generation_id_of(found[-1])[1] if found and "LastEvaluatedKey" in answer else None
        return Page(self._batch_get([{"pk": item["pk"], "sk": item["sk"]} for item in found]), next_after)

    def _batch_get(self, found: Sequence[keys.Key]) -> tuple[Generation, ...]:
        """Full items for index entries, in the order of the index."""
        items: dict[str, Generation] = {}
        pending: Any = {self._table: {"Keys": [to_item(key) for key in found]}} if found else {}
        while pending:
            answer = self._client.batch_get_item(RequestItems=pending)
            for item in answer["Responses"].get(self._table, ()):
                generation = generation_from(from_item(item))
                items[generation.id] = generation
            pending = answer.get("UnprocessedKeys")
        ids = [keys.generation_id_of(key)[1] for key in found]
        return tuple(items[id_] for id_ in ids if id_ in items)

    def overdue(self, now: datetime, limit: int) -> Sequence[Generation]:
        found: list[keys.Key] = []
        for shard in range(keys.OPEN_SHARDS):
            answer = self._client.query(
                TableName=self._table,
                IndexName="open_generations_by_attention",
                KeyConditionExpression="openShard = :shard AND attentionAt < :now",
                ExpressionAttributeValues=to_item({":shard": keys.open_partition(shard), ":now": to_iso(now)}),
                Limit=limit,
            )
            found += [{"pk": item["pk"], "sk": item["sk"]} for item in map(from_item, answer["Items"])]
        generations = (self.get(*keys.generation_id_of(key)) for key in found[:limit])
        return [generation for generation in generations if generation and generation.status in OPEN]


def _is_open(refusal: ClientError, ref: ImageRef) -> bool:
    """Whether the image was merely further along than the refused stage: a retry does not take progress back."""
    found: Any = refusal.response.get("Item")
    if not found:
        return False
    generation = generation_from(from_item(found))
    return generation.status is Status.PROCESSING and not generation.images[ref.index].status.is_final

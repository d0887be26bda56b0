"""Generations in DynamoDB. Access patterns: `README.md` of this folder.

A generation is three kinds of records under one prefix, so that one query reads all of it: REQUEST, which never
changes; STATE, which is small and says where it stands; and an IMAGE for each image that a worker has claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from easel.clock import to_iso
from easel.domain.generation import Generation, Outcome
from easel.domain.image import Status
from easel.errors import StaleWrite
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.generations import keys
from easel.repositories.generations.assembled import generation_from, generation_of, items_of, keys_of_image
from easel.repositories.generations.lists import GenerationLists
from easel.repositories.generations.state_items import closing_values
from easel.repositories.keys import workspace_partition
from easel.repositories.table import ConditionFailed, Query, Table, interleaved
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoGenerations:
    """`ports.generations.GenerationRepository`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)
        self._lists = GenerationLists(self._table)

    def begin(self, workspace_id: str, generation_id: str, now: datetime) -> bool:
        try:
            self._table.update(
                keys.generation_state(workspace_id, generation_id),
                "SET #status = :processing, startedAt = if_not_exists(startedAt, :now)",
                condition="#status IN (:pending, :processing)",
                names={"#status": "status"},
                values={
                    ":pending": Status.PENDING.value,
                    ":processing": Status.PROCESSING.value,
                    ":now": to_iso(now),
                },
            )
        except ConditionFailed:
            return False
        return True

    # --- members of transactions ----------------------------------------------------------------------------------

    def creation(self, generation: Generation) -> Sequence[Write]:
        def exists(_: object) -> StaleWrite:
            return StaleWrite(f"Generation {generation.id} exists already.")

        return [self._table.putting("put generation", item, exists) for item in items_of(generation)]

    def closing(self, generation: Generation, ended: Generation, outcome: Outcome) -> Write:
        values = closing_values(generation, ended, outcome)
        names = {f"#{name}": name for name in values}
        sets = ", ".join(f"#{name} = :{name}" for name in values)
        action: dict[str, Any] = {
            "TableName": self._table.name,
            "Key": to_item(keys.generation_state(generation.workspace_id, generation.id)),
            "UpdateExpression": f"SET {sets} REMOVE openShard, attentionAt",
            "ConditionExpression": "#status = :was",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": to_item(
                {":was": generation.status.value} | {f":{name}": value for name, value in values.items()}
            ),
        }
        stale = StaleWrite("close generation: it changed since it was read.")
        return TransactionWrite("close generation", {"Update": action}, lambda _: stale)

    # --- reads ----------------------------------------------------------------------------------------------------

    def get(self, workspace_id: str, generation_id: str) -> Generation | None:
        query = Query.of(workspace_partition(workspace_id), keys.generation_prefix(generation_id))
        return generation_from(self._table.records(query))

    def of_images(self, workspace_id: str, image_ids: Sequence[str]) -> Mapping[str, Generation]:
        wanted = {key["sk"]: key for image_id in image_ids for key in keys_of_image(workspace_id, image_id)}
        found = self._table.get_all(list(wanted.values()), consistent=True)
        origins = {image_id: generation_of(workspace_id, image_id, found) for image_id in image_ids}
        return {image_id: origin[0] for image_id, origin in origins.items() if origin is not None}

    def id_with_prefix(self, workspace_id: str, prefix: str) -> str | None:
        query = Query.of(workspace_partition(workspace_id), f"{keys.GENERATION_PREFIX}{prefix}").of_keys()
        found = next(self._table.records(query, at_once=1), None)
        return keys.generation_id_of(found)[1] if found else None

    def list(
        self, workspace_id: str, *, limit: int, after: str | None, status: Status | None, skip: int = 0
    ) -> Page[Generation]:
        if status is None:
            return self._lists.newest(workspace_id, limit=limit, after=after, skip=skip)
        if status.is_final:
            return self._lists.ended(workspace_id, status, limit=limit, after=after, skip=skip)
        return self._lists.running(workspace_id, status, limit=limit, after=after, skip=skip)

    # --- for the sweep --------------------------------------------------------------------------------------------

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
                keys.generation_state(workspace_id, generation_id),
                "SET attentionAt = :until",
                condition="attribute_exists(openShard)",
                values={":until": to_iso(until)},
            )

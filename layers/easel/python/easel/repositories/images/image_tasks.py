"""Image tasks in DynamoDB: the lease and the attempts of an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.attempt import Attempt
from easel.errors import EaselError, StaleWrite
from easel.repositories import keys
from easel.repositories.dynamodb import TransactionWrite, to_item, to_value
from easel.repositories.generations.generation_items import attempt_from, attempt_values
from easel.repositories.table import ConditionFailed, Table
from easel.services.ports.image_tasks import ImageRef, ImageTask
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT_FOR: Final = timedelta(days=30)
"""The public part of the attempts is copied into the generation; the task is for operators."""


class DynamoImageTasks:
    """`ports.image_tasks.ImageTaskRepository`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def claim(self, ref: ImageRef, task_token: str, attempt: Attempt, lease_until: datetime) -> ImageTask | None:
        task = ImageTask(ref, 1, task_token, lease_until, (attempt,))
        values = {
            **self._key(ref),
            "entity": "IMAGE_TASK",
            "schema": 1,
            "version": task.version,
            "taskToken": task_token,
            "leaseUntil": to_iso(lease_until),
            "attempts": [attempt_values(attempt)],
            "requestId": ref.request_id,
            "expiresAt": int((attempt.started_at + _KEPT_FOR).timestamp()),
        }
        try:
            self._table.put(values, "attribute_not_exists(pk)")
        except ConditionFailed:
            return None
        return task

    def get(self, ref: ImageRef) -> ImageTask | None:
        values = self._table.get(self._key(ref))
        return _task_from(ref, values) if values else None

    def begin_attempt(
        self, task: ImageTask, task_token: str, attempt: Attempt, lease_until: datetime
    ) -> ImageTask | None:
        return self._change(
            task,
            "attempts = list_append(attempts, :attempt), taskToken = :token, leaseUntil = :lease, polls = :none",
            {
                ":attempt": [attempt_values(attempt)],
                ":token": task_token,
                ":lease": to_iso(lease_until),
                ":none": 0,
            },
        )

    def record_job(self, task: ImageTask, job_id: str) -> ImageTask | None:
        return self._change(task, f"attempts[{_open_index(task)}].jobId = :job", {":job": job_id})

    def reopen_attempt(self, task: ImageTask, attempt_id: str, job_id: str) -> ImageTask | None:
        index, attempt = next(found for found in enumerate(task.attempts) if found[1].id == attempt_id)
        open_again = replace(attempt, job_id=job_id, ended_at=None, outcome=None, error_code=None)
        return self._change(task, f"attempts[{index}] = :attempt", {":attempt": attempt_values(open_again)})

    def begin_poll(self, task: ImageTask, polls: int, lease_until: datetime) -> ImageTask | None:
        return self._change(
            task, "polls = :polls, leaseUntil = :lease", {":polls": polls, ":lease": to_iso(lease_until)}
        )

    def end_attempt(self, task: ImageTask, attempt: Attempt) -> ImageTask | None:
        return self._change(
            task, f"attempts[{_index_of(task, attempt)}] = :attempt", {":attempt": attempt_values(attempt)}
        )

    def ending_attempt(self, task: ImageTask, attempt: Attempt) -> Write:
        def stale(_: dict[str, Any] | None) -> EaselError:
            return StaleWrite("end attempt: another worker changed the image task.")

        return TransactionWrite(
            "end attempt",
            {
                "Update": {
                    "TableName": self._table.name,
                    "Key": to_item(self._key(task.ref)),
                    "UpdateExpression": f"SET attempts[{_index_of(task, attempt)}] = :attempt, version = :next",
                    "ConditionExpression": "version = :version",
                    "ExpressionAttributeValues": {
                        ":attempt": to_value(attempt_values(attempt)),
                        ":version": to_value(task.version),
                        ":next": to_value(task.version + 1),
                    },
                }
            },
            stale,
        )

    def _change(self, task: ImageTask, sets: str, values: Mapping[str, Any]) -> ImageTask | None:
        try:
            changed = self._table.update(
                self._key(task.ref),
                f"SET {sets}, version = :next",
                condition="version = :version",
                values={**values, ":version": task.version, ":next": task.version + 1},
                returns="ALL_NEW",
            )
        except ConditionFailed:
            return None
        return _task_from(task.ref, changed)

    @staticmethod
    def _key(ref: ImageRef) -> keys.Key:
        return keys.image_task(ref.workspace_id, ref.generation_id, ref.index)


def _task_from(ref: ImageRef, values: Mapping[str, Any]) -> ImageTask:
    return ImageTask(
        ref=ref,
        version=values["version"],
        task_token=values["taskToken"],
        lease_until=from_iso(values["leaseUntil"]),
        attempts=tuple(attempt_from(attempt) for attempt in values["attempts"]),
        polls=values.get("polls", 0),
    )


def _open_index(task: ImageTask) -> int:
    return next(index for index, attempt in enumerate(task.attempts) if attempt.is_open)


def _index_of(task: ImageTask, attempt: Attempt) -> int:
    return next(index for index, known in enumerate(task.attempts) if known.id == attempt.id)

"""The work on images in DynamoDB: lease, attempts, and how an image ended. One record per image.

    WS#<workspace> / GEN#<generation>#IMAGE#<index>   the image (`generations/image_items.py`)
    WS#<workspace> / CALL#<generation>#<index>        the last call to a provider: its attempt and the task token

The token is long, and every write is billed by the whole item: so it is in a record of its own, which is written once,
right before the request is sent.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.attempt import Attempt
from easel.domain.image import Image, Stage, Status
from easel.errors import StaleWrite
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.generations import keys as generation_keys
from easel.repositories.generations.attempt_items import attempt_from, attempt_values
from easel.repositories.generations.image_items import end_values, image_labels
from easel.repositories.images import keys
from easel.repositories.keys import Key
from easel.repositories.table import ConditionFailed, Table, Values
from easel.services.ports.image_tasks import ImageRef, ImageTask
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CALL_KEPT_FOR: Final = timedelta(days=2)
"""Longer than any callback comes late."""
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OPEN: Final = "attribute_not_exists(#status)"


class DynamoImageTasks:
    """`ports.image_tasks.ImageTaskRepository`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def claim(self, ref: ImageRef, task_token: str, attempt: Attempt, lease_until: datetime) -> ImageTask | None:
        task = ImageTask(ref, 1, task_token, lease_until, (attempt,))
        values = {
            **_key(ref),
            **image_labels(),
            "version": task.version,
            "leaseUntil": to_iso(lease_until),
            "attempts": [attempt_values(attempt)],
            "stage": Stage.SUBMITTED.value,
        }
        try:
            self._table.put(values, "attribute_not_exists(pk)")
        except ConditionFailed:
            return None
        return task

    def get(self, ref: ImageRef) -> ImageTask | None:
        found = self._table.get_all([_key(ref), _call_key(ref)], consistent=True)
        values, call = (found.get((key["pk"], key["sk"])) for key in (_key(ref), _call_key(ref)))
        if values is None or "attempts" not in values:
            return None
        task = _task_from(ref, values, _token_from(call["token"]) if call else "")
        return replace(task, called_attempt=call["attemptId"]) if call else task

    def begin_attempt(
        self, task: ImageTask, task_token: str, attempt: Attempt, lease_until: datetime
    ) -> ImageTask | None:
        return self._change(
            replace(task, task_token=task_token),
            "attempts = list_append(attempts, :attempt), leaseUntil = :lease, polls = :none",
            {":attempt": [attempt_values(attempt)], ":lease": to_iso(lease_until), ":none": 0},
        )

    def begin_call(self, task: ImageTask, attempt_id: str) -> bool:
        ref = task.ref
        state_key = generation_keys.generation_state(ref.workspace_id, ref.generation_id)
        found = self._table.get_all([state_key, _key(ref)], consistent=True)
        state, image = (found.get((key["pk"], key["sk"]), {}) for key in (state_key, _key(ref)))
        if state.get("status") != Status.PROCESSING or "status" in image:
            return False
        values = {
            **_call_key(ref),
            "entity": "CALL",
            "attemptId": attempt_id,
            "token": _token_value(task.task_token),
            "expiresAt": int((task.lease_until + _CALL_KEPT_FOR).timestamp()),
        }
        try:
            # An attempt is sent once: a second worker with the same attempt must not send it.
            self._table.put(values, "attribute_not_exists(attemptId) OR attemptId <> :this", {":this": attempt_id})
        except ConditionFailed:
            return False
        return True

    def record_job(self, task: ImageTask, job_id: str, *, running: bool = False) -> ImageTask | None:
        sets = f"attempts[{_open_index(task)}].jobId = :job"
        if running:
            return self._change(task, f"{sets}, stage = :stage", {":job": job_id, ":stage": Stage.GENERATING.value})
        return self._change(task, sets, {":job": job_id})

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

    # --- the ends of an image -------------------------------------------------------------------------------------

    def deliver(self, task: ImageTask, image: Image, attempt: Attempt) -> ImageTask | None:
        values = end_values(task.ref.workspace_id, task.ref.generation_id, image)
        if image.status is not Status.COMPLETED:
            # It came late: how the image ended stays as it is.
            values = {name: value for name, value in values.items() if name not in {"status", "failure"}}
        names = {f"#{name}": name for name in values}
        sets = [f"attempts[{_index_of(task, attempt)}] = :attempt", *(f"#{name} = :{name}" for name in values)]
        return self._change(
            task,
            ", ".join(sets),
            {":attempt": attempt_values(attempt)} | {f":{name}": value for name, value in values.items()},
            names=names | {"#stored": "stored"},
            condition="attribute_not_exists(#stored)",
            removes="leaseUntil, polls, stage",
        )

    def fail(self, ref: ImageRef, image: Image) -> bool:
        values = image_labels() | end_values(ref.workspace_id, ref.generation_id, image)
        names = {f"#{name}": name for name in values}
        sets = ", ".join(f"#{name} = :{name}" for name in values)
        try:
            self._table.update(
                _key(ref),
                f"SET {sets} REMOVE leaseUntil, stage ADD version :one",
                condition=_OPEN,
                names=names,
                values={":one": 1} | {f":{name}": value for name, value in values.items()},
            )
        except ConditionFailed:
            return False
        return True

    def counting_late(self, ref: ImageRef) -> Write:
        action = {
            "TableName": self._table.name,
            "Key": to_item(_key(ref)),
            "UpdateExpression": "SET lateCounted = :yes",
            "ConditionExpression": "attribute_exists(#stored) AND attribute_not_exists(lateCounted)",
            "ExpressionAttributeNames": {"#stored": "stored"},
            "ExpressionAttributeValues": to_item({":yes": True}),
        }
        stale = StaleWrite("count late image: it was counted before.")
        return TransactionWrite("count late image", {"Update": action}, lambda _: stale)

    def _change(
        self,
        task: ImageTask,
        sets: str,
        values: Mapping[str, Any],
        *,
        names: Mapping[str, str] = {},
        condition: str = "",
        removes: str = "",
    ) -> ImageTask | None:
        try:
            changed = self._table.update(
                _key(task.ref),
                f"SET {sets}, version = :next" + (f" REMOVE {removes}" if removes else ""),
                condition=" AND ".join(filter(None, ("version = :version", condition))),
                names=names,
                values={**values, ":version": task.version, ":next": task.version + 1},
                returns="ALL_NEW",
            )
        except ConditionFailed:
            return None
        return replace(_task_from(task.ref, changed, task.task_token), called_attempt=task.called_attempt)


def _key(ref: ImageRef) -> Key:
    return generation_keys.generation_image(ref.workspace_id, ref.generation_id, ref.index)


def _call_key(ref: ImageRef) -> Key:
    return keys.image_call(ref.workspace_id, ref.generation_id, ref.index)


def _task_from(ref: ImageRef, values: Values, task_token: str) -> ImageTask:
    return ImageTask(
        ref=ref,
        version=values["version"],
        task_token=task_token,
        lease_until=from_iso(values["leaseUntil"]) if "leaseUntil" in values else _NEVER,
        attempts=tuple(map(attempt_from, values["attempts"])),
        polls=values.get("polls", 0),
    )


def _token_value(token: str) -> bytes | str:
    """A token as few bytes: those of Step Functions are base64 text, which takes a third more than what it spells."""
    try:
        spelled = base64.b64decode(token, validate=True)
    except (binascii.Error, ValueError):
        return token
    return spelled if spelled and base64.b64encode(spelled).decode() == token else token


def _token_from(value: Any) -> str:
    return value if isinstance(value, str) else base64.b64encode(value).decode()


def _open_index(task: ImageTask) -> int:
    return next(index for index, attempt in enumerate(task.attempts) if attempt.is_open)


def _index_of(task: ImageTask, attempt: Attempt) -> int:
    return next(index for index, each in enumerate(task.attempts) if each.id == attempt.id)

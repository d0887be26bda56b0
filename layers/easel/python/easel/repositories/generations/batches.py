"""Batches in DynamoDB.

WS#<workspace> / BATCH#<batch>               one batch; the ids order them by age
WS#<workspace> / BATCHLINE#<batch>#<number>  what became of a line: once there, the line is never taken again

The lines themselves are in the bucket, so that no record grows with their number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from easel.clock import from_iso, to_iso
from easel.domain.batch import Batch, BatchCounts, BatchLine, BatchOrigin, BatchStatus, LineRecord, PauseReason
from easel.errors import BatchBudgetReached, BatchStopped, EaselError, LineTaken, StaleWrite
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import DynamoTransactions, TransactionWrite
from easel.repositories.generations import keys
from easel.repositories.keys import workspace_partition
from easel.repositories.records import Records
from easel.repositories.table import Query
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_UNCHANGED = "#status = :before AND #run = :run"
_NAMES = {"#status": "status", "#run": "run"}


class DynamoBatches:
    """`ports.batches.Batches`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._records = Records(client, table_name)
        self._transactions = DynamoTransactions(client)

    def add(self, batch: Batch, *along: Write) -> None:
        if not along:
            self._records.put(_item(batch), "attribute_not_exists(pk)")
            return
        # What comes along decides which error a caller sees when both conditions fail.
        self._transactions.commit(*along, self._records.putting("store batch", _item(batch)))

    def get(self, workspace_id: str, batch_id: str) -> Batch | None:
        values = self._records.get(keys.batch(workspace_id, batch_id))
        return _batch_from(values) if values else None

    def list(self, workspace_id: str, *, limit: int, after: str | None) -> Page[Batch]:
        partition = workspace_partition(workspace_id)
        found = self._records.listed(partition, limit=limit, after=after, prefix=keys.BATCH_PREFIX, newest_first=True)
        return found.map(_batch_from)

    def list_after(self, workspace_id: str, *, limit: int, batch_id: str | None) -> Page[Batch]:
        after = keys.batch(workspace_id, batch_id)["sk"] if batch_id else None
        return self.list(workspace_id, limit=limit, after=after)

    def change(self, before: Batch, after: Batch, *along: Write) -> None:
        values: dict[str, Any] = {
            ":before": before.status.value,
            ":run": before.run,
            ":status": after.status.value,
            ":new": after.run,
            ":now": to_iso(after.updated_at),
            ":reason": after.pause_reason or "",
            ":caller": dict(after.caller),
            ":cancelling": to_iso(after.cancelling_at) if after.cancelling_at else "",
        }
        changed = TransactionWrite(
            "change batch",
            {
                "Update": {
                    "TableName": self._records.name,
                    "Key": to_item(keys.batch(before.workspace_id, before.id)),
                    "UpdateExpression": "SET #status = :status, #run = :new, updatedAt = :now, pauseReason = :reason, "
                    "caller = :caller, cancellingAt = :cancelling",
                    "ConditionExpression": _UNCHANGED,
                    "ExpressionAttributeNames": _NAMES,
                    "ExpressionAttributeValues": to_item(values),
                }
            },
            lambda _: StaleWrite("The batch was changed meanwhile."),
        )
        self._transactions.commit(changed, *along)

    def starting_line(self, batch: Batch, line: BatchLine, generation_id: str, price: int) -> Sequence[Write]:
        record = {
            **keys.batch_line(batch.workspace_id, batch.id, line.number),
            "entity": "BATCH_LINE",
            "schema": 1,
            "customId": line.custom_id,
            "generationId": generation_id,
            "price": price,
        }
        return [
            self._records.putting("take line of batch", record, lambda _: LineTaken("The line was taken before.")),
            self._reserving(batch, price),
        ]

    def _reserving(self, batch: Batch, price: int) -> Write:
        values: dict[str, Any] = {":running": BatchStatus.RUNNING.value, ":run": batch.run, ":one": 1, ":price": price}
        condition = "#status = :running AND #run = :run"
        if batch.budget is not None:
            condition += " AND reserved <= :room"
            values[":room"] = batch.budget - price

        def refused(found: dict[str, Any] | None) -> EaselError:
            if found and (found["status"], found["run"]) == (BatchStatus.RUNNING.value, batch.run):
                return BatchBudgetReached("The budget of the batch has less left than the next line costs.")
            return BatchStopped("The batch was paused, cancelled or started anew meanwhile.")

        return TransactionWrite(
            "count line of batch",
            {
                "Update": {
                    "TableName": self._records.name,
                    "Key": to_item(keys.batch(batch.workspace_id, batch.id)),
                    "UpdateExpression": "ADD submitted :one, reserved :price",
                    "ConditionExpression": condition,
                    "ExpressionAttributeNames": _NAMES,
                    "ExpressionAttributeValues": to_item(values),
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
            refused,
        )

    def refuse_line(self, batch: Batch, line: BatchLine, outcome: Mapping[str, Any]) -> None:
        record = {
            **keys.batch_line(batch.workspace_id, batch.id, line.number),
            "entity": "BATCH_LINE",
            "schema": 1,
            "customId": line.custom_id,
            "price": 0,
            "outcome": dict(outcome),
        }
        taken = self._records.putting("refuse line of batch", record, lambda _: LineTaken("The line was taken before."))
        with suppress(LineTaken):
            self._transactions.commit(taken, self._counting(batch, {"submitted": 1, "failed": 1}))

    def end_line(self, batch: Batch, record: LineRecord, outcome: Mapping[str, Any], *, charged: int, ok: bool) -> None:
        ended = TransactionWrite(
            "end line of batch",
            {
                "Update": {
                    "TableName": self._records.name,
                    "Key": to_item(keys.batch_line(batch.workspace_id, batch.id, record.number)),
                    "UpdateExpression": "SET outcome = :outcome",
                    "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(outcome)",
                    "ExpressionAttributeValues": to_item({":outcome": dict(outcome)}),
                }
            },
            lambda _: LineTaken("The line had ended before."),
        )
        changes = {"completed" if ok else "failed": 1, "charged": charged, "reserved": charged - record.price}
        with suppress(LineTaken):
            self._transactions.commit(ended, self._counting(batch, changes))

    def _counting(self, batch: Batch, changes: Mapping[str, int]) -> Write:
        added = ", ".join(f"{name} :{name}" for name in changes)
        return TransactionWrite(
            "count ended line of batch",
            {
                "Update": {
                    "TableName": self._records.name,
                    "Key": to_item(keys.batch(batch.workspace_id, batch.id)),
                    "UpdateExpression": f"ADD {added}",
                    "ConditionExpression": "attribute_exists(pk)",
                    "ExpressionAttributeValues": to_item({f":{name}": value for name, value in changes.items()}),
                }
            },
            lambda _: StaleWrite("The batch is gone."),
        )

    def records(self, batch: Batch, first: int, end: int) -> Sequence[LineRecord]:
        if end <= first:
            return []
        low = keys.batch_line(batch.workspace_id, batch.id, first)
        high = keys.batch_line(batch.workspace_id, batch.id, end - 1)
        return [_line_from(item) for item in self._records.records(Query.between(low["pk"], low["sk"], high["sk"]))]

    def records_after(self, batch: Batch, *, limit: int, after: str | None) -> Page[LineRecord]:
        partition, prefix = workspace_partition(batch.workspace_id), keys.batch_lines_prefix(batch.id)
        return self._records.listed(partition, limit=limit, after=after, prefix=prefix).map(_line_from)

    def advance(self, batch: Batch, *, next_line: int, closed_chunks: int) -> None:
        self._records.update(
            keys.batch(batch.workspace_id, batch.id),
            "SET nextLine = :next, closedChunks = :closed",
            condition="#run = :run AND nextLine <= :next AND closedChunks <= :closed",
            names={"#run": "run"},
            values={":run": batch.run, ":next": next_line, ":closed": closed_chunks},
        )


def _item(batch: Batch) -> dict[str, Any]:
    return {
        **keys.batch(batch.workspace_id, batch.id),
        "entity": "BATCH",
        "schema": 1,
        "caller": dict(batch.caller),
        "status": batch.status.value,
        "lines": batch.lines,
        "invalidLines": batch.invalid_lines,
        "quoted": batch.quoted,
        "offsets": list(batch.offsets),
        "createdAt": to_iso(batch.created_at),
        "updatedAt": to_iso(batch.updated_at),
        "budget": batch.budget,
        "name": batch.name,
        "run": batch.run,
        **asdict(batch.counts),
        "nextLine": batch.next_line,
        "closedChunks": batch.closed_chunks,
        "pauseReason": batch.pause_reason or "",
        "origin": asdict(batch.origin) if batch.origin else None,
        "cancellingAt": to_iso(batch.cancelling_at) if batch.cancelling_at else "",
    }


def _batch_from(values: Mapping[str, Any]) -> Batch:
    cancelling_at = values.get("cancellingAt")
    return Batch(
        id=values["sk"].removeprefix(keys.BATCH_PREFIX),
        workspace_id=values["pk"].removeprefix("WS#"),
        caller=values["caller"],
        status=BatchStatus(values["status"]),
        lines=values["lines"],
        invalid_lines=values["invalidLines"],
        quoted=values["quoted"],
        offsets=tuple(values["offsets"]),
        created_at=from_iso(values["createdAt"]),
        updated_at=from_iso(values["updatedAt"]),
        budget=values.get("budget"),
        name=values.get("name"),
        run=values["run"],
        counts=BatchCounts(
            **{name: values[name] for name in ("submitted", "completed", "failed", "reserved", "charged")}
        ),
        next_line=values["nextLine"],
        closed_chunks=values["closedChunks"],
        pause_reason=PauseReason(values["pauseReason"]) if values["pauseReason"] else None,
        origin=BatchOrigin(**values["origin"]) if values.get("origin") else None,
        cancelling_at=from_iso(cancelling_at) if cancelling_at else None,
    )


def _line_from(values: Mapping[str, Any]) -> LineRecord:
    return LineRecord(
        number=int(values["sk"].rpartition("#")[2]),
        custom_id=values["customId"],
        generation_id=values.get("generationId"),
        price=values["price"],
        outcome=values.get("outcome"),
    )

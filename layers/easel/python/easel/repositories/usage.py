"""What users run at once, ask for in a day, and have used: counters in the same transactions as the generations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from easel.domain.generation import Channel, Generation, Status
from easel.errors import EaselError, LimitReached, StaleWrite
from easel.repositories import keys
from easel.repositories.dynamodb import TransactionWrite, from_item, to_item
from easel.services.ports import UsageRule, UsageToday, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_DAYS_REMEMBERED: Final = 3
"""Attributes of earlier days are removed by the updates of later ones."""


def _active(channel: Channel) -> str:
    return f"active:{channel.value}"


def _day(day: date) -> str:
    return f"day:{day.isoformat()}"


class DynamoUsageCounters:
    """`ports.UsageCounters`. One item per user: a set of running generations per channel, a count per day."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table = table_name

    def starting(self, generation: Generation, rule: UsageRule) -> Write:
        today = generation.created_at.date()
        stale_days = {f"#d{back}": _day(today - timedelta(days=back)) for back in range(1, _DAYS_REMEMBERED + 1)}
        names = {"#active": _active(generation.channel), "#today": _day(today), **stale_days}

        def refused(found: dict[str, Any] | None) -> EaselError:
            running = sorted((found or {}).get(_active(generation.channel), ()))
            if len(running) >= rule.max_active:
                message = f"{len(running)} of at most {rule.max_active} generations are running."
                return LimitReached(message, kind="active_generations", limit=rule.max_active, active_ids=running)
            message = f"The limit of {rule.max_per_day} generations per day is reached."
            return LimitReached(message, kind="generations_per_day", limit=rule.max_per_day)

        return TransactionWrite(
            "count generation",
            {
                "Update": {
                    "TableName": self._table,
                    "Key": to_item(keys.usage(generation.workspace_id, generation.user_id)),
                    "UpdateExpression": f"ADD #active :ids, #today :one REMOVE {', '.join(stale_days)}",
                    "ConditionExpression": "(attribute_not_exists(#active) OR size(#active) < :active)"
                    " AND (attribute_not_exists(#today) OR #today < :perDay)",
                    "ExpressionAttributeNames": names,
                    "ExpressionAttributeValues": to_item(
                        {":ids": {generation.id}, ":one": 1, ":active": rule.max_active, ":perDay": rule.max_per_day}
                    ),
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
            refused,
        )

    def ending(self, generation: Generation) -> Write:
        return TransactionWrite(
            "count ended generation",
            {
                "Update": {
                    "TableName": self._table,
                    "Key": to_item(keys.usage(generation.workspace_id, generation.user_id)),
                    "UpdateExpression": "DELETE #active :ids",
                    "ExpressionAttributeNames": {"#active": _active(generation.channel)},
                    "ExpressionAttributeValues": to_item({":ids": {generation.id}}),
                }
            },
            lambda _: StaleWrite("count ended generation"),
        )

    def today(self, workspace_id: str, user_id: str, channel: Channel, now: datetime) -> UsageToday:
        answer = self._client.get_item(
            TableName=self._table, Key=to_item(keys.usage(workspace_id, user_id)), ConsistentRead=True
        )
        values = from_item(answer["Item"]) if "Item" in answer else {}
        return UsageToday(
            generations=values.get(_day(now.date()), 0),
            active_ids=tuple(sorted(values.get(_active(channel), ()))),
        )


class DynamoUsageSummaries:
    """`ports.UsageSummaries`. One item per day, user, model and provider; sums are added, never computed anew."""

    def __init__(self, table_name: str) -> None:
        self._table = table_name

    def adding(self, generation: Generation) -> Sequence[Write]:
        day = (generation.completed_at or generation.created_at).date().isoformat()
        providers = sorted({image.served_by or generation.provider for image in generation.images})
        return [self._adding(generation, day, provider, provider == providers[0]) for provider in providers]

    def _adding(self, generation: Generation, day: str, provider: str, counts_generation: bool) -> Write:  # noqa: FBT001 - named at its one call
        images = [image for image in generation.images if (image.served_by or generation.provider) == provider]
        delivered = [image.index for image in images if image.status is Status.COMPLETED]
        cost = sum(attempt.cost_micro_usd for image in images for attempt in image.attempts)
        price = generation.price.of_images(delivered) if generation.price else 0
        sums = {
            "generations": int(counts_generation),
            "imagesCompleted": len(delivered),
            "imagesFailed": sum(image.status is Status.FAILED for image in images),
            "chargedMilliCredits": price,
            "providerCostMicroUsd": cost,
        }
        labels = {
            "entity": "USAGE_SUMMARY",
            "day": day,
            "userId": generation.user_id,
            "model": generation.model,
            "provider": provider,
        }
        names = {f"#{name}": name for name in (*sums, *labels)}
        sets = ", ".join(f"#{name} = :{name}" for name in labels)
        adds = ", ".join(f"#{name} :{name}" for name in sums)
        values = {f":{name}": value for name, value in (sums | labels).items()}
        key = keys.usage_summary(generation.workspace_id, day, generation.user_id, generation.model, provider)
        return TransactionWrite(
            "add to usage",
            {
                "Update": {
                    "TableName": self._table,
                    "Key": to_item(key),
                    "UpdateExpression": f"SET {sets} ADD {adds}",
                    "ExpressionAttributeNames": names,
                    "ExpressionAttributeValues": to_item(values),
                }
            },
            lambda _: StaleWrite("add to usage"),
        )

"""Running generations, daily counts and usage sums, updated in the transactions of the generations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from easel.domain.attempt import Attempt
from easel.domain.counting import counted
from easel.domain.generation import Generation
from easel.domain.image import Image, Status
from easel.domain.request import Channel
from easel.domain.usage import LifetimeTotals, UsageRow, UsageSums
from easel.errors import EaselError, LimitReached, StaleWrite
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.generations import keys as generation_keys
from easel.repositories.keys import workspace_partition
from easel.repositories.money import keys
from easel.repositories.table import Query, Table
from easel.services.ports.transactions import Write
from easel.services.ports.usage import UsageRule, UsageToday

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ALL: Final = "all"
_DAYS_REMEMBERED: Final = 3
"""Updates remove the counters of this many earlier days."""


def _active(channel: Channel) -> str:
    return f"{generation_keys.ACTIVE_PREFIX}{channel.value}"


def _ended(status: Status) -> str:
    return f"ended:{status.value}"


def _day(day: date) -> str:
    return f"day:{day.isoformat()}"


class DynamoUsageCounters:
    """`ports.usage.UsageCounters` and `ports.usage.GenerationCounts`.

    One item per user: a set of running generations per channel, a count per day, and how many generations there are in
    all and by the status with which they ended.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def starting(self, generation: Generation, rule: UsageRule) -> Write:
        today = generation.created_at.astimezone(UTC).date()
        stale_days = {f"#d{back}": _day(today - timedelta(days=back)) for back in range(1, _DAYS_REMEMBERED + 1)}
        names = {"#active": _active(generation.channel), "#today": _day(today), "#all": _ALL, **stale_days}

        def refused(found: dict[str, Any] | None) -> EaselError:
            running = sorted((found or {}).get(_active(generation.channel), ()))
            if len(running) >= rule.max_active:
                message = f"The limit of {counted(rule.max_active, 'running generation')} is reached."
                return LimitReached(message, kind="active_generations", limit=rule.max_active, active_ids=running)
            message = f"The limit of {counted(rule.max_per_day, 'generation')} per day is reached."
            begins_anew = datetime.combine(today + timedelta(days=1), time(), UTC)
            wait = int((begins_anew - generation.created_at).total_seconds()) + 1
            return LimitReached(message, kind="generations_per_day", limit=rule.max_per_day, retry_after=wait)

        return TransactionWrite(
            "count generation",
            {
                "Update": {
                    "TableName": self._table.name,
                    "Key": to_item(generation_keys.usage(generation.workspace_id, generation.user_id)),
                    "UpdateExpression": f"ADD #active :ids, #today :one, #all :one REMOVE {', '.join(stale_days)}",
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
                    "TableName": self._table.name,
                    "Key": to_item(generation_keys.usage(generation.workspace_id, generation.user_id)),
                    "UpdateExpression": "DELETE #active :ids ADD #ended :one, "
                    + ", ".join(f"{name} :{name}" for name in _LIFETIME.values()),
                    "ExpressionAttributeNames": {
                        "#active": _active(generation.channel),
                        "#ended": _ended(generation.status),
                    },
                    "ExpressionAttributeValues": to_item(
                        {":ids": {generation.id}, ":one": 1, **_lifetime_values(generation)}
                    ),
                }
            },
            lambda _: StaleWrite("count ended generation"),
        )

    def deleting(self, generation: Generation) -> Write:
        return TransactionWrite(
            "count deleted generation",
            {
                "Update": {
                    "TableName": self._table.name,
                    "Key": to_item(generation_keys.usage(generation.workspace_id, generation.user_id)),
                    "UpdateExpression": "ADD #all :less, #ended :less",
                    "ExpressionAttributeNames": {"#all": _ALL, "#ended": _ended(generation.status)},
                    "ExpressionAttributeValues": to_item({":less": -1}),
                }
            },
            lambda _: StaleWrite("count deleted generation"),
        )

    def today(self, workspace_id: str, user_id: str, channel: Channel, now: datetime) -> UsageToday:
        values = self._table.get(generation_keys.usage(workspace_id, user_id)) or {}
        return UsageToday(
            generations=values.get(_day(now.astimezone(UTC).date()), 0),
            active_ids=tuple(sorted(values.get(_active(channel), ()))),
        )

    def totals(self, workspace_id: str) -> LifetimeTotals:
        query = Query.of(workspace_partition(workspace_id), generation_keys.USAGE_PREFIX, consistent=False)
        return sum(map(_lifetime_from, self._table.records(query)), LifetimeTotals())

    def total(self, workspace_id: str, status: Status | None) -> int:
        query = Query.of(workspace_partition(workspace_id), generation_keys.USAGE_PREFIX, consistent=False)
        counters = list(self._table.records(query))
        if status is None or status.is_final:
            name = _ALL if status is None else _ended(status)
            return sum(values.get(name, 0) for values in counters)
        # Few are open, and their counters name them; which of them have been begun, only their states say.
        open_ids = [
            id_
            for values in counters
            for name, ids in values.items()
            if name.startswith(generation_keys.ACTIVE_PREFIX)
            for id_ in ids
        ]
        states = self._table.get_all([generation_keys.generation_state(workspace_id, id_) for id_ in open_ids])
        return sum(state["status"] == status.value for state in states.values())


class DynamoUsageSummaries:
    """`ports.usage.UsageSummaries` and `ports.usage.UsageReports`.

    One item per day, user, model, provider and API key; sums are only added to.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def adding(self, generation: Generation) -> Sequence[Write]:
        sums = {provider: UsageSums() for provider in _providers(generation)}
        for image in generation.images:
            at = _served_by(generation, image)
            sums[at] += _image_sums(generation, image)
            for attempt in image.attempts:
                sums[attempt.provider] += _attempt_sums(attempt)
        # A generation is counted once, even if several providers were involved.
        first = _served_by(generation, generation.images[0])
        sums[first] += UsageSums(generations=1)
        return [self._add(generation, provider, sums[provider]) for provider in sorted(sums)]

    def correcting(self, generation: Generation, index: int) -> Sequence[Write]:
        """See `ports.usage.UsageSummaries`. What was counted at the end is replaced by what is known now."""
        image, counted = generation.images[index], generation.counted[index]
        change = UsageSums(
            images_late=int(image.late) - int(counted.late),
            provider_cost=image.provider_cost_micro_usd - counted.cost_micro_usd,
            uncertain_cost=image.uncertain_cost_micro_usd - counted.uncertain_micro_usd,
        )
        return [
            self._add(generation, _served_by(generation, image), change),
            self._add_to_lifetime_cost(generation, change.provider_cost),
        ]

    def _add_to_lifetime_cost(self, generation: Generation, change: int) -> Write:
        """The cost in `_LIFETIME`, which `DynamoUsageCounters.ending` has counted from the same attempts."""
        return TransactionWrite(
            "correct lifetime cost",
            {
                "Update": {
                    "TableName": self._table.name,
                    "Key": to_item(generation_keys.usage(generation.workspace_id, generation.user_id)),
                    "UpdateExpression": "ADD #cost :change",
                    "ExpressionAttributeNames": {"#cost": _LIFETIME["provider_cost_micro_usd"]},
                    "ExpressionAttributeValues": to_item({":change": change}),
                }
            },
            lambda _: StaleWrite("correct lifetime cost"),
        )

    def _add(self, generation: Generation, provider: str, sums: UsageSums) -> Write:
        ended = generation.completed_at
        if ended is None:
            raise ValueError("only what has ended is counted")
        day, key_id = _day_of(ended), _key_of(generation)
        labels = {
            "entity": "USAGE_SUMMARY",
            "day": day,
            "userId": generation.user_id,
            "model": generation.model,
            "provider": provider,
            "keyId": key_id,
        }
        amounts = {name: getattr(sums, field) for field, name in _SUMS.items()}
        names = {f"#{name}": name for name in (*amounts, *labels)}
        sets = ", ".join(f"#{name} = :{name}" for name in labels)
        adds = ", ".join(f"#{name} :{name}" for name in amounts)
        values = {f":{name}": value for name, value in (amounts | labels).items()}
        whose = (generation.user_id, generation.model, provider, key_id)
        key = keys.usage_summary(generation.workspace_id, day, *whose)
        return TransactionWrite(
            "add to usage",
            {
                "Update": {
                    "TableName": self._table.name,
                    "Key": to_item(key),
                    "UpdateExpression": f"SET {sets} ADD {adds}",
                    "ExpressionAttributeNames": names,
                    "ExpressionAttributeValues": to_item(values),
                }
            },
            lambda _: StaleWrite("add to usage"),
        )

    def rows(self, workspace_id: str, first_day: str, last_day: str, *, limit: int) -> Sequence[UsageRow]:
        low, high = keys.usage_summary_days(workspace_id, first_day, last_day)
        query = Query.between(low["pk"], low["sk"], high["sk"], consistent=False)
        return [_row_from(values) for values in islice(self._table.records(query), limit)]


_SUMS: Final = {
    "generations": "generations",
    "images_completed": "imagesCompleted",
    "images_failed": "imagesFailed",
    "images_late": "imagesLate",
    "charged": "chargedMilliCredits",
    "provider_cost": "providerCostMicroUsd",
    "uncertain_cost": "uncertainCostMicroUsd",
}


_LIFETIME: Final = {
    "generations_completed": "allCompleted",
    "images_completed": "allImages",
    "provider_cost_micro_usd": "allCostMicroUsd",
}
"""Totals since the beginning, beside the counters of a user: they change with every end anyway."""


def _lifetime_values(ended: Generation) -> dict[str, int]:
    delivered = ended.status is Status.COMPLETED
    amounts = {
        "generations_completed": int(delivered),
        "images_completed": ended.images_completed,
        "provider_cost_micro_usd": ended.provider_cost_micro_usd,
    }
    return {f":{_LIFETIME[name]}": amount for name, amount in amounts.items()}


def _lifetime_from(values: dict[str, Any]) -> LifetimeTotals:
    totals = {field: values.get(name, 0) for field, name in _LIFETIME.items()}
    return LifetimeTotals(**totals, generations_kept=values.get(_ended(Status.COMPLETED), 0))


def _day_of(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()


def _key_of(generation: Generation) -> str:
    """The key that it came with, under the id that its rotations share; empty without one."""
    return generation.budget_keys[0] if generation.budget_keys else ""


def _served_by(generation: Generation, image: Image) -> str:
    return image.served_by.provider if image.served_by else generation.provider


def _providers(generation: Generation) -> set[str]:
    served = {_served_by(generation, image) for image in generation.images}
    return served | {attempt.provider for image in generation.images for attempt in image.attempts}


def _image_sums(generation: Generation, image: Image) -> UsageSums:
    delivered = image.status is Status.COMPLETED
    return UsageSums(
        images_completed=int(delivered),
        images_failed=int(image.status is Status.FAILED),
        images_late=int(image.late),
        charged=generation.price_of(image) if delivered else 0,
    )


def _attempt_sums(attempt: Attempt) -> UsageSums:
    cost = attempt.cost_micro_usd
    return UsageSums(provider_cost=cost, uncertain_cost=cost if attempt.cost_uncertain else 0)


def _row_from(values: dict[str, Any]) -> UsageRow:
    sums = UsageSums(**{field: values.get(name, 0) for field, name in _SUMS.items()})
    return UsageRow(values["day"], values["userId"], values["model"], values["provider"], sums, values.get("keyId", ""))

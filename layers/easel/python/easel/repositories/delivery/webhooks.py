"""Webhook endpoints in DynamoDB, and how they answer.

WS#<workspace> / WEBHOOK#<endpoint>        an endpoint
WS#<workspace> / WEBHOOKHEALTH#<endpoint>  its last attempts
WS#<workspace> / WEBHOOKSLOTS#<endpoint>   its workers in the quick lane
EVENTS#<workspace> / LISTENER#webhook      the number of endpoints: while there are some, events are logged
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.destinations import Destination, DestinationType, Verification
from easel.domain.webhooks import MAX_ENDPOINTS, QUICK_SLOTS, REQUESTS, DisabledReason, Endpoint, Health, Secret
from easel.errors import EaselError, StaleWrite, TooManyWebhooks
from easel.repositories.attribute_values import to_item
from easel.repositories.delivery import keys
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.keys import Key, workspace_partition
from easel.repositories.records import Records
from easel.repositories.table import ConditionFailed, Query
from easel.services.ports.events import ListenerKind
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SCHEMA: Final = 1
_HEALTH_KEPT: Final = timedelta(days=30)
_SLOTS_KEPT: Final = timedelta(minutes=1)


class DynamoEndpoints:
    """`ports.webhooks.Endpoints`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._records = Records(client, table_name)

    def adding(self, endpoint: Endpoint) -> Sequence[Write]:
        return [
            self._counting(endpoint.workspace_id, 1, endpoint.created_at),
            self._records.putting("put webhook endpoint", _item(endpoint)),
        ]

    def introduce(self, endpoint: Endpoint) -> Endpoint:
        with suppress(ConditionFailed):
            self._records.put(_item(endpoint), "attribute_not_exists(pk)")
        return self.get(endpoint.workspace_id, endpoint.id) or endpoint

    def removing(self, endpoint: Endpoint) -> Sequence[Write]:
        key = _key(endpoint.workspace_id, endpoint.id)
        action = {"TableName": self._records.name, "Key": to_item(key), "ConditionExpression": "attribute_exists(pk)"}
        return [
            TransactionWrite("remove webhook endpoint", {"Delete": action}, _stale),
            self._counting(endpoint.workspace_id, -1, endpoint.updated_at),
        ]

    def replacing(self, endpoint: Endpoint) -> Write:
        put = {
            "TableName": self._records.name,
            "Item": to_item(_item(endpoint) | {"version": endpoint.version + 1}),
            "ConditionExpression": "#version = :version",
            "ExpressionAttributeNames": {"#version": "version"},
            "ExpressionAttributeValues": to_item({":version": endpoint.version}),
        }
        return TransactionWrite("replace webhook endpoint", {"Put": put}, _stale)

    def _counting(self, workspace_id: str, change: int, now: datetime) -> Write:
        """The number is kept in the record by which the publisher knows that there are endpoints."""
        key = keys.listener(workspace_id, ListenerKind.WEBHOOK)
        # The record stays when the last endpoint is deleted. Nothing was logged between that one and the next.
        begins = change > 0 and (self._records.get(key) or {}).get("endpoints", 0) == 0
        since = ":now" if begins else "if_not_exists(#since, :now)"
        bound = {":most": MAX_ENDPOINTS} if change > 0 else {":none": 0}
        condition = "attribute_not_exists(#count) OR #count < :most" if change > 0 else "#count > :none"
        update = {
            "TableName": self._records.name,
            "Key": to_item(key),
            "UpdateExpression": f"ADD #count :change SET #since = {since}, kind = :kind, entity = :entity",
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#count": "endpoints", "#since": "since"},
            "ExpressionAttributeValues": to_item(
                {
                    ":change": change,
                    ":now": to_iso(now),
                    ":kind": ListenerKind.WEBHOOK.value,
                    ":entity": "LISTENER",
                    **bound,
                }
            ),
        }
        return TransactionWrite("count webhook endpoints", {"Update": update}, _full if change > 0 else _stale)

    def get(self, workspace_id: str, endpoint_id: str) -> Endpoint | None:
        values = self._records.get(_key(workspace_id, endpoint_id))
        return _endpoint(values) if values else None

    def of_workspace(self, workspace_id: str) -> Sequence[Endpoint]:
        query = Query.of(workspace_partition(workspace_id), keys.WEBHOOK_PREFIX)
        return [_endpoint(values) for values in self._records.records(query)]


class DynamoHealthRecords:
    """`ports.webhooks.HealthRecords`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._records = Records(client, table_name)

    def of(self, workspace_id: str, endpoint_ids: Collection[str]) -> dict[str, Health]:
        wanted = {endpoint_id: keys.webhook_health(workspace_id, endpoint_id) for endpoint_id in endpoint_ids}
        found = self._records.get_all(list(wanted.values()), consistent=True)
        stored = {endpoint_id: found.get((key["pk"], key["sk"])) for endpoint_id, key in wanted.items()}
        return {endpoint_id: _health(values) for endpoint_id, values in stored.items() if values}

    def put(self, workspace_id: str, endpoint_id: str, health: Health, now: datetime) -> bool:
        values = {
            **keys.webhook_health(workspace_id, endpoint_id),
            "entity": "WEBHOOK_HEALTH",
            "schema": _SCHEMA,
            "failures": health.failures,
            "failingSince": _text(health.failing_since),
            "probesAt": _text(health.probes_at),
            "quick": health.quick,
            "changes": health.version + 1,
            # It is learned anew; hosts that requests have named would pile up.
            "expiresAt": int((now + _HEALTH_KEPT).timestamp()),
        }
        try:
            self._records.put(values, "attribute_not_exists(pk) OR changes = :version", {":version": health.version})
        except ConditionFailed:
            return False
        return True


class DynamoQuickSlots:
    """`ports.webhooks.QuickSlots`. What a worker that died has taken comes back after a minute."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._records = Records(client, table_name)

    def take(self, workspace_id: str, endpoint_id: str, now: datetime) -> bool:
        key = keys.webhook_slots(workspace_id, endpoint_id)
        until = int((now + _SLOTS_KEPT).timestamp())
        with suppress(ConditionFailed):
            self._records.update(
                key,
                "SET taken = if_not_exists(taken, :none) + :one, expiresAt = if_not_exists(expiresAt, :until)",
                condition="(attribute_not_exists(taken) OR taken < :most) "
                "AND (attribute_not_exists(expiresAt) OR expiresAt > :now)",
                values={":none": 0, ":one": 1, ":most": QUICK_SLOTS, ":until": until, ":now": int(now.timestamp())},
            )
            return True
        with suppress(ConditionFailed):
            # Counted anew each minute.
            self._records.update(
                key,
                "SET taken = :one, expiresAt = :until",
                condition="expiresAt <= :now",
                values={":one": 1, ":until": until, ":now": int(now.timestamp())},
            )
            return True
        return False

    def free(self, workspace_id: str, endpoint_id: str) -> None:
        with suppress(ConditionFailed):
            self._records.update(
                keys.webhook_slots(workspace_id, endpoint_id),
                "SET taken = taken - :one",
                condition="taken > :none",
                values={":one": 1, ":none": 0},
            )


def _key(workspace_id: str, endpoint_id: str) -> Key:
    return keys.request_webhooks(workspace_id) if endpoint_id == REQUESTS else keys.webhook(workspace_id, endpoint_id)


def _item(endpoint: Endpoint) -> dict[str, Any]:
    return {
        **_key(endpoint.workspace_id, endpoint.id),
        "entity": "WEBHOOK",
        "schema": _SCHEMA,
        "id": endpoint.id,
        "workspaceId": endpoint.workspace_id,
        "url": endpoint.url,
        "sealedUrl": endpoint.sealed_url,
        "secret": endpoint.secret.current,
        "previousSecret": endpoint.secret.previous,
        "previousEndsAt": _text(endpoint.secret.previous_ends_at),
        "description": endpoint.description,
        "eventTypes": list(endpoint.event_types),
        "metadata": dict(endpoint.metadata),
        "disabledReason": endpoint.disabled_reason.value if endpoint.disabled_reason else None,
        "disabledAt": _text(endpoint.disabled_at),
        "destination": _destination_values(endpoint.destination),
        "verification": _verification_values(endpoint.verification),
        "verifiedAt": _text(endpoint.verified_at),
        "createdAt": to_iso(endpoint.created_at),
        "updatedAt": to_iso(endpoint.updated_at),
        "version": endpoint.version,
    }


def _endpoint(values: Mapping[str, Any]) -> Endpoint:
    reason = values.get("disabledReason")
    return Endpoint(
        id=values["id"],
        workspace_id=values["workspaceId"],
        url=values["url"],
        sealed_url=values["sealedUrl"],
        secret=Secret(values["secret"], values.get("previousSecret"), _moment(values.get("previousEndsAt"))),
        description=values["description"],
        event_types=tuple(values["eventTypes"]),
        metadata=values["metadata"],
        disabled_reason=DisabledReason(reason) if reason else None,
        disabled_at=_moment(values.get("disabledAt")),
        destination=_destination(values.get("destination")),
        verification=_verification(values.get("verification")),
        verified_at=_moment(values.get("verifiedAt")),
        created_at=from_iso(values["createdAt"]),
        updated_at=from_iso(values["updatedAt"]),
        version=values["version"],
    )


def _destination_values(destination: Destination | None) -> dict[str, Any] | None:
    if destination is None:
        return None
    return {
        "type": destination.type.value,
        "arn": destination.arn,
        "name": destination.name,
        "region": destination.region,
        "accountId": destination.account_id,
        "prefix": destination.prefix,
    }


def _destination(values: Mapping[str, Any] | None) -> Destination | None:
    if values is None:
        return None
    return Destination(
        DestinationType(values["type"]),
        arn=values["arn"],
        name=values["name"],
        region=values["region"],
        account_id=values["accountId"],
        prefix=values["prefix"],
    )


def _verification_values(verification: Verification | None) -> dict[str, Any] | None:
    if verification is None:
        return None
    return {
        "sealedCode": verification.sealed_code,
        "codeHash": verification.code_hash,
        "deliveryId": verification.delivery_id,
        "sentAt": to_iso(verification.sent_at),
        "tries": verification.tries,
    }


def _verification(values: Mapping[str, Any] | None) -> Verification | None:
    if values is None:
        return None
    return Verification(
        values["sealedCode"],
        values["codeHash"],
        values["deliveryId"],
        from_iso(values["sentAt"]),
        values["tries"],
    )


def _health(values: Mapping[str, Any]) -> Health:
    return Health(
        failures=values["failures"],
        failing_since=_moment(values.get("failingSince")),
        probes_at=_moment(values.get("probesAt")),
        quick=values["quick"],
        version=values["changes"],
    )


def _text(moment: datetime | None) -> str | None:
    return to_iso(moment) if moment else None


def _moment(text: str | None) -> datetime | None:
    return from_iso(text) if text else None


def _stale(_: dict[str, Any] | None) -> EaselError:
    return StaleWrite("The webhook endpoint changed since it was read.")


def _full(_: dict[str, Any] | None) -> EaselError:
    return TooManyWebhooks(f"A workspace can have {MAX_ENDPOINTS} webhook endpoints; delete one first.")

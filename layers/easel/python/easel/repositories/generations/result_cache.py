"""The cache of results in DynamoDB.

WS#<workspace> / RESULTCACHE               whether the workspace reuses results, and for how many hours
WS#<workspace> / RESULT#<fingerprint>      the last generation of this request
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from easel.clock import to_iso
from easel.domain.result_cache import CachePolicy
from easel.errors import EaselError
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.generations import keys
from easel.repositories.table import Table
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TTL_GRACE: Final = timedelta(days=1)


class DynamoResultCache:
    """`ports.result_cache.CachedResults` and `CachePolicies`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def find(self, workspace_id: str, fingerprint: str, now: datetime) -> tuple[CachePolicy, str | None]:
        policy_key, result_key = keys.result_cache(workspace_id), keys.cached_result(workspace_id, fingerprint)
        found = self._table.get_all([policy_key, result_key])
        result = found.get((result_key["pk"], result_key["sk"]))
        known = result is not None and result["validUntil"] >= to_iso(now)
        policy = _policy_from(found.get((policy_key["pk"], policy_key["sk"])))
        return policy, result["generationId"] if result and known else None

    def remember(self, workspace_id: str, fingerprint: str, generation_id: str, until: datetime) -> None:
        self._table.put(
            {
                **keys.cached_result(workspace_id, fingerprint),
                "entity": "CACHED_RESULT",
                "schema": 1,
                "generationId": generation_id,
                "validUntil": to_iso(until),
                "expiresAt": int((until + _TTL_GRACE).timestamp()),
            }
        )

    def policy(self, workspace_id: str) -> CachePolicy:
        return _policy_from(self._table.get(keys.result_cache(workspace_id), consistent=False))

    def setting(self, workspace_id: str, policy: CachePolicy, now: datetime) -> Write:
        values = {"entity": "RESULT_CACHE", "enabled": policy.enabled, "hours": policy.hours, "changedAt": to_iso(now)}
        item = to_item({**keys.result_cache(workspace_id), **values})
        action = {"Put": {"TableName": self._table.name, "Item": item}}
        return TransactionWrite("set result cache", action, _no_condition)


def _policy_from(values: dict[str, Any] | None) -> CachePolicy:
    return CachePolicy(values["enabled"], values["hours"]) if values else CachePolicy()


def _no_condition(_: object) -> EaselError:
    raise AssertionError("this write has no condition that could fail")

"""Observed latencies in DynamoDB, in the `ephemeral` table: one item per model and day, one counter per bucket.

LATENCY#<model> / <day>     `b<bucket>`: number of images in a bucket of `domain.latency.bucket_of`
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from easel.domain.latency import Latency, bucket_of, summarise
from easel.errors import DatabaseRefused, DatabaseUnavailable
from easel.repositories.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

logger = logging.getLogger(__name__)

_DAYS: Final = 7
_PREFIX: Final = "b"


class DynamoLatencies:
    """`ports.providers.LatencyRecorder` and `ports.providers.ModelLatencies`.

    Best effort: counts that cannot be written or read are left out.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def record(self, model: str, waited: timedelta, now: datetime) -> None:
        expires = int((now + timedelta(days=_DAYS + 1)).timestamp())
        try:
            self._table.update(
                _key(model, now),
                "ADD #bucket :one SET expiresAt = :expires",
                names={"#bucket": f"{_PREFIX}{bucket_of(waited)}"},
                values={":one": 1, ":expires": expires},
            )
        except (DatabaseUnavailable, DatabaseRefused):
            logger.warning("latency was not counted", exc_info=True)

    def of(self, model: str, now: datetime) -> Latency | None:
        """The latency of the last seven days, today included."""
        try:
            found = self._table.get_all([_key(model, now - timedelta(days=days)) for days in range(_DAYS)])
        except (DatabaseUnavailable, DatabaseRefused):
            logger.warning("latencies could not be read", exc_info=True)
            return None
        counts: Counter[int] = Counter()
        for values in found.values():
            counts.update(
                {int(name.removeprefix(_PREFIX)): count for name, count in values.items() if name.startswith(_PREFIX)}
            )
        return summarise(counts)


def _key(model: str, day: datetime) -> dict[str, str]:
    return {"pk": f"LATENCY#{model}", "sk": f"{day.astimezone(UTC):%Y-%m-%d}"}

"""Results of equal requests, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from easel.domain.result_cache import CachePolicy


@dataclass
class MemoryResultCache:
    """`ports.result_cache.CachedResults`."""

    policies: dict[str, CachePolicy] = field(default_factory=dict)
    results: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)

    def find(self, workspace_id: str, fingerprint: str, now: datetime) -> tuple[CachePolicy, str | None]:
        generation_id, until = self.results.get((workspace_id, fingerprint), (None, now))
        return self.policies.get(workspace_id, CachePolicy()), generation_id if now < until else None

    def remember(self, workspace_id: str, fingerprint: str, generation_id: str, until: datetime) -> None:
        self.results[workspace_id, fingerprint] = (generation_id, until)

"""An attempt: one call to one provider for one image."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call to one provider for one image: an entry of the attempt log, written before the call is made.

    `outcome` is None while the call is open; then `delivered`, an error class, or `cancelled`. `cost_micro_usd` is what
    the provider takes for it; `cost_uncertain` says that we may have to pay although nothing was delivered, as it is
    while the call is open. `model` is the living model of the catalogue, `upstream_model` the provider's name for it.
    """

    id: str
    provider: str
    model: str
    upstream_model: str
    started_at: datetime
    job_id: str | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    error_code: str | None = None
    cost_micro_usd: int = 0
    cost_uncertain: bool = False

    @property
    def is_open(self) -> bool:
        return self.outcome is None

    def free(self) -> Attempt:
        """The same at no cost: its request was never sent."""
        return replace(self, cost_micro_usd=0, cost_uncertain=False)

"""From a credential to a principal."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from easel.clock import Clock
from easel.services.ports import Accounts, ApiKeyRecord
from easel.services.principal import Principal

_REMEMBERED_SECONDS: Final = 30.0
"""How long a warm process trusts a key without asking again: the longest a revoked key lives on."""
_MAX_REMEMBERED: Final = 1_000


class Authenticate:
    """Accepts workspace API keys."""

    def __init__(self, *, accounts: Accounts, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._accounts = accounts
        self._clock = clock
        self._monotonic = monotonic
        self._remembered: dict[str, tuple[float, ApiKeyRecord]] = {}

    def __call__(self, token: str) -> Principal | None:
        """The principal of a good credential, None for any other. At most one read."""
        record = self._recall(token) or self._look_up(token)
        if record is None or not self._is_good(record):
            return None
        return Principal(
            workspace_id=record.workspace_id,
            user_id=record.user_id,
            roles=record.roles,
            scopes=record.scopes,
            channel=record.channel,
            key_id=record.key_id,
            plan=record.plan,
        )

    def _recall(self, token: str) -> ApiKeyRecord | None:
        known = self._remembered.get(token)
        if known and self._monotonic() < known[0]:
            return known[1]
        return None

    def _look_up(self, token: str) -> ApiKeyRecord | None:
        record = self._accounts.find_api_key(token)
        if record is not None:
            if len(self._remembered) >= _MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[token] = (self._monotonic() + _REMEMBERED_SECONDS, record)
        return record

    def _is_good(self, record: ApiKeyRecord) -> bool:
        now = self._clock()
        return record.revoked_at is None and (record.valid_until is None or now < record.valid_until)

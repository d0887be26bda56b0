"""Whether a workspace reuses results."""

from __future__ import annotations

from easel.clock import Clock
from easel.domain.access import WORKSPACE_ADMIN
from easel.domain.result_cache import CachePolicy
from easel.services.accounts.principal import Principal
from easel.services.accounts.standing import Standing
from easel.services.ports.result_cache import CachePolicies
from easel.services.ports.transactions import UnitOfWork


class ManageResultCache:
    """Reads and replaces the choice of the caller's workspace."""

    def __init__(self, *, policies: CachePolicies, standing: Standing, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._policies = policies
        self._standing = standing
        self._unit_of_work = unit_of_work
        self._clock = clock

    def get(self, principal: Principal) -> CachePolicy:
        """The choice."""
        return self._policies.policy(principal.workspace_id)

    def replace(self, principal: Principal, policy: CachePolicy) -> CachePolicy:
        """Raises Unauthenticated, NotFound, Forbidden: the caller has lost their right to it since."""
        checks = self._standing(principal, principal.workspace_id, WORKSPACE_ADMIN)
        setting = self._policies.setting(principal.workspace_id, policy, self._clock())
        self._unit_of_work.commit(*checks, setting)
        return policy

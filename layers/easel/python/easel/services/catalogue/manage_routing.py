"""The routing defaults of a workspace, for requests that do not specify any."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from easel.clock import Clock
from easel.domain.access import WORKSPACE_ADMIN, WORKSPACE_READ
from easel.domain.catalogue import Catalogue
from easel.domain.request import Routing
from easel.errors import InvalidRequest
from easel.services.accounts.principal import Principal
from easel.services.accounts.standing import Standing
from easel.services.accounts.workspace_access import enter
from easel.services.ports.accounts import Workspaces
from easel.services.ports.transactions import UnitOfWork, Write


class RoutingSettings(Protocol):
    """Storage of the routing defaults."""

    def of(self, workspace_id: str) -> Routing: ...

    def setting(self, workspace_id: str, routing: Routing, now: datetime) -> Write: ...


class ManageRouting:
    """Reads and replaces the routing defaults."""

    def __init__(
        self,
        *,
        workspaces: Workspaces,
        settings: RoutingSettings,
        catalogue: Catalogue,
        standing: Standing,
        unit_of_work: UnitOfWork,
        clock: Clock,
    ) -> None:
        self._workspaces = workspaces
        self._settings = settings
        self._catalogue = catalogue
        self._standing = standing
        self._unit_of_work = unit_of_work
        self._clock = clock

    def get(self, principal: Principal, workspace_id: str) -> Routing:
        """Raises NotFound, Forbidden."""
        enter(self._workspaces, principal, workspace_id, WORKSPACE_READ)
        return self._settings.of(workspace_id)

    def replace(self, principal: Principal, workspace_id: str, routing: Routing) -> Routing:
        """Raises NotFound, Forbidden; InvalidRequest: an unknown provider."""
        enter(self._workspaces, principal, workspace_id, WORKSPACE_ADMIN)
        providers = self._catalogue.providers()
        if routing.provider is not None and routing.provider not in providers:
            raise InvalidRequest.of("provider", f"There is no provider {routing.provider[:40]!r}.", list(providers))
        checks = self._standing(principal, workspace_id, WORKSPACE_ADMIN)
        self._unit_of_work.commit(*checks, self._settings.setting(workspace_id, routing, self._clock()))
        return routing

"""Tell workspaces that have a listener that a model of the catalogue ends soon."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from easel.clock import Clock
from easel.domain.catalogue.watch import Finding, Observation
from easel.domain.events import model_retiring
from easel.errors import StaleWrite
from easel.jobs import JobCounts, for_each
from easel.services.ports.events import Listeners
from easel.services.ports.generations import Outbox
from easel.services.ports.transactions import UnitOfWork


class TellRetirements:
    """Adds an event for each model and workspace. Its id stays the same when the same day is told again."""

    def __init__(
        self,
        *,
        workspaces: Callable[[], Iterator[str]],
        listeners: Listeners,
        outbox: Outbox,
        unit_of_work: UnitOfWork,
        clock: Clock,
    ) -> None:
        self._workspaces = workspaces
        self._listeners = listeners
        self._outbox = outbox
        self._unit_of_work = unit_of_work
        self._clock = clock

    def __call__(self, observations: Sequence[Observation], request_id: str) -> JobCounts:
        """`done` counts the workspaces that were told; those that cannot be told do not affect the others."""
        ending = _ending(observations)
        if not ending:
            return JobCounts()

        def tell(workspace_id: str) -> bool:
            return self._tell(workspace_id, ending, request_id)

        return for_each(self._workspaces(), tell, kind="workspace to tell of a retirement")

    def _tell(self, workspace_id: str, ending: Sequence[Observation], request_id: str) -> bool:
        now = self._clock()
        if not self._listeners.of(workspace_id, now):
            return False
        for observation in ending:
            try:
                self._unit_of_work.commit(
                    self._outbox.adding(model_retiring(workspace_id, observation, request_id, now))
                )
            except StaleWrite:
                continue  # It waits to be published since an earlier run.
        return True


def _ending(observations: Sequence[Observation]) -> Sequence[Observation]:
    """One for each model that ends as the catalogue says: where one of several providers ends, the model stays."""
    soon = (one for one in observations if one.what is Finding.ENDS_SOON and one.on == one.model.life.ends_on)
    return list({one.model.id: one for one in soon}.values())

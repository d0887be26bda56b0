"""Start the state machine for a generation that was queued."""

from __future__ import annotations

from easel.domain.reference import ReferenceNeeds
from easel.domain.request import Routing
from easel.services.catalogue.choose_provider import ProviderRouting
from easel.services.ports.messages import QueuedGeneration, WorkflowStarter


class StartGeneration:
    """One execution per generation, named by its id: a repeated message starts nothing."""

    def __init__(self, *, workflow: WorkflowStarter, routing: ProviderRouting) -> None:
        self._workflow = workflow
        self._routing = routing

    def __call__(self, queued: QueuedGeneration) -> bool:
        """True when this call started it, False when it was started before.

        The first provider is chosen here and not at submit: a circuit may have opened since, and looking it up here
        costs the caller no time.
        """
        requested = Routing(queued.asked_provider, queued.fallback)
        first = self._routing.first(
            queued.workspace_id, queued.model, requested, ReferenceNeeds(queued.references, queued.mask)
        )
        return self._workflow.start(queued, first)

"""Begin a generation that was queued, and start its state machine."""

from __future__ import annotations

from easel.clock import Clock
from easel.domain.reference import ReferenceNeeds
from easel.domain.request import Routing
from easel.services.catalogue.choose_provider import ProviderRouting
from easel.services.ports.generations import GenerationStarts
from easel.services.ports.messages import QueuedGeneration, WorkflowStarter


class StartGeneration:
    """One execution per generation, named by its id: a repeated message starts nothing.

    It begins the generation, and no state of the machine does: each state is billed. One that has begun and whose
    execution was not started is found by the sweep, which queues it again.
    """

    def __init__(
        self,
        *,
        generations: GenerationStarts,
        workflow: WorkflowStarter,
        routing: ProviderRouting,
        clock: Clock,
    ) -> None:
        self._generations = generations
        self._workflow = workflow
        self._routing = routing
        self._clock = clock

    def __call__(self, queued: QueuedGeneration) -> bool:
        """True when this call started it, False when it was started before, or has been cancelled or ended.

        The first provider is chosen here and not at submit: a circuit may have opened since, and looking it up here
        costs the caller no time.
        """
        requested = Routing(queued.asked_provider, queued.fallback)
        first = self._routing.first(
            queued.workspace_id, queued.model, requested, ReferenceNeeds(queued.references, queued.mask)
        )
        if not self._generations.begin(queued.workspace_id, queued.generation_id, self._clock()):
            return False
        return self._workflow.start(queued, first)

"""Start the state machine for a generation that was queued."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from easel.domain.request import Fallback, Routing
from easel.services.catalogue.choose_provider import ProviderRouting
from easel.services.ports.messages import Workflow


@dataclass(frozen=True, slots=True)
class QueuedGeneration:
    """What the queue says about a generation: enough to start it without a read."""

    workspace_id: str
    generation_id: str
    request_id: str
    model: str
    asked_provider: str | None
    fallback: Fallback | None
    references: int
    images: int
    deadline_seconds: int
    attention_at: str


class StartGeneration:
    """One execution per generation, named by its id: a second message finds it started."""

    def __init__(
        self,
        *,
        workflow: Workflow,
        routes: ProviderRouting,
        render_queue_urls: Mapping[str, str],
        begin_keys: Callable[[str, str], dict[str, object]],
    ) -> None:
        self._workflow = workflow
        self._routes = routes
        self._render_queue_urls = render_queue_urls
        self._begin_keys = begin_keys

    def __call__(self, queued: QueuedGeneration) -> bool:
        """True when this call started it, False when it was started before.

        Who is asked first is decided here and not at submit: by now a circuit may be open, and this costs the caller
        no time.
        """
        asked = Routing(queued.asked_provider, queued.fallback)
        candidate = self._routes.first(queued.workspace_id, queued.model, asked, queued.references)
        return self._workflow.start(
            queued.generation_id,
            {
                "workspaceId": queued.workspace_id,
                "generationId": queued.generation_id,
                "requestId": queued.request_id,
                **self._begin_keys(queued.workspace_id, queued.generation_id),
                "attentionAt": queued.attention_at,
                "deadlineSeconds": queued.deadline_seconds,
                "tasks": [
                    {
                        "index": index,
                        "provider": candidate.provider,
                        "model": candidate.model,
                        "queueUrl": self._render_queue_urls[candidate.provider],
                    }
                    for index in range(queued.images)
                ],
            },
        )

"""Start the state machine for a generation that was queued."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from easel.services.ports import Workflow


@dataclass(frozen=True, slots=True)
class QueuedGeneration:
    """What the queue says about a generation: enough to start it without a read."""

    workspace_id: str
    generation_id: str
    request_id: str
    provider: str
    images: int
    deadline_seconds: int
    attention_at: str


class StartGeneration:
    """One execution per generation, named by its id: a second message finds it started."""

    def __init__(
        self,
        *,
        workflow: Workflow,
        render_queue_urls: Mapping[str, str],
        begin_keys: Callable[[str, str], dict[str, object]],
    ) -> None:
        self._workflow = workflow
        self._render_queue_urls = render_queue_urls
        self._begin_keys = begin_keys

    def __call__(self, queued: QueuedGeneration) -> bool:
        """True when this call started it, False when it was started before."""
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
                        "provider": queued.provider,
                        "queueUrl": self._render_queue_urls[queued.provider],
                    }
                    for index in range(queued.images)
                ],
            },
        )

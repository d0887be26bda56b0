"""Answer for one generation of any workspace, for those who run the platform."""

from __future__ import annotations

from easel.domain.generation import Generation
from easel.errors import NotFound
from easel.services.ports.generations import GenerationReader


class ShowTimeline:
    """Reads a generation in the workspace that is named."""

    def __init__(self, *, generations: GenerationReader) -> None:
        self._generations = generations

    def __call__(self, workspace_id: str, generation_id: str) -> Generation:
        """Raises NotFound."""
        generation = self._generations.get(workspace_id, generation_id)
        if generation is None:
            raise NotFound(f"There is no generation {generation_id} in this workspace.")
        return generation

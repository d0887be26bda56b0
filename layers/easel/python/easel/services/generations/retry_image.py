"""Make one image of a generation again: from its generation to a request for it alone."""

from __future__ import annotations

from easel.domain.request import ImageRequest
from easel.domain.retry import Retry, retry_request
from easel.errors import NotFound
from easel.services.accounts.principal import Principal
from easel.services.ports.generations import GenerationReader


class RetryImage:
    """Makes the request; submitting or quoting it is left to these use cases.

    The result is a generation of its own: the images that were delivered keep their addresses, and a failed one has
    cost nothing.
    """

    def __init__(self, *, generations: GenerationReader) -> None:
        self._generations = generations

    def __call__(self, principal: Principal, retry: Retry) -> ImageRequest:
        """Raises NotFound, Conflict (the image is still being made), InvalidRequest (the note)."""
        generation = self._generations.get(principal.workspace_id, retry.generation_id)
        if generation is None:
            raise NotFound(f"There is no generation {retry.generation_id}.")
        return retry_request(generation, retry)

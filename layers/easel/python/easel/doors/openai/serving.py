"""From a call to its answer: which of the answers of this door it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler import Response

from easel.domain.image import Status
from easel.domain.request import ImageRequest
from easel.doors.openai import answers
from easel.doors.openai.door import failed_generation
from easel.doors.openai.requests import ImagesRequest, check
from easel.errors import GenerationClosed
from easel.http.failures import StillRunning
from easel.http.parse import LONGEST_WAIT, preferences
from easel.services.generations.generate_images import Generated

_ASYNC = "respond-async"


@dataclass(frozen=True, slots=True)
class Serving:
    """What an answer depends on beside the generation. `prefix` is that of the events of a stream."""

    request: ImagesRequest
    wanted: tuple[str, ...]
    ignored: tuple[str, ...]
    prefix: str
    read_bytes: answers.ReadBytes
    base_url: str
    is_async: bool = False

    @classmethod
    def of(
        cls,
        request: ImagesRequest,
        sent: Mapping[str, Any],
        asked: ImageRequest,
        *,
        prefer: str | None,
        read_bytes: answers.ReadBytes,
        base_url: str,
    ) -> Serving:
        """For a request with the fields `sent`, before anything is spent. Raises what `requests.check` raises."""
        return cls(
            request=request,
            wanted=check(request, asked),
            ignored=request.ignored(sent),
            prefix="image_edit" if asked.references else "image_generation",
            read_bytes=read_bytes,
            base_url=base_url,
            is_async=is_async(prefer),
        )

    def is_answered_by(self, generated: Generated) -> bool:
        """Whether the client has its answer then, so that it does not repeat the call."""
        return generated.generation.status.is_final or self.is_async

    def answer(self, generated: Generated) -> Response[Any]:
        """The answer.

        Raises:
            StillRunning: the wait is over.
            GenerationFailed: nothing was delivered.
            RefusedByPolicy, ReferenceUnavailable, ImageRejected, InvalidRequest: nor can be, for the same request.
            GenerationClosed: it was cancelled.
            StorageUnavailable: a picture cannot be read.
        """
        generation = generated.generation
        headers = answers.headers_of(generation, self.ignored, replayed=generated.replayed)
        if not generation.status.is_final:
            if self.is_async:
                return answers.pending_answer(generation, self.base_url, headers)
            raise StillRunning(generation.id)
        if generation.status is Status.CANCELLED and not generation.images_completed:
            raise GenerationClosed("The request was cancelled. Nothing more is charged.")
        if not any(image.stored for image in generation.images):
            raise failed_generation(generation.failure)
        if self.request.stream:
            return answers.streamed_answer(generation, self.prefix, self.read_bytes, self.base_url, headers)
        return answers.finished_answer(generation, self.wanted, self.read_bytes, self.base_url, headers)


def is_async(prefer: str | None) -> bool:
    """Whether the client wants an answer at once (RFC 7240)."""
    names = ((prefer or "").partition(";")[0]).split(",")
    return any(name.strip().lower() == _ASYNC for name in names)


def seconds_to_wait(prefer: str | None) -> float:
    """For how long the client waits. Raises InvalidRequest: a `wait` that is no number."""
    if is_async(prefer):
        return 0.0
    wait = preferences(prefer).wait
    # Not waiting at all would only be answered 504.
    return float(LONGEST_WAIT if wait is None else max(wait, 1))

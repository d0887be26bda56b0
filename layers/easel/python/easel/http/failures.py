"""Errors that only HTTP has. All others are in `easel/errors/`; `problems.py` gives each its status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from easel.domain.image import FAILURE_TEXTS, Failure
from easel.errors import EaselError, ImageRejected, InvalidRequest, ProviderErrorClass, ReferenceUnavailable

NO_IMAGES: Final = Failure("no_images", "No image could be generated.")


class RouteNotFound(EaselError):
    """There is no route at this address."""

    code = "route_not_found"


class MethodNotAllowed(EaselError):
    """The address has routes for other methods only."""

    code = "method_not_allowed"

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        super().__init__(f"This address does not take {method}; it takes {', '.join(allowed)}.")
        self.allowed = tuple(allowed)


class MalformedBody(InvalidRequest):
    """The body cannot be read as JSON."""

    code = "malformed_json"


class MalformedForm(InvalidRequest):
    """The body cannot be read as a form."""

    code = "malformed_form"


class PictureGone(EaselError):
    """The image at this address failed or was cancelled and will not become available."""

    code = "image_unavailable"


class GenerationFailed(EaselError):
    """The image that a request waited for could not be made. `reason` is the stable code of why."""

    code = "generation_failed"

    def __init__(self, message: str, *, reason: str, retryable: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.retryable = retryable


class RefusedByPolicy(GenerationFailed):
    """The provider's content policy refused the request, so that only another one can succeed."""

    code = "content_policy"


class RefusedInput(GenerationFailed):
    """A picture or a parameter of the request cannot be used, so that only another request can succeed."""

    code = "input_refused"


_OF_THE_REQUEST: Final[Mapping[str, type[GenerationFailed]]] = {
    RefusedByPolicy.code: RefusedByPolicy,
    ImageRejected.code: RefusedInput,
    ReferenceUnavailable.code: RefusedInput,
    FAILURE_TEXTS[ProviderErrorClass.CALLER].code: RefusedInput,
}
"""By the code of the failure. A 500 would be repeated, in vain."""


def failed_generation(failure: Failure | None) -> GenerationFailed:
    """The error for a generation that ended without an image."""
    failure = failure or NO_IMAGES
    kind = _OF_THE_REQUEST.get(failure.code, GenerationFailed)
    return kind(failure.message, reason=failure.code, retryable=failure.retryable)


class StillRunning(EaselError):
    """The images of a request are not there after the longest wait. They are being made: the same call waits on."""

    code = "still_running"

    def __init__(self, generation_id: str) -> None:
        super().__init__(f"Generation {generation_id} is still running: repeat the call to wait on.")
        self.generation_id = generation_id


class InternalError(EaselError):
    """An unexpected error. The request id leads to it in the logs."""

    code = "internal_error"

"""Failures that only HTTP knows. All others are in `easel/errors.py`; `problems.py` gives each its status."""

from __future__ import annotations

from collections.abc import Sequence

from easel.errors import EaselError, InvalidRequest


class RouteNotFound(EaselError):
    """No route has this address."""

    code = "route_not_found"


class MethodNotAllowed(EaselError):
    """The address exists, for other methods."""

    code = "method_not_allowed"

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        super().__init__(f"This address does not take {method}; it takes {', '.join(allowed)}.")
        self.allowed = tuple(allowed)


class MalformedBody(InvalidRequest):
    """The body cannot be read as JSON."""

    code = "malformed_json"


class PictureGone(EaselError):
    """The image behind this address failed or was cancelled: there is nothing to wait for."""

    code = "image_unavailable"


class InternalError(EaselError):
    """A fault of ours. The request id leads to it in our logs."""

    code = "internal_error"

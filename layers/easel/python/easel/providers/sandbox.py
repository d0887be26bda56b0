"""The built-in provider: draws a picture from the prompt, without network, cost or chance.

The same prompt, size and reference pictures always give the same bytes on the same Pillow. A directive in the prompt
makes it fail, so that callers can try their error handling: `[sandbox:<error class>]` (`[sandbox:content]`,
`[sandbox:retryable]`, ...; `[sandbox:fail]` is short for `failed`), `[sandbox:garbage]` for bytes that are no picture,
`[sandbox:slow=3]` to take that many seconds first.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Final

from easel.domain.provider import (
    Callback,
    CallbackRequest,
    Finished,
    InlinePicture,
    ProviderTask,
    RemotePicture,
    Running,
    Submission,
    UpstreamParameters,
)
from easel.domain.request import Size
from easel.errors import ProviderError, ProviderErrorClass
from easel.providers.base import ProviderAdapter

_DIRECTIVE: Final = re.compile(r"\[sandbox:([a-z]+)(?:=(\d{1,3}(?:\.\d{1,3})?))?\]")
_DEFAULT_SIDE: Final = 1024
_MAX_SIDE: Final = 4096
_SIDE_STEP: Final = 16


class Sandbox(ProviderAdapter):
    """The adapter. It answers in the submit call, so it has no jobs."""

    name = "sandbox"

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep

    def submit(self, task: ProviderTask) -> Submission:
        # Pillow is in the imaging layer: importing it here keeps this module usable for functions without it.
        from easel.providers.sandbox_picture import UnreadableReferenceError, draw  # noqa: PLC0415 - see above

        task.before_send()
        directives = dict(_DIRECTIVE.findall(task.prompt))
        self._take_time(directives, task.timeout_seconds)
        for directive in directives:
            self._fail_as_asked(directive)
        if "garbage" in directives:
            return _finished(b"this is not a picture")
        first = next((picture.data for picture in task.references if not picture.is_mask), None)
        mask = next((picture.data for picture in task.references if picture.is_mask), None)
        size, output_format = picture_size(task.parameters), task.parameters.output_format or "png"
        try:
            data = draw(task.prompt, size, output_format, first, mask, variation=_variation(task.parameters))
        except UnreadableReferenceError as error:
            raise self._error(ProviderErrorClass.CALLER, "unreadable_reference") from error
        return _finished(data)

    def fetch(self, job_id: str) -> Finished | Running:  # noqa: ARG002 - the port's signature
        raise self._error(ProviderErrorClass.FAILED, "job_not_found")

    def download(self, picture: RemotePicture) -> bytes:  # noqa: ARG002 - the port's signature
        raise self._error(ProviderErrorClass.FAILED, "bad_address")

    def cancel(self, job_id: str) -> bool:  # noqa: ARG002 - the port's signature
        """Always False: the picture is there before anyone could ask."""
        return False

    def parse_callback(self, request: CallbackRequest) -> Callback | None:  # noqa: ARG002 - the port's signature
        """Always None: it never calls back."""
        return None

    def _take_time(self, directives: dict[str, str], timeout_seconds: float) -> None:
        seconds = float(directives.get("slow") or 0)
        self._sleep(min(seconds, timeout_seconds))
        if seconds > timeout_seconds:
            raise self._error(ProviderErrorClass.AMBIGUOUS, "read_timeout")

    def _fail_as_asked(self, directive: str) -> None:
        name = "failed" if directive == "fail" else directive
        if name in {error_class.value for error_class in ProviderErrorClass}:
            raise self._error(ProviderErrorClass(name), f"sandbox_{name}")

    def _error(self, error_class: ProviderErrorClass, code: str) -> ProviderError:
        return ProviderError(
            f"sandbox ended this request as {error_class.value}.",
            provider=self.name,
            error_class=error_class,
            provider_code=code,
        )


def _variation(parameters: UpstreamParameters) -> str:
    """What makes another drawing of the same prompt; empty where nothing of the kind was asked for."""
    asked = (parameters.negative_prompt, parameters.guidance, parameters.steps, parameters.seed)
    return "" if asked == (None,) * len(asked) else repr(asked)


def picture_size(parameters: UpstreamParameters) -> Size:
    """The size to draw: as asked, or about a megapixel in the ratio asked, times the `k` of the resolution."""
    if parameters.size:
        return parameters.size
    across, _, down = (parameters.aspect_ratio or "1:1").partition(":")
    ratio = int(across) / int(down)
    side = _DEFAULT_SIDE * int((parameters.resolution or "1k").rstrip("kK"))
    width, height = (round(length / _SIDE_STEP) * _SIDE_STEP for length in (side * ratio**0.5, side / ratio**0.5))
    return Size(min(width, _MAX_SIDE), min(height, _MAX_SIDE))


def _finished(data: bytes) -> Submission:
    return Submission(job_id=None, state=Finished(InlinePicture(data), cost_micro_usd=0))

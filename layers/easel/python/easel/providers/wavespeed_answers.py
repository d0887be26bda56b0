"""What WaveSpeed's answers say: the job object, read tolerantly, and the codes in it and around it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from easel.errors import ProviderErrorClass
from easel.providers.encoding import as_job_id, as_text, joined_texts
from easel.providers.error_texts import class_of_text
from easel.providers.numbers import as_code

_FLAGGED: Final = (True, 1, "true", "True")
SUCCESS_CODES: Final = frozenset({None, 0, 200})
_SYNC_WAIT_ENDED: Final = 5004
_DONE: Final = frozenset({"completed", "succeeded", "success"})
_ENDED_BADLY: Final = frozenset({"failed", "cancelled", "canceled", "timeout", "deleted"})
_TASK_CODES: Final[Mapping[int, ProviderErrorClass]] = {
    1200: ProviderErrorClass.CONTENT,
    1400: ProviderErrorClass.CALLER,
    1401: ProviderErrorClass.CALLER,
    1402: ProviderErrorClass.CALLER,
    1403: ProviderErrorClass.FAILED,
    1405: ProviderErrorClass.FAILED,
    5000: ProviderErrorClass.RETRYABLE,
    5003: ProviderErrorClass.RETRYABLE,
}
"""The vendor's task-level codes. It refunds failed jobs, so 5000 and 5003 may be tried again as a new job."""
_CODE_IN_TEXT: Final = re.compile(
    r"(?:^|\[|\b(?:code|error)\W{1,4})(1200|140[01235]|5000|5003)(?=$|[\]:,.);|]| [-|])", re.IGNORECASE
)
"""A code set off as one: `code: 1200,`, `[1402]`, `1401: ...`. A bare number may be a width in pixels."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """The vendor's job object, read tolerantly: any field may be missing, null or of another type."""

    id: str | None
    status: str
    outputs: tuple[Any, ...]
    flags: tuple[Any, ...]
    code: int | None
    error: str

    @property
    def unflagged(self) -> tuple[Any, ...]:
        """The outputs that the vendor does not flag; its flags count where there is one for each output."""
        if len(self.flags) != len(self.outputs):
            return self.outputs
        return tuple(output for output, flag in zip(self.outputs, self.flags, strict=True) if flag not in _FLAGGED)

    @property
    def is_flagged(self) -> bool:
        return bool(self.outputs) and not self.unflagged

    @property
    def runs(self) -> bool:
        """A status that we do not know means that the job runs, and so does none without a picture."""
        return self.status not in _DONE and bool(self.status or not self.outputs)

    @property
    def ended_badly(self) -> bool:
        if self.status:
            return self.status in _ENDED_BADLY
        return self.code not in SUCCESS_CODES and self.code != _SYNC_WAIT_ENDED


NO_PREDICTION: Final = Prediction(None, "", (), (), None, "")


def read_prediction(envelope: Mapping[str, Any] | None) -> Prediction | None:
    """The job object of an envelope, or of a flat answer such as a callback; None when there is none."""
    if envelope is None:
        return None
    data = envelope.get("data", envelope)
    if not isinstance(data, dict) or not ({"id", "status", "code", "error"} & data.keys()):
        return None
    return Prediction(
        id=as_job_id(data.get("id")),
        status=as_text(data.get("status")).strip().lower(),
        outputs=_as_tuple(data.get("outputs")),
        flags=_as_tuple(data.get("has_nsfw_contents")),
        code=as_code(data.get("code")),
        error=texts_of(data),
    )


def explained(prediction: Prediction, text: str, envelope_code: int | None) -> tuple[ProviderErrorClass, str] | None:
    """What the vendor's own codes and words mean, with the code; None when they say nothing we know."""
    code = next((code for code in (prediction.code, envelope_code) if code in _TASK_CODES), None)
    if code is None and (match := _CODE_IN_TEXT.search(text)):
        code = int(match[1])
    error_class = _TASK_CODES.get(code) if code is not None else None
    if error_class in (None, ProviderErrorClass.FAILED):
        error_class = class_of_text(text) or error_class
    return (error_class, str(code or error_class.value)) if error_class else None


def names_a_job(envelope: Mapping[str, Any]) -> bool:
    """Whether the answer names a job, as even an error such as 504 may: then the job is polled."""
    prediction = read_prediction(envelope)
    return prediction is not None and prediction.id is not None and bool(prediction.status)


def _as_tuple(value: Any) -> tuple[Any, ...]:
    """A list, also where the vendor writes its only item alone."""
    if isinstance(value, list):
        return tuple(value)
    return () if value is None else (value,)


def as_status(code: int | None) -> int:
    """An envelope's code as an HTTP status; a task-level code stands for a refused request."""
    return code if code is not None and code in set(HTTPStatus) else HTTPStatus.BAD_REQUEST


def texts_of(source: Mapping[str, Any]) -> str:
    data = source.get("data")
    nested = data.get("error") if isinstance(data, dict) else None
    return joined_texts(source.get("error"), source.get("message"), nested)

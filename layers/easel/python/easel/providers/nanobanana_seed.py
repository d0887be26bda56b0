"""Nanobanana as the document of the generator and gallery has it ("SD3 Medium"), for a host that speaks it so.

No public API does, and the document names no address. What it says is fixed here; what it leaves open is a field of
`SeedContract`, which the provider's `options` may spell otherwise:

    POST /api/v1/tasks            {"model": "sd3-medium", "taskType": "TEXT_TO_IMAGE" | "IMAGE_TO_IMAGE", "prompt",
                                   "imageSize": "1024x1024", "watermark"?, "images"?: [base64]}
                                  -> {"taskId", "status": "PENDING"}
    GET  /api/v1/tasks/{task_id}  -> {"taskId", "status", "images": [base64], "cost": 0.0125, "errorMessage"}

From the document: `taskType` and its two values, `imageSize` (the squares of 512, 768, 1024 and 1536), `watermark`, the
statuses PENDING, PROCESSING, COMPLETED and FAILED, base64 pictures, a `cost` in dollars, `errorMessage`, and errors as
`{"success": false, "error": {"message"}}`. Ours: the paths, `model`, `taskId`, `images`, the bearer key. An answer may
also come inside of `data`. There are no callbacks: a task is polled each second.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import httpx

from easel.domain.provider import (
    Callback,
    CallbackRequest,
    Finished,
    ProviderTask,
    RemotePicture,
    Running,
    Submission,
)
from easel.errors import ProviderError, ProviderErrorClass
from easel.outbound.http import Deadline
from easel.providers.base import Answer, Effect, ProviderAdapter, Timeouts, VendorHttp, class_of_status, make_client
from easel.providers.verdicts import as_job_id, class_of_text, joined_texts, verdict
from easel.providers.wire import inline_picture, sendable, usable_key

_TIMEOUTS: Final = Timeouts(read=30.0)
_FETCH_SECONDS: Final = 60.0
"""The pictures come in the answer."""
_DOWNLOAD_SECONDS: Final = 60.0
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})

_DONE: Final = frozenset({"COMPLETED", "SUCCEEDED", "SUCCESS"})
_ENDED_BADLY: Final = frozenset({"FAILED", "CANCELLED", "CANCELED", "TIMEOUT", "EXPIRED"})
"""The document has COMPLETED and FAILED; the others are what such hosts also write. Any other status means: it runs."""

_MICRO_PER_DOLLAR: Final = 1_000_000
_MOST_DOLLARS: Final = Decimal(1000)
"""For one picture: beyond it the number is no price."""


@dataclass(frozen=True, slots=True)
class SeedContract:
    """The names that the document leaves open. `task_path` has the place `{task_id}`."""

    create_path: str = "/api/v1/tasks"
    task_path: str = "/api/v1/tasks/{task_id}"
    text_to_image: str = "TEXT_TO_IMAGE"
    image_to_image: str = "IMAGE_TO_IMAGE"
    model_field: str = "model"
    task_id_field: str = "taskId"
    references_field: str = "images"
    pictures_field: str = "images"
    cost_field: str = "cost"


class NanobananaSeed(ProviderAdapter):
    """The adapter. `base_url` has no default: the document names no host."""

    name = "nanobanana"

    def __init__(
        self,
        *,
        api_key: Callable[[], str],
        base_url: str,
        contract: SeedContract | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._contract = contract or SeedContract()
        client = make_client(transport=transport, trust_env=httpx.URL(self._base_url).host not in _LOOPBACK)
        self._http = VendorHttp(self.name, client)

    def submit(self, task: ProviderTask) -> Submission:
        answer = self._http.submit(
            task,
            self._base_url + self._contract.create_path,
            json=self._form(task),
            headers=self._authorization(),
            deadline=Deadline(task.timeout_seconds),
            timeouts=_TIMEOUTS,
        )
        told = self._read(answer, Effect.STARTS_JOB)
        job_id = as_job_id(told.get(self._contract.task_id_field))
        state = self._state(told)
        if job_id is None and isinstance(state, Running):
            raise self._http.failure(ProviderErrorClass.AMBIGUOUS, "no_job_id", "took the request but named no job")
        return Submission(job_id, state)

    def fetch(self, job_id: str) -> Finished | Running:
        answer = self._http.call(
            "GET",
            self._base_url + self._contract.task_path.replace("{task_id}", quote(job_id, safe="")),
            headers=self._authorization(),
            effect=Effect.REPEATABLE,
            deadline=Deadline(_FETCH_SECONDS),
            timeouts=_TIMEOUTS,
        )
        if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            raise self._http.failure(ProviderErrorClass.FAILED, "job_not_found", "does not know this job any more")
        return self._state(self._read(answer, Effect.REPEATABLE))

    def download(self, picture: RemotePicture) -> bytes:
        return self._http.download(picture.url, deadline=Deadline(_DOWNLOAD_SECONDS), own_origin=self._base_url)

    def cancel(self, job_id: str) -> bool:  # noqa: ARG002 - the port's signature
        """Always False: the document has no such call."""
        return False

    def parse_callback(self, request: CallbackRequest) -> Callback | None:  # noqa: ARG002 - the port's signature
        """Always None: the document has no callbacks."""
        return None

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {usable_key(self._http, self._api_key())}"}

    def _form(self, task: ProviderTask) -> dict[str, Any]:
        contract, size = self._contract, task.parameters.size
        form: dict[str, Any] = {
            contract.model_field: task.upstream_model,
            "taskType": contract.image_to_image if task.references else contract.text_to_image,
            "prompt": sendable(task.prompt),
        }
        if size is not None:
            form["imageSize"] = f"{size.width}x{size.height}"
        if task.parameters.watermark is not None:
            form["watermark"] = sendable(task.parameters.watermark)
        if task.references:
            encoded = [base64.b64encode(reference.data).decode() for reference in task.references]
            form[contract.references_field] = encoded
        return form

    def _read(self, answer: Answer, effect: Effect) -> Mapping[str, Any]:
        """What the answer tells of the task, or the error that it is."""
        told = _parse_exactly(answer.body)
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES or _says_no(told):
            raise self._refusal(answer, told or {}, effect)
        if not told:
            lost = class_of_status(HTTPStatus.INTERNAL_SERVER_ERROR, effect)
            raise self._http.failure(lost, "unreadable_answer", "sent an answer that cannot be read")
        return told

    def _refusal(self, answer: Answer, told: Mapping[str, Any], effect: Effect) -> ProviderError:
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            # An error over HTTP 200: the document's own API writes 400 for what it refuses and 500 for the rest.
            by_words = class_of_text(_error_text(told))
            lost = class_of_status(HTTPStatus.INTERNAL_SERVER_ERROR, effect)
            return verdict(self._http, by_words or lost, "refused")
        failure = self._http.status_failure(answer, effect)
        if failure.error_class is not ProviderErrorClass.CALLER:
            return failure
        return verdict(self._http, class_of_text(_error_text(told)) or failure.error_class, f"http_{answer.status}")

    def _state(self, told: Mapping[str, Any]) -> Finished | Running:
        """Where the task stands. Raises the error that it ended in."""
        status = str(told.get("status") or "").strip().upper()
        if status in _ENDED_BADLY:
            error_class = class_of_text(_error_text(told)) or ProviderErrorClass.FAILED
            raise verdict(self._http, error_class, status.lower(), job_ended=True)
        if status not in _DONE:
            return Running()
        pictures = told.get(self._contract.pictures_field)
        if not isinstance(pictures, list) or not pictures or not isinstance(pictures[0], str):
            raise verdict(self._http, ProviderErrorClass.FAILED, "no_outputs", job_ended=True)
        return Finished(inline_picture(self._http, pictures[0]), read_dollars(told.get(self._contract.cost_field)))


def read_dollars(value: Any) -> int | None:
    """A price in dollars as micro-USD, exactly; a fraction of one counts as a whole. None when it is no price.

    `value` is a Decimal, a whole number, or either of them as text.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        dollars = Decimal(value.strip().removeprefix("$") if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    if not dollars.is_finite() or not 0 <= dollars <= _MOST_DOLLARS:
        return None
    return int((dollars * _MICRO_PER_DOLLAR).to_integral_value(ROUND_CEILING))


def _parse_exactly(body: bytes) -> Mapping[str, Any] | None:
    """The answer's object, out of its `data` if it has one; numbers with a point stay the decimal that was written."""
    try:
        parsed = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError, InvalidOperation):
        return None
    if not isinstance(parsed, dict):
        return None
    data = parsed.get("data")
    return {**parsed, **data} if isinstance(data, dict) else parsed


def _says_no(told: Mapping[str, Any] | None) -> bool:
    """Whether the answer calls itself an error. A task that failed is not one: it has a status."""
    return told is not None and told.get("success") is False and not told.get("status")


def _error_text(told: Mapping[str, Any]) -> str:
    error = told.get("error")
    nested = error.get("message") if isinstance(error, dict) else error
    return joined_texts(told.get("errorMessage"), told.get("message"), nested)

"""Nanobanana as the live service of seed 003 calls it ("SD3 Medium"), for a host that speaks it so.

    POST /api/predict            {"model_id": "sd3-medium", "webhook_return_type": "async", "generated_inputs":
                                  {"prompt", "width", "height", "num_inference_steps": 28, "guidance_scale": 7.0,
                                   "num_images_per_prompt": 1, "watermark"?, "negative_prompt"?, "seed"?,
                                   "images"?: [base64]}}
                                 -> {"task_id"}, or at once {"images": [base64], "execution_time", "cost": 0.0125}
    GET  /api/predict/{task_id}  -> {"status": "processing" | "completed" | "failed", "images", "execution_time",
                                     "cost", "error"}

From the service's own client (hemadnap/ai-image-generator, commit 0ef69869): the paths, the fields without a question
mark, `watermark`, the answers. The seed itself says: base64 pictures, a `cost` in dollars, polls each second. Ours are
the names of `negative_prompt`, `seed` and `images`, which the seed plans and its client does not send. What a host may
spell otherwise is a field of `SeedContract`, set by the provider's `options`. Errors may come as `error`, `message`,
`errorMessage` or `{"error": {"message"}}`, and an answer inside of `data`. There are no callbacks.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import httpx

from easel.domain.provider import (
    Callback,
    CallbackRequest,
    Charge,
    Finished,
    ProviderTask,
    RemotePicture,
    Running,
    Submission,
)
from easel.errors import ProviderError, ProviderErrorClass
from easel.outbound.deadline import Deadline
from easel.providers.base import ProviderAdapter
from easel.providers.downloads import Downloads
from easel.providers.encoding import as_job_id, as_text, joined_texts, parse_json, sendable, usable_key
from easel.providers.error_texts import class_of_text, verdict
from easel.providers.numbers import read_dollars
from easel.providers.pictures import find_picture
from easel.providers.vendor_http import Answer, Effect, Timeouts, VendorHttp, class_of_status

_TIMEOUTS: Final = Timeouts(read=30.0)
_STEPS: Final = 28
_GUIDANCE: Final = 7.0
"""What the service's client always sends."""
_FETCH_SECONDS: Final = 60.0
"""The pictures come in the answer."""

_DONE: Final = frozenset({"COMPLETED", "SUCCEEDED", "SUCCESS"})
_ENDED_BADLY: Final = frozenset({"FAILED", "CANCELLED", "CANCELED", "TIMEOUT", "EXPIRED"})
"""The contract has completed and failed; the others are what such hosts also write. Any other status means: it runs."""


@dataclass(frozen=True, slots=True)
class SeedContract:
    """The names that a host may spell otherwise. `task_path` has the place `{task_id}`."""

    create_path: str = "/api/predict"
    task_path: str = "/api/predict/{task_id}"
    model_field: str = "model_id"
    inputs_field: str = "generated_inputs"
    task_id_field: str = "task_id"
    references_field: str = "images"
    pictures_field: str = "images"
    cost_field: str = "cost"


class NanobananaSeed(ProviderAdapter):
    """The adapter. `base_url` has no default: whether the host of the old service still answers is not known."""

    name = "nanobanana"

    def __init__(
        self,
        *,
        api_key: Callable[[], str],
        base_url: str,
        contract: SeedContract | None = None,
        trusted_origins: Iterable[str] = (),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._contract = contract or SeedContract()
        self._http = VendorHttp.to(self.name, self._base_url, transport)
        self._downloads = Downloads(self._http, self._base_url, trusted_origins=trusted_origins, transport=transport)

    def submit(self, task: ProviderTask) -> Submission:
        answer = self._http.submit(
            task,
            self._base_url + self._contract.create_path,
            json=self._form(task),
            headers=self._authorization(),
            deadline=Deadline(task.timeout_seconds),
            timeouts=_TIMEOUTS,
        )
        payload = self._read(answer, Effect.STARTS_JOB)
        job_id = as_job_id(payload.get(self._contract.task_id_field))
        state = self._state(payload)
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
            raise self._http.failure(
                ProviderErrorClass.FAILED, "job_not_found", "does not know this job any more", charge=Charge()
            )
        return self._state(self._read(answer, Effect.REPEATABLE))

    def download(self, picture: RemotePicture) -> bytes:
        return self._downloads.get(picture.url)

    def cancel(self, job_id: str) -> bool:  # noqa: ARG002 - the port's signature
        """Always False: there is no such call."""
        return False

    def parse_callback(self, request: CallbackRequest) -> Callback | None:  # noqa: ARG002 - the port's signature
        """Always None: there are no callbacks."""
        return None

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {usable_key(self._http, self._api_key())}"}

    def _form(self, task: ProviderTask) -> dict[str, Any]:
        contract, parameters = self._contract, task.parameters
        inputs: dict[str, Any] = {
            "prompt": sendable(task.prompt),
            "num_inference_steps": _STEPS if parameters.steps is None else parameters.steps,
            "guidance_scale": _GUIDANCE if parameters.guidance is None else parameters.guidance,
            "num_images_per_prompt": 1,
        }
        if parameters.size is not None:
            inputs |= {"width": parameters.size.width, "height": parameters.size.height}
        texts = {"watermark": parameters.watermark, "negative_prompt": parameters.negative_prompt}
        inputs |= {name: sendable(text) for name, text in texts.items() if text is not None}
        if parameters.seed is not None:
            inputs["seed"] = parameters.seed
        if task.references:
            encoded = [base64.b64encode(reference.data).decode() for reference in task.references]
            inputs[contract.references_field] = encoded
        return {
            contract.model_field: task.upstream_model,
            "webhook_return_type": "async",
            contract.inputs_field: inputs,
        }

    def _read(self, answer: Answer, effect: Effect) -> Mapping[str, Any]:
        """What the answer says about the task. Raises the error that it is."""
        payload = _parse_exactly(answer.body)
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES or _says_no(payload):
            raise self._refusal(answer, payload or {}, effect)
        if not payload:
            lost = class_of_status(HTTPStatus.INTERNAL_SERVER_ERROR, effect)
            raise self._http.failure(lost, "unreadable_answer", "sent an answer that cannot be read")
        return payload

    def _refusal(self, answer: Answer, payload: Mapping[str, Any], effect: Effect) -> ProviderError:
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            # An error over HTTP 200: the document's own API writes 400 for what it refuses and 500 for the rest.
            by_words = class_of_text(_error_text(payload))
            lost = class_of_status(HTTPStatus.INTERNAL_SERVER_ERROR, effect)
            return verdict(self._http, by_words or lost, "refused")
        failure = self._http.status_failure(answer, effect)
        if failure.error_class is not ProviderErrorClass.CALLER:
            return failure
        return verdict(self._http, class_of_text(_error_text(payload)) or failure.error_class, f"http_{answer.status}")

    def _state(self, payload: Mapping[str, Any]) -> Finished | Running:
        """Where the task stands. Raises the error that it ended in."""
        status = as_text(payload.get("status")).strip().upper()
        pictures = payload.get(self._contract.pictures_field)
        stated = payload.get(self._contract.cost_field)
        cost = read_dollars(stated)
        if status in _ENDED_BADLY:
            error_class = class_of_text(_error_text(payload)) or ProviderErrorClass.FAILED
            # A failed task costs nothing unless the answer names a price.
            charge = Charge(cost) if cost else None
            raise verdict(self._http, error_class, status.lower(), job_ended=True, charge=charge)
        if status not in _DONE and (status or not pictures):
            return Running()
        # The task is done, and billed, whatever is wrong with what it made.
        picture = find_picture(self._http, [pictures, {"text": _error_text(payload)}], charge=Charge(cost))
        return Finished(picture, cost, cost_uncertain=cost is None and stated is not None)


def _parse_exactly(body: bytes) -> Mapping[str, Any] | None:
    """The answer's object, out of its `data` if it has one; numbers with a point stay the decimal that was written."""
    parsed = parse_json(body, parse_float=_decimal)
    if not isinstance(parsed, dict):
        return None
    data = parsed.get("data")
    return {**parsed, **data} if isinstance(data, dict) else parsed


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("Infinity")


def _says_no(payload: Mapping[str, Any] | None) -> bool:
    """Whether the answer calls itself an error. A task that failed is not one: it has a status."""
    return payload is not None and payload.get("success") is False and not payload.get("status")


def _error_text(payload: Mapping[str, Any]) -> str:
    error = payload.get("error")
    nested = error.get("message") if isinstance(error, dict) else error
    return joined_texts(payload.get("errorMessage"), payload.get("message"), nested)

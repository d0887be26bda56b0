"""Google, Gemini API: models that answer with pictures (`generateContent`), and Imagen's form (`predict`).

Wire format: https://ai.google.dev/api and the vendor's SDK (PyPI `google-genai` 3.4.0). Imagen has been shut down at
Google itself; compatible servers still speak its form. One call makes the picture and brings it along: there is no job
to ask for. The vendor can hide a block behind status 200; `google_answers.py` has those, `google_errors.py` the rest.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import httpx

from easel.domain.provider import (
    Callback,
    CallbackRequest,
    Finished,
    OfferedModel,
    ProviderTask,
    ReferenceImage,
    RemotePicture,
    Running,
    Submission,
    UpstreamParameters,
)
from easel.errors import ProviderErrorClass
from easel.outbound.deadline import Deadline
from easel.providers.base import ProviderAdapter
from easel.providers.encoding import sendable, usable_key
from easel.providers.google_answers import content_result, prediction_result
from easel.providers.google_errors import is_error, refusal, unreadable
from easel.providers.google_json import field_of, items_of, parse_answer, text_of
from easel.providers.vendor_http import Answer, Effect, Timeouts, VendorHttp

DEFAULT_BASE_URL: Final = "https://generativelanguage.googleapis.com"
MAX_REQUEST_BYTES: Final = 20 * 1024 * 1024
"""The most that the vendor takes in one request, reference pictures in base64 included."""

_VERSIONS: Final = ("/v1beta", "/v1")
_SUBMIT_TIMEOUTS: Final = Timeouts(read=180.0)
"""Nothing is sent until the picture is done: 20 to 70 s with a thinking model, more at 4K."""
_LIST_TIMEOUTS: Final = Timeouts(read=20.0)
_LIST_SECONDS: Final = 30.0
_PAGE_SIZE: Final = 1000
_MAX_PAGES: Final = 20
_IMAGEN: Final = "imagen-"


class Google(ProviderAdapter):
    """The adapter. `base_url` is the vendor's host as its SDK takes it, perhaps with the version (`/v1beta`, `/v1`)."""

    name = "google"

    def __init__(
        self,
        *,
        api_key: Callable[[], str],
        base_url: str = DEFAULT_BASE_URL,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._api = api_address(base_url)
        self._api_key = api_key
        self._http = VendorHttp.to(self.name, self._api, transport)

    def submit(self, task: ProviderTask) -> Submission:
        is_imagen = task.upstream_model.startswith(_IMAGEN)
        headers = self._headers()
        answer = self._http.submit(
            task,
            f"{self._api}/models/{quote(task.upstream_model, safe='')}:{'predict' if is_imagen else 'generateContent'}",
            content=self._body(task),
            headers=headers | {"Content-Type": "application/json"},
            deadline=Deadline(task.timeout_seconds),
            timeouts=_SUBMIT_TIMEOUTS,
        )
        body = parse_answer(answer.body)
        if not _succeeded(answer) or is_error(body):
            raise refusal(self._http, answer, Effect.STARTS_JOB)
        if body is None:
            raise unreadable(self._http, Effect.STARTS_JOB)
        read = prediction_result if is_imagen else content_result
        return Submission(job_id=None, state=read(self._http, body))

    def fetch(self, job_id: str) -> Finished | Running:  # noqa: ARG002 - the port's signature
        raise self._http.failure(ProviderErrorClass.FAILED, "job_not_found", "has no jobs to ask for")

    def download(self, picture: RemotePicture) -> bytes:  # noqa: ARG002 - the port's signature
        raise self._http.failure(
            ProviderErrorClass.FAILED, "bad_address", "sends its pictures along, not their address"
        )

    def cancel(self, job_id: str) -> bool:  # noqa: ARG002 - the port's signature
        """Always False: there is nothing by which a call in flight could be named."""
        return False

    def parse_callback(self, request: CallbackRequest) -> Callback | None:  # noqa: ARG002 - the port's signature
        """Always None: it never calls back."""
        return None

    def list_models(self) -> tuple[OfferedModel, ...] | None:
        """What the vendor offers to our key, of every kind. It announces no ends there."""
        deadline = Deadline(_LIST_SECONDS)
        models: list[OfferedModel] = []
        token = ""
        for _ in range(_MAX_PAGES):
            page = self._page_of_models(token, deadline)
            models += [OfferedModel(name.removeprefix("models/")) for name in _names(page) if name]
            token = field_of(page, "nextPageToken")
            if not isinstance(token, str) or not token:
                return tuple(models)
        # Half a list would make the other half look retired.
        raise self._http.failure(ProviderErrorClass.RETRYABLE, "endless_list", "sent a list of models without an end")

    def _page_of_models(self, token: str, deadline: Deadline) -> Any:
        answer = self._http.call(
            "GET",
            f"{self._api}/models",
            params={"pageSize": _PAGE_SIZE} | ({"pageToken": token} if token else {}),
            headers=self._headers(),
            effect=Effect.REPEATABLE,
            deadline=deadline,
            timeouts=_LIST_TIMEOUTS,
        )
        page = parse_answer(answer.body)
        if not _succeeded(answer) or is_error(page):
            raise refusal(self._http, answer, Effect.REPEATABLE)
        if not isinstance(field_of(page, "models"), list):
            raise unreadable(self._http, Effect.REPEATABLE)
        return page

    def _headers(self) -> dict[str, str]:
        # Not as `?key=`: addresses end up in logs.
        return {"x-goog-api-key": usable_key(self._http, self._api_key())}

    def _body(self, task: ProviderTask) -> bytes:
        """The request. Raises CALLER when it is one that the vendor surely refuses."""
        if task.upstream_model.startswith(_IMAGEN):
            if task.references:
                raise self._http.failure(
                    ProviderErrorClass.CALLER,
                    "references_refused",
                    "takes no reference pictures for this model",
                    from_vendor=False,
                )
            form = _imagen_form(task)
        else:
            # Before they are encoded: sixteen would take more memory than a worker has.
            self._check_size(sum(len(reference.data) for reference in task.references) * 4 // 3)
            form = _content_form(task)
        body = json.dumps(form, separators=(",", ":")).encode()
        self._check_size(len(body))
        return body

    def _check_size(self, size: int) -> None:
        if size <= MAX_REQUEST_BYTES:
            return
        limit = MAX_REQUEST_BYTES // (1024 * 1024)
        raise self._http.failure(
            ProviderErrorClass.CALLER,
            "request_too_large",
            f"takes at most {limit} MB in one request, and reference pictures count a third more than their size",
            from_vendor=False,
        )


def api_address(base_url: str) -> str:
    """The address of the API, with its version where `base_url` names none."""
    base_url = base_url.rstrip("/")
    return base_url if base_url.endswith(_VERSIONS) else base_url + _VERSIONS[0]


def _content_form(task: ProviderTask) -> dict[str, Any]:
    generation: dict[str, Any] = {"responseModalities": ["IMAGE"]}
    image = _set_ones(aspectRatio=task.parameters.aspect_ratio, imageSize=_capitals(task.parameters))
    if image:
        generation["imageConfig"] = image
    parts = [{"text": sendable(task.prompt)}, *map(_inline, task.references)]
    return {"contents": [{"role": "user", "parts": parts}], "generationConfig": generation}


def _imagen_form(task: ProviderTask) -> dict[str, Any]:
    parameters: dict[str, Any] = {"sampleCount": 1, "includeRaiReason": True} | _set_ones(
        aspectRatio=task.parameters.aspect_ratio,
        sampleImageSize=_capitals(task.parameters),
    )
    if task.parameters.output_format:
        parameters["outputOptions"] = {"mimeType": f"image/{task.parameters.output_format}"}
    return {"instances": [{"prompt": sendable(task.prompt)}], "parameters": parameters}


def _inline(reference: ReferenceImage) -> dict[str, Any]:
    return {"inlineData": {"mimeType": reference.media_type, "data": base64.b64encode(reference.data).decode()}}


def _capitals(parameters: UpstreamParameters) -> str | None:
    """`1K`: written in lower case it is refused."""
    return parameters.resolution.upper() if parameters.resolution else None


def _set_ones(**fields: str | None) -> dict[str, str]:
    """What is None is left to the vendor's default."""
    return {name: value for name, value in fields.items() if value is not None}


def _names(page: Any) -> list[str]:
    return [text_of(model, "name") for model in items_of(page, "models")]


def _succeeded(answer: Answer) -> bool:
    return HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES

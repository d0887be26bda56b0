"""Nanobanana as nanobananaapi.ai sells it: `generate`, `generate-2` and `generate-pro`, which are also the model names.

Wire format: https://docs.nanobananaapi.ai (generate-or-edit-image, generate-image-2, generate-image-pro,
get-task-details and the pages about callbacks), its spellings included: `TEXTTOIAMGE`, `callBackUrl`, and on `generate`
an `image_size` that holds a ratio. Four things to know about it:

- Errors come as HTTP 200 with a `code` in the body, and the text is in `msg` or, from `generate-pro`, in `message`.
  What the codes of a refused submit mean is taken from the vendor's sister kie.ai; it has no table of its own.
- `successFlag` alone says how a job ended: 0 running, 1 done, 2 never begun, 3 failed.
- References go as addresses that the vendor reads for itself (`ReferenceImage.url`).
- `generate` and `generate-pro` want a `callBackUrl` even from those who poll. Nothing signs a callback.

Neither a price nor a size is in the result, and its address lives for minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

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
from easel.providers.encoding import as_job_id, as_text, joined_texts, parse_object, sendable, usable_key
from easel.providers.error_texts import class_of_text, verdict
from easel.providers.numbers import as_code, parse_retry_after
from easel.providers.pictures import find_picture
from easel.providers.vendor_http import NOT_CONFIGURED, Answer, Effect, Timeouts, VendorHttp, class_of_status

DEFAULT_BASE_URL: Final = "https://api.nanobananaapi.ai"

_TIMEOUTS: Final = Timeouts(read=30.0)
_FETCH_SECONDS: Final = 30.0
_POLL_AFTER_SECONDS: Final = 2.0
"""Ten seconds is a quick job there."""

_SUCCESS: Final = 200
_DONE: Final = 1
_ENDED_BADLY: Final[Mapping[int, str]] = {2: "create_failed", 3: "generation_failed"}
"""Values of `successFlag`; any other means that the job runs."""

_CODES: Final[Mapping[int, ProviderErrorClass]] = {
    400: ProviderErrorClass.CALLER,
    401: ProviderErrorClass.AUTH,
    402: ProviderErrorClass.QUOTA,
    403: ProviderErrorClass.AUTH,
    404: ProviderErrorClass.CALLER,  # something that the request names; a path that is not there is an HTTP status
    422: ProviderErrorClass.CALLER,
    429: ProviderErrorClass.RETRYABLE,
    455: ProviderErrorClass.RETRYABLE,  # maintenance
    501: ProviderErrorClass.FAILED,
    505: ProviderErrorClass.GONE,  # the feature is switched off
}
"""Codes of an answer. 500 is not here: what it means depends on whether the call could start a job."""
_JOB_CODES: Final[Mapping[int, ProviderErrorClass]] = {
    400: ProviderErrorClass.CONTENT,
    402: ProviderErrorClass.QUOTA,
    422: ProviderErrorClass.CALLER,
    500: ProviderErrorClass.RETRYABLE,
    501: ProviderErrorClass.FAILED,
}
"""Codes of a job that ended without a picture, in its record (`errorCode`) and in callbacks (`code`)."""

_PLAIN_STATUSES: Final = frozenset({404, 405, 410})
"""HTTP statuses about the path, regardless of the body: an endpoint that is no longer there."""
_OPEN_TO_WORDS: Final = frozenset({ProviderErrorClass.CALLER, ProviderErrorClass.FAILED, ProviderErrorClass.AMBIGUOUS})
"""Classes that the vendor's words may correct: it has no code for moderation at submit, nor for every empty account."""


@dataclass(frozen=True, slots=True)
class NanobananaApiOptions:
    """`spare_callback_url` is sent when no callback is wanted, because `generate` and `generate-pro` require one."""

    spare_callback_url: str = "https://callback.invalid/"


class NanobananaApi(ProviderAdapter):
    """The adapter. `base_url` is the vendor's host, with or without the path that all its endpoints share."""

    name = "nanobanana"
    reads_references = True

    def __init__(
        self,
        *,
        api_key: Callable[[], str],
        base_url: str = DEFAULT_BASE_URL,
        options: NanobananaApiOptions | None = None,
        trusted_origins: Iterable[str] = (),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._api = base_url.rstrip("/").removesuffix("/api/v1/nanobanana") + "/api/v1/nanobanana"
        self._api_key = api_key
        self._options = options or NanobananaApiOptions()
        self._http = VendorHttp.to(self.name, self._api, transport)
        self._downloads = Downloads(self._http, self._api, trusted_origins=trusted_origins, transport=transport)

    def submit(self, task: ProviderTask) -> Submission:
        answer = self._http.submit(
            task,
            f"{self._api}/{task.upstream_model}",
            json=self._form(task),
            headers=self._authorization(),
            deadline=Deadline(task.timeout_seconds),
            timeouts=_TIMEOUTS,
        )
        envelope = _read(answer)
        job_id = as_job_id(envelope.data.get("taskId"))
        if job_id is not None:
            # Regardless of the rest of the answer there is a job, and its record has the status.
            return Submission(job_id, Running(_POLL_AFTER_SECONDS))
        if envelope.code == _SUCCESS:
            raise self._http.failure(ProviderErrorClass.AMBIGUOUS, "no_job_id", "took the request but named no job")
        raise self._refusal(answer, envelope, Effect.STARTS_JOB)

    def fetch(self, job_id: str) -> Finished | Running:
        answer = self._http.call(
            "GET",
            f"{self._api}/record-info",
            params={"taskId": job_id},
            headers=self._authorization(),
            effect=Effect.REPEATABLE,
            deadline=Deadline(_FETCH_SECONDS),
            timeouts=_TIMEOUTS,
        )
        envelope = _read(answer)
        if envelope.code != _SUCCESS:
            failure = self._refusal(answer, envelope, Effect.REPEATABLE)
            if failure.error_class in (ProviderErrorClass.CALLER, ProviderErrorClass.GONE):
                # We asked; the caller has nothing to do with it.
                raise self._http.failure(
                    ProviderErrorClass.FAILED, "job_not_found", "does not know this job any more", charge=Charge()
                )
            raise failure
        if not envelope.data:
            raise self._http.failure(ProviderErrorClass.RETRYABLE, "unreadable_answer", "said nothing about the job")
        return self._state(envelope.data)

    def download(self, picture: RemotePicture) -> bytes:
        return self._downloads.get(picture.url)

    def cancel(self, job_id: str) -> bool:  # noqa: ARG002 - the port's signature
        """Always False: the vendor has no such call."""
        return False

    def parse_callback(self, request: CallbackRequest) -> Callback | None:
        """Read a callback of either form (`data.info` of `generate`, the whole record of the others).

        Nothing in it is believed but which job to ask for: the vendor signs nothing, and the `code` is 200 for failures
        too. `attempt` in the callback's query comes back as the attempt id, if the submitter put it there.
        """
        envelope = _read_body(request.body)
        job_id = as_job_id(envelope.data.get("taskId"))
        if envelope.code is None or job_id is None:
            return None
        return Callback(job_id, request.query.get("attempt"))

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {usable_key(self._http, self._api_key())}"}

    def _form(self, task: ProviderTask) -> dict[str, Any]:
        make_form = _FORMS.get(task.upstream_model)
        if make_form is None:
            raise self._http.failure(
                ProviderErrorClass.GONE, "unknown_model", "has no model of this name", from_vendor=False
            )
        addresses = [reference.url for reference in task.references if reference.url]
        if len(addresses) < len(task.references):
            raise self._http.failure(
                ProviderErrorClass.AUTH,
                NOT_CONFIGURED,
                "reads reference pictures from addresses, and there is none",
                from_vendor=False,
            )
        spare = None if task.upstream_model == _GENERATE_2 else self._options.spare_callback_url
        form = {
            "prompt": sendable(task.prompt),
            "callBackUrl": task.callback_url or spare,
            **make_form(task, addresses),
        }
        return {name: value for name, value in form.items() if value is not None}

    def _state(self, record: Mapping[str, Any]) -> Finished | Running:
        """Where the job stands. Raises the error that it ended in."""
        flag = as_code(record.get("successFlag"))
        if flag is not None and (ending := _ENDED_BADLY.get(flag)):
            raise self._ended_badly(record, ending)
        response = record.get("response")
        if flag != _DONE and (flag is not None or not response):
            return Running(_POLL_AFTER_SECONDS)
        # The job is done, and billed, whatever is wrong with what it made.
        return Finished(find_picture(self._http, [response, {"text": as_text(record.get("errorMessage"))}]))

    def _ended_badly(self, record: Mapping[str, Any], ending: str) -> ProviderError:
        code = as_code(record.get("errorCode"))
        by_code = _JOB_CODES.get(code or 0, ProviderErrorClass.FAILED)
        by_words = class_of_text(as_text(record.get("errorMessage")))
        return verdict(self._http, by_words or by_code, str(code or ending), job_ended=True)

    def _refusal(self, answer: Answer, envelope: _Envelope, effect: Effect) -> ProviderError:
        """What an answer without success means: the HTTP status where it is plain, else the vendor's own code."""
        if answer.status in _PLAIN_STATUSES or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return self._http.status_failure(answer, effect)
        if envelope.code in (None, _SUCCESS):
            if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
                return self._http.status_failure(answer, effect)
            lost = class_of_status(HTTPStatus.INTERNAL_SERVER_ERROR, effect)
            return self._http.failure(lost, "unreadable_answer", "sent an answer that cannot be read")
        error_class = _CODES.get(envelope.code) or _class_of_other_code(envelope.code, effect)
        if error_class in _OPEN_TO_WORDS:
            error_class = class_of_text(envelope.text) or error_class
        retry_after = parse_retry_after(answer.headers.get("Retry-After"))
        return verdict(self._http, error_class, str(envelope.code), retry_after=retry_after)


@dataclass(frozen=True, slots=True)
class _Envelope:
    """Every answer and every callback, read tolerantly: any field may be missing, null or of another type."""

    code: int | None
    text: str
    data: Mapping[str, Any]


def _read(answer: Answer) -> _Envelope:
    return _read_body(answer.body)


def _read_body(body: bytes) -> _Envelope:
    parsed = parse_object(body) or {}
    data = parsed.get("data")
    return _Envelope(
        code=as_code(parsed.get("code")),
        text=joined_texts(parsed.get("msg"), parsed.get("message")),
        data=data if isinstance(data, dict) else {},
    )


def _class_of_other_code(code: int, effect: Effect) -> ProviderErrorClass:
    """The class of a code that no list has: below 500 by the rules of HTTP, otherwise it is unknown what has begun."""
    is_request_fault = HTTPStatus.BAD_REQUEST <= code < HTTPStatus.INTERNAL_SERVER_ERROR
    return class_of_status(code if is_request_fault else HTTPStatus.INTERNAL_SERVER_ERROR, effect)


_GENERATE_2: Final = "generate-2"


def _generate_form(task: ProviderTask, addresses: list[str]) -> dict[str, Any]:
    parameters = task.parameters
    return {
        "type": "IMAGETOIAMGE" if addresses else "TEXTTOIAMGE",
        "numImages": 1,
        "imageUrls": addresses or None,
        "image_size": parameters.aspect_ratio,
        "watermark": parameters.watermark,
    }


def _generate_2_form(task: ProviderTask, addresses: list[str]) -> dict[str, Any]:
    output_format = task.parameters.output_format
    return {
        "imageUrls": addresses,
        "aspectRatio": task.parameters.aspect_ratio,
        "resolution": _resolution(task),
        "outputFormat": "jpg" if output_format == "jpeg" else output_format,
    }


def _generate_pro_form(task: ProviderTask, addresses: list[str]) -> dict[str, Any]:
    return {
        "imageUrls": addresses or None,
        "aspectRatio": task.parameters.aspect_ratio,
        "resolution": _resolution(task),
    }


def _resolution(task: ProviderTask) -> str | None:
    """`1k` is an invalid parameter there."""
    return task.parameters.resolution.upper() if task.parameters.resolution else None


_FORMS: Final[Mapping[str, Callable[[ProviderTask, list[str]], dict[str, Any]]]] = {
    "generate": _generate_form,
    _GENERATE_2: _generate_2_form,
    "generate-pro": _generate_pro_form,
}

"""nanobananaapi.ai, as docs.nanobananaapi.ai and the programs of its customers describe it, misspellings included.

Under `/nanobanana`: `/api/v1/nanobanana/...` is the API, `/outputs/...` stands for the vendor's file host, which takes
no key. Everything it has to say comes as HTTP 200 with a `code`; fields that an endpoint does not know are ignored, so
that `aspectRatio` sent to `generate` makes a square without a word. The codes of refused submits are those of the
vendor's sister kie.ai, because it publishes none.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from infra.local.simulators import callbacks, job_threads
from infra.local.simulators.callbacks import Callback, Message
from infra.local.simulators.faults import Fault, UnknownFaultError
from infra.local.simulators.job_threads import Ending, JobThreads, as_source, drawings, fetch_input, wrong_choice
from infra.local.simulators.jobs import Job
from infra.local.simulators.messages import Drop, Hang, Outcome, Reply, Request, json_reply
from infra.local.simulators.pictures import Drawing
from infra.local.simulators.ratios import FLASH, FOURTEEN, PRO, Sizes, nearest, scaled

_API: Final = "/api/v1/nanobanana"
_GENERATE: Final = "generate"
_MAX_IMAGES: Final = 4
_TYPES: Final = ("TEXTTOIAMGE", "IMAGETOIAMGE")
_RESOLUTIONS: Final = ("1K", "2K", "4K")
_AUTO: Final = "auto"

_RUNNING, _DONE, _CREATE_FAILED, _FAILED = range(4)
"""Values of `successFlag`."""


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """What a path takes: the ratios under `ratio_field`, and so many references."""

    ratio_field: str
    sizes: Sizes
    max_references: int
    max_prompt: int = 20_000
    has_resolution: bool = True
    formats: tuple[str, ...] = ()
    wants_callback: bool = False
    message_field: str = "msg"

    def choices(self) -> dict[str, tuple[str, ...]]:
        """The fields that have only so many values."""
        ratios = (*self.sizes, _AUTO) if self.has_resolution else tuple(self.sizes)
        choices = {self.ratio_field: ratios}
        if self.has_resolution:
            choices["resolution"] = _RESOLUTIONS
        if self.formats:
            choices["outputFormat"] = self.formats
        return choices


_ENDPOINTS: Final[Mapping[str, _Endpoint]] = {
    _GENERATE: _Endpoint("image_size", FLASH, 10, has_resolution=False, wants_callback=True),
    "generate-2": _Endpoint("aspectRatio", FOURTEEN, 14, formats=("png", "jpg")),
    "generate-pro": _Endpoint("aspectRatio", PRO, 8, wants_callback=True, message_field="message"),
}

_ENDINGS: Final[Mapping[str, Ending]] = {
    "moderation": Ending(400, "Your prompt was flagged for violating content policy"),
    "failed": Ending(501, "Image generation task failed"),
    "job-error": Ending(500, "Internal error, please try again later"),
    "unreachable-input": Ending(422, "The image url is not accessible"),
}


class _RefusedError(Exception):
    """A request that the vendor would refuse, with its code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class NanobananaSimulator:
    """The simulated vendor."""

    name = "nanobanana"
    base_path = ""
    faults = job_threads.FAULTS | callbacks.FAULTS | _ENDINGS.keys() | {"download-error"}

    def __init__(self, threads: JobThreads, *, key_prefix: str) -> None:
        self._threads = threads
        self._jobs = threads.jobs
        self._key_prefix = key_prefix
        self._routes: Mapping[tuple[str, str], Callable[[Request], Outcome]] = {
            ("GET", "/api/v1/common/get-credits"): lambda _: _said(200, "success", data=100),
            ("GET", f"{_API}/record-info"): self._record_info,
            **{
                ("POST", f"{_API}/{name}"): partial(self._submit, name, endpoint)
                for name, endpoint in _ENDPOINTS.items()
            },
        }

    def reset(self) -> None:
        """There is nothing to forget beyond the jobs."""

    def answer(self, request: Request) -> Outcome:
        """Route a request: the file host is open, the API wants a key."""
        if request.path.startswith("/outputs/"):
            return self._output(request)
        route = self._routes.get((request.method, request.path))
        if route is None:
            return _http_error(404, request)
        if not request.headers.get("authorization", "").startswith(f"Bearer {self._key_prefix}"):
            return _said(401, "You do not have access permissions")
        return route(request)

    # Jobs

    def _submit(self, name: str, endpoint: _Endpoint, request: Request) -> Outcome:
        try:
            form = _validated(request.json_object(), name, endpoint)
            fault, submit = self._threads.fault_of(self.name, name, form["prompt"], self.faults)
        except _RefusedError as error:
            return _said(error.code, error.message, field=endpoint.message_field)
        except UnknownFaultError as error:
            return _said(422, error.reason, field=endpoint.message_field)
        if fault and (refusal := _refusal_of_fault(fault, endpoint)):
            return refusal
        job = Job(secrets.token_hex(16), self.name, name, form["prompt"], form, fault)
        self._threads.start(
            job, lambda: _draw(job, endpoint, submit), _ENDINGS, self._callback(job, endpoint, request.origin)
        )
        self._threads.wait_for_callback(job)
        if job.has_fault("drop"):
            return Drop()
        if job.has_fault("gateway-timeout"):
            return Reply(504, b"<html><body>504 Gateway Time-out</body></html>", "text/html")
        return _said(200, "success", field=endpoint.message_field, data={"taskId": job.id})

    def _record_info(self, request: Request) -> Outcome:
        if "taskId" not in request.query:
            return _said(500, "Required parameter 'taskId' is not present.")
        job = self._jobs.get(request.query["taskId"])
        if job is None or job.vendor != self.name:
            return _said(422, "recordInfo is null")
        if self._threads.poll_fails(job):
            return _said(500, "Server exception, please try again later")
        return _said(200, "success", data=self._record(job, request.origin))

    def _record(self, job: Job, origin: str) -> dict[str, Any]:
        """The job's record; it grows a `response` when there is a picture."""
        urls = self._picture_urls(job, origin)
        return {
            "taskId": job.id,
            "paramJson": json.dumps(dict(job.input)),
            "createTime": _stamp(job.created_at),
            "completeTime": _stamp(job.created_at + job.milliseconds / 1000) if job.done.is_set() else None,
            "response": {"originImageUrl": None, "resultImageUrl": urls if len(urls) > 1 else urls[0]}
            if urls
            else None,
            "successFlag": _flag(job),
            "errorCode": job.code or None,
            "errorMessage": job.error or None,
            "operationType": f"nano-banana_{job.model}",
        }

    def _picture_urls(self, job: Job, origin: str) -> list[str]:
        if job.status != "completed":
            return []
        return [
            f"{origin}/{self.name}/outputs/{job.id}/{number}.{drawing.format}"
            for number, drawing in enumerate(job.drawings)
        ]

    def _output(self, request: Request) -> Outcome:
        match = re.fullmatch(r"/outputs/([0-9a-f]+)/(\d)\.[a-z]+", request.path)
        job = self._jobs.get(match[1]) if match else None
        if match is None or job is None or job.status != "completed" or int(match[2]) >= len(job.drawings):
            return _http_error(404, request)
        return self._threads.serve(job, job.drawings[int(match[2])]) or _http_error(503, request)

    # Callbacks

    def _callback(self, job: Job, endpoint: _Endpoint, origin: str) -> Callback | None:
        """The callback of a job. It is not signed, and only `generate` puts a failure into the code."""
        url = job.input.get("callBackUrl")
        if not url:
            return None

        def genuine() -> Message:
            if job.model == _GENERATE:
                urls = self._picture_urls(job, origin)
                info = {"resultImageUrl": urls[0]} if urls else None
                return _message(job.code or 200, job.error or "Image generated successfully.", job.id, {"info": info})
            return _message(200, "success", job.id, self._record(job, origin), endpoint.message_field)

        def forged() -> Message:
            picture = {"resultImageUrl": "https://stranger.invalid/picture.png"}
            return _message(200, "success", job.id, {"info": picture, "response": picture, "successFlag": _DONE})

        return Callback(url, genuine, forged)


def _validated(form: dict[str, Any] | None, name: str, endpoint: _Endpoint) -> dict[str, Any]:
    """The request's fields, or the refusal that the vendor would give."""
    if form is None:
        raise _RefusedError(422, "the body must be a JSON object")
    prompt = form.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise _RefusedError(422, "prompt cannot be empty")
    if len(prompt) > endpoint.max_prompt:
        raise _RefusedError(422, f"prompt can have at most {endpoint.max_prompt} characters")
    if not isinstance(form.get("callBackUrl", ""), str) or (endpoint.wants_callback and not form.get("callBackUrl")):
        raise _RefusedError(422, "callBackUrl must be a URL")
    _check_references(form.get("imageUrls"), endpoint.max_references)
    if name == _GENERATE:
        _check_generate(form)
    if wrong := wrong_choice(form, endpoint.choices()):
        raise _RefusedError(422, wrong)
    return form


def _check_generate(form: Mapping[str, Any]) -> None:
    if form.get("type") not in _TYPES:
        raise _RefusedError(422, f"type must be one of {', '.join(_TYPES)}")
    if form["type"] == _TYPES[1] and not form.get("imageUrls"):
        raise _RefusedError(422, "imageUrls cannot be empty")
    count = form.get("numImages", 1)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= _MAX_IMAGES:
        raise _RefusedError(422, f"numImages must be from 1 to {_MAX_IMAGES}")
    if not isinstance(form.get("watermark", ""), str):
        raise _RefusedError(422, "watermark must be text")


def _check_references(urls: Any, limit: int) -> None:
    if urls is None:
        return
    if not isinstance(urls, list) or len(urls) > limit:
        raise _RefusedError(422, f"imageUrls must be a list of at most {limit}")
    if not all(isinstance(url, str) and url.startswith(("http://", "https://")) for url in urls):
        raise _RefusedError(422, "imageUrls must hold URLs")


def _draw(job: Job, endpoint: _Endpoint, submit: int) -> tuple[Drawing, ...]:
    wanted = job.input.get("imageUrls") or ()
    if job.input.get("type") == _TYPES[0]:
        wanted = ()
    sources = [as_source(fetch_input(url)) for url in wanted]
    ratio = job.input.get(endpoint.ratio_field) or (_AUTO if endpoint.has_resolution else "1:1")
    if ratio == _AUTO:
        ratio = nearest(endpoint.sizes, sources[0].ratio) if sources else "1:1"
    resolution = (job.input.get("resolution") or "1K") if endpoint.has_resolution else "1K"
    return drawings(
        job,
        submit,
        sources,
        size=scaled(endpoint.sizes, ratio, resolution),
        format="png" if job.input.get("outputFormat") == "png" else "jpeg",
        count=job.input.get("numImages", 1) if job.model == _GENERATE else 1,
    )


def _response(urls: list[str]) -> dict[str, Any] | None:
    if not urls:
        return None
    return {"originImageUrl": None, "resultImageUrl": urls if len(urls) > 1 else urls[0]}


def _refusal_of_fault(fault: Fault, endpoint: _Endpoint) -> Outcome | None:
    """The answer to a submit that makes no job; None when the fault comes later."""
    field = endpoint.message_field
    if fault.name == "rate-limit":
        retry_after = f"{fault.number('retry_after', 1):g}"
        return _said(429, "Your call frequency is too high", field=field, headers={"Retry-After": retry_after})
    if fault.name == "hang":
        return Hang()
    refusals = {
        "server-error": (500, "Server exception, please try again later"),
        "unavailable": (455, "The service is under maintenance"),
        "auth": (401, "You do not have access permissions"),
        "balance": (402, "The current credits are insufficient. Please top up"),
        "gone": (505, "The current feature is disabled"),
    }
    return _said(*refusals[fault.name], field=field) if fault.name in refusals else None


def _flag(job: Job) -> int:
    if not job.done.is_set():
        return _RUNNING
    if not job.code:
        return _DONE
    return _CREATE_FAILED if job.code == _ENDINGS["unreachable-input"].code else _FAILED


def _http_error(status: int, request: Request) -> Reply:
    return json_reply({"status": status, "error": HTTPStatus(status).phrase, "path": request.path}, status)


def _said(
    code: int, text: str, *, field: str = "msg", data: Any = None, headers: Mapping[str, str] | None = None
) -> Reply:
    return json_reply({"code": code, field: text, "data": data}, headers=headers)


def _message(code: int, text: str, job_id: str, data: Mapping[str, Any], field: str = "msg") -> Message:
    body = json.dumps({"code": code, field: text, "data": {"taskId": job_id, **data}})
    return Message(body.encode(), {"Content-Type": "application/json"})


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")

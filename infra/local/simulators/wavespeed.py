"""WaveSpeed AI, API v3, as its documents and its SDK (PyPI `wavespeed` 2.0.5) describe it.

Under `/wavespeed`: `/api/v3/...` is the API, `/uploads/...` and `/outputs/...` stand for the vendor's file hosts, which
take no key. Where the documents leave a status open (an empty balance, a refused parameter) the answer is a guess that
our adapter does not rely on.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

from infra.local.simulators import callbacks, job_threads
from infra.local.simulators.callbacks import Callback, Message
from infra.local.simulators.faults import Fault, UnknownFaultError
from infra.local.simulators.job_threads import (
    MAX_INPUT_BYTES,
    Ending,
    JobThreads,
    Source,
    as_source,
    content,
    drawings,
    fetch_input,
)
from infra.local.simulators.jobs import Job
from infra.local.simulators.messages import Drop, Hang, Outcome, Reply, Request, json_reply
from infra.local.simulators.pictures import Drawing
from infra.local.simulators.wavespeed_models import (
    INVALID,
    MISSING,
    MODELS,
    Model,
    RefusedError,
    output_count,
    output_format,
    picture_size,
    validated,
)

_API: Final = "/api/v3"
_MAX_UPLOADS: Final = 200
WEBHOOK_SECRET: Final = "whsec_simulated-webhook-secret"  # noqa: S105 - protects nothing
_FORGED_SECRET: Final = "whsec_what-a-stranger-makes-up"  # noqa: S105 - protects nothing

_ENDINGS: Final[Mapping[str, Ending]] = {
    "moderation": Ending(1200, "Content flagged as potentially sensitive."),
    "failed": Ending(1405, "The task execution failed."),
    "job-error": Ending(5000, "Internal error. Please try again later."),
    "cancelled": Ending(0, "", "cancelled"),
    "timed-out": Ending(0, "", "timeout"),
    "unreachable-input": Ending(1402, "Failed to download image from the provided URL."),
}


class WaveSpeedSimulator:
    """The simulated vendor. `sync_hold` is how long synchronous mode waits, in seconds."""

    name = "wavespeed"
    base_path = ""
    faults = job_threads.FAULTS | callbacks.FAULTS | _ENDINGS.keys() | {"sync-timeout", "nsfw", "download-error"}

    def __init__(self, threads: JobThreads, *, sync_hold: float, key_prefix: str) -> None:
        self._threads = threads
        self._jobs = threads.jobs
        self._sync_hold = sync_hold
        self._key_prefix = key_prefix
        self._uploads: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def reset(self) -> None:
        with self._lock:
            self._uploads.clear()

    def answer(self, request: Request) -> Outcome:
        """Route a request: file hosts are open, the API wants a key."""
        if request.path.startswith("/outputs/"):
            return self._output(request)
        if request.path.startswith("/uploads/"):
            return self._upload_host(request)
        if not request.path.startswith(f"{_API}/"):
            return _failure(404, "not found")
        if not request.headers.get("authorization", "").startswith(f"Bearer {self._key_prefix}"):
            return _failure(401, "Unauthorized: invalid API key")
        return self._api(request, request.path.removeprefix(_API))

    def _api(self, request: Request, path: str) -> Outcome:
        if request.method == "GET":
            return self._get(request, path)
        routes: Mapping[tuple[str, str], Callable[[Request], Outcome]] = {
            ("POST", "/media/upload/binary"): self._upload_binary,
            ("POST", "/media/uploads"): self._upload_ticket,
        }
        if route := routes.get((request.method, path)):
            return route(request)
        if request.method != "POST":
            return _failure(405, "method not allowed")
        return self._submit(request, path.lstrip("/"))

    def _get(self, request: Request, path: str) -> Outcome:
        if prediction := re.fullmatch(r"/predictions/([^/]+)(?:/result)?", path):
            return self._result(request, prediction[1])
        if path in ("/balance", "/account/balance"):
            return _success({"balance": 100.0, "currency": "USD"})
        if path == "/webhook/secret":
            return _success({"secret": WEBHOOK_SECRET})
        return _failure(404, "not found")

    # Uploads

    def _upload_binary(self, request: Request) -> Outcome:
        file = request.file("file")
        if file is None:
            return _refusal(RefusedError(MISSING, "file is required"))
        if not 0 < len(file.data) <= MAX_INPUT_BYTES:
            return _refusal(RefusedError(INVALID, f"file must have 1 to {MAX_INPUT_BYTES} bytes"))
        path = self._keep_upload(file.filename or "upload", file.data)
        return _success(_upload_record(request, path, file.filename or "upload", len(file.data)))

    def _upload_ticket(self, request: Request) -> Outcome:
        form = request.json_object() or {}
        filename, size = form.get("filename"), form.get("size")
        if not isinstance(filename, str) or not isinstance(size, int) or not 0 < size <= MAX_INPUT_BYTES:
            return _refusal(RefusedError(INVALID, f"filename and size (1 to {MAX_INPUT_BYTES}) are required"))
        path = self._keep_upload(filename, b"")
        record = _upload_record(request, path, filename, size)
        instruction = {"method": "PUT", "url": record["download_url"], "headers": {"X-Upload-Size": str(size)}}
        return _success(record | {"upload": instruction})

    def _upload_host(self, request: Request) -> Outcome:
        with self._lock:
            data = self._uploads.get(request.path)
            if data is not None and request.method == "PUT":
                self._uploads[request.path] = request.body
                return Reply(200)
        return Reply(200, data) if data else _failure(404, "no such file")

    def _keep_upload(self, filename: str, data: bytes) -> str:
        safe_name = re.sub(r"[^A-Za-z0-9._-]", "_", filename)[-100:] or "upload"
        path = f"/uploads/{secrets.token_hex(8)}/{safe_name}"
        with self._lock:
            self._uploads[path] = data
            if len(self._uploads) > _MAX_UPLOADS:
                del self._uploads[next(iter(self._uploads))]
        return path

    # Jobs

    def _submit(self, request: Request, model_path: str) -> Outcome:
        model = MODELS.get(model_path)
        if model is None:
            return _failure(404, f"model {model_path} not found")
        try:
            form = validated(request.json_object(), model)
            fault, submit = self._threads.fault_of(self.name, model_path, form["prompt"], self.faults)
        except RefusedError as error:
            return _refusal(error)
        except UnknownFaultError as error:
            return _refusal(RefusedError(INVALID, str(error)))
        if fault and (refusal := _refusal_of_fault(fault)):
            return refusal
        job = Job(secrets.token_hex(16), self.name, model_path, form["prompt"], form, fault)
        self._threads.start(
            job, lambda: self._draw(job, model, submit, request.origin), _ENDINGS, self._callback(job, request)
        )
        answer = self._submit_answer(job, request)
        self._threads.wait_for_callback(job)
        return answer

    def _draw(self, job: Job, model: Model, submit: int, origin: str) -> tuple[Drawing, ...]:
        sources = [self._input(url, origin) for url in job.input.get("images", ())]
        return drawings(
            job,
            submit,
            sources,
            size=picture_size(job.input, model, sources),
            format=output_format(job.input, model),
            count=output_count(job.input, model),
        )

    def _input(self, url: str, origin: str) -> Source:
        """An input picture: one of the uploads, or from wherever it lies. Raises OSError and others."""
        path = urlsplit(url).path.removeprefix(f"/{self.name}")
        with self._lock:
            uploaded = self._uploads.get(path)
        if not uploaded and url.startswith(f"{origin}/{self.name}/"):
            raise OSError("no such upload")
        return as_source(uploaded or fetch_input(url))

    def _submit_answer(self, job: Job, request: Request) -> Outcome:
        if job.has_fault("drop"):
            return Drop()
        if job.has_fault("gateway-timeout"):
            return Reply(504, b"<html><body>504 Gateway Time-out</body></html>", "text/html")
        if not job.input.get("enable_sync_mode"):
            return _success(self._prediction(job, request.origin) | {"status": "created", "outputs": []})
        gives_up = job.has_fault("sync-timeout") or job.has_fault("poll-error")
        if not gives_up and self._threads.wait(job, self._sync_hold):
            return _success(self._prediction(job, request.origin))
        explanation = f"Sync mode timed out. Query the result later at: {_result_url(job, request.origin)}"
        running = {"status": "processing", "outputs": [], "code": 5004, "error": explanation}
        return _success(self._prediction(job, request.origin) | running)

    def _result(self, request: Request, job_id: str) -> Outcome:
        job = self._jobs.get(job_id)
        if job is None or job.vendor != self.name:
            return _failure(404, "prediction not found")
        if self._threads.poll_fails(job):
            return _failure(500, "internal error")
        return _success(self._prediction(job, request.origin))

    def _prediction(self, job: Job, origin: str) -> dict[str, Any]:
        """The job object of the API."""
        outputs = self._outputs(job, origin) if job.status == "completed" else []
        return {
            "id": job.id,
            "model": job.model,
            "input": dict(job.input),
            "outputs": outputs,
            "urls": {"get": _result_url(job, origin)},
            "has_nsfw_contents": [job.has_fault("nsfw")] * len(outputs),
            "status": job.status,
            "created_at": datetime.fromtimestamp(job.created_at, UTC).isoformat().replace("+00:00", "Z"),
            "code": job.code,
            "error": job.error,
            "executionTime": job.milliseconds,
            "timings": {"inference": job.milliseconds},
        }

    def _outputs(self, job: Job, origin: str) -> list[str]:
        if job.input.get("enable_base64_output"):
            return [base64.b64encode(content(job, drawing)[0]).decode() for drawing in job.drawings]
        return [
            f"{origin}/{self.name}/outputs/{job.id}/{number}.{drawing.format}"
            for number, drawing in enumerate(job.drawings)
        ]

    def _output(self, request: Request) -> Outcome:
        match = re.fullmatch(r"/outputs/([0-9a-f]+)/(\d{1,2})\.[a-z]+", request.path)
        job = self._jobs.get(match[1]) if match else None
        if match is None or job is None or job.status != "completed" or int(match[2]) >= len(job.drawings):
            return _failure(404, "no such file")
        return self._threads.serve(job, job.drawings[int(match[2])]) or _failure(503, "try again later")

    def _callback(self, job: Job, request: Request) -> Callback | None:
        """The callback of a job: the job object, flat and signed."""
        url, message_id = request.query.get("webhook"), secrets.token_hex(8)
        if not url:
            return None

        def genuine() -> Message:
            return _signed(message_id, json.dumps(self._prediction(job, request.origin)).encode(), WEBHOOK_SECRET)

        def forged() -> Message:
            claim = {"status": "completed", "outputs": ["https://stranger.invalid/picture.png"]}
            body = json.dumps(self._prediction(job, request.origin) | claim).encode()
            return _signed(secrets.token_hex(8), body, _FORGED_SECRET)

        return Callback(url, genuine, forged)


def _refusal_of_fault(fault: Fault) -> Outcome | None:
    """The answer to a submit that makes no job; None when the fault comes later."""
    if fault.name == "rate-limit":
        retry_after = f"{fault.number('retry_after', 1):g}"
        return _failure(429, "rate limit exceeded", {"Retry-After": retry_after})
    if fault.name == "hang":
        return Hang()
    refusals = {
        "server-error": (500, "internal error"),
        "unavailable": (503, "service unavailable"),
        "auth": (401, "Unauthorized: invalid API key"),
        "balance": (402, "Insufficient balance, please top up"),
        "gone": (404, "model not found"),
    }
    return _failure(*refusals[fault.name]) if fault.name in refusals else None


def _success(data: Mapping[str, Any]) -> Reply:
    return json_reply({"code": 200, "message": "success", "data": dict(data)})


def _failure(status: int, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    return json_reply({"code": status, "message": message, "data": None}, status, headers)


def _refusal(error: RefusedError) -> Reply:
    data = {"code": error.code, "error": error.message}
    return json_reply({"code": 400, "message": error.message, "data": data}, 400)


def _upload_record(request: Request, path: str, filename: str, size: int) -> dict[str, Any]:
    url = f"{request.origin}/wavespeed{quote(path)}"
    return {"type": "image", "download_url": url, "filename": filename, "size": size}


def _result_url(job: Job, origin: str) -> str:
    return f"{origin}/{job.vendor}{_API}/predictions/{job.id}/result"


def _signed(message_id: str, body: bytes, secret: str) -> Message:
    """The vendor's own scheme: hex, and the secret's text without its prefix as the key."""
    stamp = str(int(time.time()))
    key = secret.removeprefix("whsec_").encode()
    digest = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return Message(
        body,
        {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v3,{digest}",
        },
    )

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
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

from infra.local.simulators.faults import Fault, UnknownFaultError, find_fault
from infra.local.simulators.jobs import Job, JobBook
from infra.local.simulators.messages import Drop, Endless, Hang, Outcome, Reply, Request, json_reply
from infra.local.simulators.pictures import Drawing, read_reference
from PIL import Image

_API: Final = "/api/v3"
_MAX_UPLOAD_BYTES: Final = 20 * 1024 * 1024
_MAX_UPLOADS: Final = 200
_INPUT_SECONDS: Final = 10.0
_WEBHOOK_SECONDS: Final = 10.0
_WEBHOOK_RETRY_SECONDS: Final = (0.0, 0.5, 1.0, 2.0)
WEBHOOK_SECRET: Final = "whsec_simulated-webhook-secret"  # noqa: S105 - protects nothing

_MIN_SIDE: Final = 1024
_MAX_SIDE: Final = 4096
_RATIO_SIZES: Final = {
    "1:1": (1024, 1024),
    "2:3": (832, 1248),
    "3:2": (1248, 832),
    "3:4": (864, 1184),
    "4:3": (1184, 864),
    "4:5": (896, 1152),
    "5:4": (1152, 896),
    "9:16": (768, 1344),
    "16:9": (1344, 768),
    "21:9": (1536, 672),
}
"""What gemini-2.5-flash-image makes of each ratio."""
_PRO_RATIO_SIZES: Final = {
    "1:1": (1024, 1024),
    "2:3": (848, 1264),
    "3:2": (1264, 848),
    "3:4": (896, 1200),
    "4:3": (1200, 896),
    "4:5": (928, 1152),
    "5:4": (1152, 928),
    "9:16": (768, 1376),
    "16:9": (1376, 768),
    "21:9": (1584, 672),
}
"""What gemini-3-pro-image makes of each ratio at 1k; 2k doubles it, 4k doubles it again."""
_WIDE_RATIO_SIZES: Final = _PRO_RATIO_SIZES | {
    "1:4": (512, 2048),
    "4:1": (2048, 512),
    "1:8": (384, 3072),
    "8:1": (3072, 384),
}
"""What the nano-banana-2 models make of each ratio at 1k."""
_SCALES: Final = {"1k": 1, "2k": 2, "4k": 4}


@dataclass(frozen=True, slots=True)
class _Model:
    """What a path takes. Paths without `ratios` take `size`."""

    max_references: int = 0
    ratios: Mapping[str, tuple[int, int]] | None = None
    has_resolution: bool = False
    max_outputs: int = 1
    smallest: int = _MIN_SIDE
    formats: tuple[str, ...] = ("png", "jpeg")
    always_jpeg: bool = False


_MODELS: Final[Mapping[str, _Model]] = {
    "bytedance/seedream-v4": _Model(always_jpeg=True),
    "bytedance/seedream-v4/edit": _Model(always_jpeg=True, max_references=10),
    "bytedance/seedream-v4/sequential": _Model(always_jpeg=True, max_outputs=15),
    "bytedance/seedream-v4/edit-sequential": _Model(always_jpeg=True, max_references=10, max_outputs=15),
    "google/nano-banana/text-to-image": _Model(ratios=_RATIO_SIZES),
    "google/nano-banana/edit": _Model(ratios=_RATIO_SIZES, max_references=10),
    "google/nano-banana-pro/text-to-image": _Model(ratios=_PRO_RATIO_SIZES, has_resolution=True),
    "google/nano-banana-pro/edit": _Model(ratios=_PRO_RATIO_SIZES, has_resolution=True, max_references=14),
    **{
        f"google/{name}/{what}": _Model(ratios=_WIDE_RATIO_SIZES, has_resolution=True, max_references=references)
        for name in ("nano-banana-2", "nano-banana-2.1")
        for what, references in (("text-to-image", 0), ("edit", 14))
    },
    **{
        f"openai/{name}/{what}": _Model(smallest=480, formats=("png", "jpeg", "webp"), max_references=references)
        for name in ("gpt-image-2.5-flare", "gpt-image-2.5-sunburst")
        for what, references in (("text-to-image", 0), ("edit", 16))
    },
}


class _RefusedError(Exception):
    """A request that the vendor would refuse, with its task-level code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class WaveSpeedSimulator:
    """The simulated vendor. `stopping` ends every wait."""

    name = "wavespeed"
    base_path = ""
    faults = frozenset(
        [
            "rate-limit",
            "server-error",
            "unavailable",
            "auth",
            "balance",
            "gone",
            "hang",
            "drop",
            "gateway-timeout",
            "sync-timeout",
            "slow",
            "moderation",
            "failed",
            "unreachable-input",
            "nsfw",
            "poll-error",
            "download-error",
            "garbage",
            "wrong-type",
            "huge",
        ]
    )

    def __init__(
        self, jobs: JobBook, stopping: threading.Event, *, latency: float, sync_hold: float, key_prefix: str
    ) -> None:
        self._jobs = jobs
        self._stopping = stopping
        self._latency = latency
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
            return _refusal(_RefusedError(1400, "file is required"))
        if not 0 < len(file.data) <= _MAX_UPLOAD_BYTES:
            return _refusal(_RefusedError(1401, f"file must have 1 to {_MAX_UPLOAD_BYTES} bytes"))
        path = self._keep_upload(file.filename or "upload", file.data)
        return _success(_upload_record(request, path, file.filename or "upload", len(file.data)))

    def _upload_ticket(self, request: Request) -> Outcome:
        asked = request.json_object() or {}
        filename, size = asked.get("filename"), asked.get("size")
        if not isinstance(filename, str) or not isinstance(size, int) or not 0 < size <= _MAX_UPLOAD_BYTES:
            return _refusal(_RefusedError(1401, f"filename and size (1 to {_MAX_UPLOAD_BYTES}) are required"))
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
        model = _MODELS.get(model_path)
        if model is None:
            return _failure(404, f"model {model_path} not found")
        try:
            form = _validated(request.json_object(), model)
            submit = self._jobs.count_submit(self.name, model_path, form["prompt"])
            fault = find_fault(form["prompt"], self.faults)
            if fault and not fault.applies_to(submit):
                fault = None
            latency = self._latency_with(fault)
        except _RefusedError as error:
            return _refusal(error)
        except UnknownFaultError as error:
            return _refusal(_RefusedError(1401, str(error)))
        if fault and (refusal := _refusal_of_fault(fault)):
            return refusal
        job = Job(secrets.token_hex(16), self.name, model_path, form["prompt"], form, fault)
        self._jobs.add(job)
        self._start(job, model, submit, latency, request)
        return self._submit_answer(job, request)

    def _latency_with(self, fault: Fault | None) -> float:
        if fault and fault.name == "slow":
            return fault.number("seconds", 3)
        if fault and fault.name == "sync-timeout":
            return fault.number("seconds", 1)
        return self._latency

    def _start(self, job: Job, model: _Model, submit: int, latency: float, request: Request) -> None:
        def work() -> None:
            self._run(job, model, submit, latency, request.origin)
            if webhook := request.query.get("webhook"):
                self._call_back(job, webhook, request.origin)

        threading.Thread(target=work, name=f"job {job.id}", daemon=True).start()

    def _run(self, job: Job, model: _Model, submit: int, latency: float, origin: str) -> None:
        try:
            sources = [self._input(url, origin) for url in job.input.get("images", ())]
            references = [read_reference(source) for source in sources]
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            job.end(code=1402, error="Failed to download image from the provided URL.")
            return
        job.drawings = _drawings(job, model, submit, sources, references)
        self._stopping.wait(latency)
        job.end(**_ENDINGS.get(job.fault.name if job.fault else "", {}))

    def _input(self, url: str, origin: str) -> bytes:
        """An input picture: one of the uploads, or from wherever it lies. Raises OSError."""
        path = urlsplit(url).path.removeprefix(f"/{self.name}")
        with self._lock:
            uploaded = self._uploads.get(path)
        if uploaded:
            return uploaded
        if url.startswith(f"{origin}/{self.name}/"):
            raise OSError("no such upload")
        with urllib.request.urlopen(url, timeout=_INPUT_SECONDS) as response:
            data: bytes = response.read(_MAX_UPLOAD_BYTES)
            return data

    def _submit_answer(self, job: Job, request: Request) -> Outcome:
        if job.has_fault("drop"):
            return Drop()
        if job.has_fault("gateway-timeout"):
            return Reply(504, b"<html><body>504 Gateway Time-out</body></html>", "text/html")
        if not job.input.get("enable_sync_mode"):
            return _success(self._prediction(job, request.origin) | {"status": "created", "outputs": []})
        gives_up = job.has_fault("sync-timeout") or job.has_fault("poll-error")
        if not gives_up and self._wait(job):
            return _success(self._prediction(job, request.origin))
        explanation = f"Sync mode timed out. Query the result later at: {_result_url(job, request.origin)}"
        running = {"status": "processing", "outputs": [], "code": 5004, "error": explanation}
        return _success(self._prediction(job, request.origin) | running)

    def _wait(self, job: Job) -> bool:
        """Hold a synchronous call: True when the job ended meanwhile."""
        give_up_at = time.monotonic() + self._sync_hold
        while not self._stopping.is_set() and time.monotonic() < give_up_at:
            if job.done.wait(min(0.5, self._sync_hold)):
                return True
        return job.done.is_set()

    def _result(self, request: Request, job_id: str) -> Outcome:
        job = self._jobs.get(job_id)
        if job is None:
            return _failure(404, "prediction not found")
        polls = self._jobs.count_poll(job)
        if job.fault and job.has_fault("poll-error") and polls <= job.fault.number("times", 2):
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
            return [base64.b64encode(_content(job, drawing)[0]).decode() for drawing in job.drawings]
        return [
            f"{origin}/{self.name}/outputs/{job.id}/{number}.{drawing.format}"
            for number, drawing in enumerate(job.drawings)
        ]

    def _output(self, request: Request) -> Outcome:
        match = re.fullmatch(r"/outputs/([0-9a-f]+)/(\d{1,2})\.[a-z]+", request.path)
        job = self._jobs.get(match[1]) if match else None
        if match is None or job is None or job.status != "completed" or int(match[2]) >= len(job.drawings):
            return _failure(404, "no such file")
        downloads = self._jobs.count_download(job)
        if job.fault and job.has_fault("download-error") and downloads <= job.fault.number("times", 2):
            return _failure(503, "try again later")
        if job.has_fault("huge"):
            return Endless(b"\x89PNG\r\n\x1a\n", "image/png")
        data, media_type = _content(job, job.drawings[int(match[2])])
        return Reply(200, data, media_type)

    # Webhooks

    def _call_back(self, job: Job, webhook: str, origin: str) -> None:
        """Tell the caller that the job has ended: the job object, flat and signed; three more tries when refused."""
        body = json.dumps(self._prediction(job, origin)).encode()
        for pause in _WEBHOOK_RETRY_SECONDS:
            if self._stopping.wait(pause) or _post(webhook, body, _signature_headers(body)):
                return


def _validated(form: dict[str, Any] | None, model: _Model) -> dict[str, Any]:
    """The request's fields, or the refusal that the vendor would give."""
    if form is None:
        raise _RefusedError(1401, "the body must be a JSON object")
    prompt = form.get("prompt")
    if prompt is None:
        raise _RefusedError(1400, "prompt is required")
    if not isinstance(prompt, str) or not prompt.strip():
        raise _RefusedError(1401, "prompt must be a non-empty string")
    for flag in ("enable_sync_mode", "enable_base64_output"):
        if not isinstance(form.get(flag, False), bool):
            raise _RefusedError(1401, f"{flag} must be a boolean")
    if model.max_references:
        _check_references(form.get("images"), model.max_references)
    _check_choice(form, "output_format", model.formats)
    _picture_size(form, model)
    return form


def _check_references(images: Any, limit: int) -> None:
    if images is None:
        raise _RefusedError(1400, "images is required")
    if not isinstance(images, list) or not 1 <= len(images) <= limit:
        raise _RefusedError(1401, f"images must be an array of 1 to {limit} URLs")
    if not all(isinstance(url, str) and url.startswith(("http://", "https://")) for url in images):
        raise _RefusedError(1401, "images must hold URLs")


def _check_choice(form: Mapping[str, Any], field: str, allowed: tuple[str, ...]) -> None:
    if field in form and form[field] not in allowed:
        raise _RefusedError(1401, f"{field} must be one of {', '.join(allowed)}")


def _picture_size(form: Mapping[str, Any], model: _Model) -> tuple[int, int]:
    """The size of the picture that this request asks for."""
    if model.ratios is None:
        sides = re.fullmatch(r"(\d{1,5})\*(\d{1,5})", str(form.get("size", "2048*2048")))
        if sides is None or not all(model.smallest <= int(side) <= _MAX_SIDE for side in sides.groups()):
            raise _RefusedError(1401, f"size must be W*H with each side from {model.smallest} to {_MAX_SIDE}")
        return int(sides[1]), int(sides[2])
    _check_choice(form, "aspect_ratio", tuple(model.ratios))
    width, height = model.ratios[form.get("aspect_ratio", "1:1")]
    if not model.has_resolution:
        return width, height
    _check_choice(form, "resolution", tuple(_SCALES))
    scale = _SCALES[form.get("resolution", "1k")]
    return width * scale, height * scale


def _drawings(
    job: Job, model: _Model, submit: int, sources: list[bytes], references: list[Image.Image]
) -> tuple[Drawing, ...]:
    """The pictures that a job will deliver. Repeats of a prompt differ, as they do with a real model."""
    width, height = _picture_size(job.input, model)
    wanted = job.input.get("max_images", 1)
    count = min(wanted, model.max_outputs) if isinstance(wanted, int) and wanted > 0 else 1
    # Seedream delivers JPEG, the others what was asked.
    image_format = "jpeg" if model.always_jpeg else job.input.get("output_format", "png")
    digests = [hashlib.sha256(source).digest() for source in sources]
    return tuple(
        Drawing(
            seed=hashlib.sha256(
                b"|".join([f"{submit} {number} {job.prompt}".encode("utf-8", "replace"), *digests])
            ).digest(),
            width=width,
            height=height,
            format=image_format,
            caption=job.prompt,
            references=references,
        )
        for number in range(count)
    )


def _content(job: Job, drawing: Drawing) -> tuple[bytes, str]:
    """The bytes of an output and their media type, spoilt if the job's fault says so."""
    if job.has_fault("garbage"):
        return hashlib.shake_256(job.id.encode()).digest(4096), f"image/{drawing.format}"
    if job.fault and job.has_fault("wrong-type"):
        if job.fault.options.get("as") == "text":
            return b"this is no picture", "text/plain"
        return b"<!doctype html><title>Not a picture</title>", "image/png"
    if job.has_fault("huge"):
        return b"\x89PNG\r\n\x1a\n" + bytes(48 * 1024 * 1024), "image/png"
    return drawing.render(), f"image/{drawing.format}"


_ENDINGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "moderation": {"code": 1200, "error": "Content flagged as potentially sensitive."},
    "failed": {"code": 1405, "error": "The task execution failed."},
    "unreachable-input": {"code": 1402, "error": "Failed to download image from the provided URL."},
}


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


def _refusal(error: _RefusedError) -> Reply:
    data = {"code": error.code, "error": error.message}
    return json_reply({"code": 400, "message": error.message, "data": data}, 400)


def _upload_record(request: Request, path: str, filename: str, size: int) -> dict[str, Any]:
    url = f"{request.origin}/wavespeed{quote(path)}"
    return {"type": "image", "download_url": url, "filename": filename, "size": size}


def _result_url(job: Job, origin: str) -> str:
    return f"{origin}/{job.vendor}{_API}/predictions/{job.id}/result"


def _signature_headers(body: bytes) -> dict[str, str]:
    """The vendor's own scheme: hex, and the secret's text without its prefix as the key."""
    webhook_id, stamp = secrets.token_hex(8), str(int(time.time()))
    key = WEBHOOK_SECRET.removeprefix("whsec_").encode()
    digest = hmac.new(key, f"{webhook_id}.{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v3,{digest}",
    }


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether the receiver took it."""
    if not url.startswith(("http://", "https://")):
        return False
    call = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")
    try:
        with urllib.request.urlopen(call, timeout=_WEBHOOK_SECONDS):
            return True
    except (OSError, ValueError):
        return False

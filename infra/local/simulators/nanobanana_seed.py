"""A host that speaks Nanobanana as the live service of seed 003 calls it ("SD3 Medium").

Under `/nanobanana-seed`: `/api/predict` takes a task, `/api/predict/{id}` has its status, and base64 pictures with
their price in dollars when it is done. The prices of 512, 1024 and 1536 are the seed's; 768 lies between.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

from infra.local.simulators import job_threads
from infra.local.simulators.faults import Fault, UnknownFaultError
from infra.local.simulators.job_threads import (
    MAX_INPUT_BYTES,
    Ending,
    JobThreads,
    as_source,
    content,
    drawings,
    wrong_choice,
)
from infra.local.simulators.jobs import Job
from infra.local.simulators.messages import Drop, Hang, Outcome, Reply, Request, json_reply
from infra.local.simulators.pictures import Drawing

_TASKS: Final = "/api/predict"
_MODELS: Final = ("sd3-medium",)
_DEFAULT_SIZE: Final = "1024x1024"
PRICES: Final[Mapping[str, str]] = {
    "512x512": "0.005",
    "768x768": "0.0075",
    "1024x1024": "0.0125",
    "1536x1536": "0.045",
}
"""Size to dollars, as they are written."""

_ENDINGS: Final[Mapping[str, Ending]] = {
    "moderation": Ending(1, "The prompt was rejected by our content policy"),
    "failed": Ending(1, "The model did not produce an image"),
    "unreachable-input": Ending(1, "An input image could not be decoded"),
}


class NanobananaSeedSimulator:
    """The simulated host."""

    name = "nanobanana-seed"
    base_path = ""
    faults = job_threads.FAULTS | _ENDINGS.keys()

    def __init__(self, threads: JobThreads, *, key_prefix: str) -> None:
        self._threads = threads
        self._jobs = threads.jobs
        self._key_prefix = key_prefix

    def reset(self) -> None:
        """There is nothing to forget beyond the jobs."""

    def answer(self, request: Request) -> Outcome:
        """Route a request; everything wants a key."""
        if not request.headers.get("authorization", "").startswith(f"Bearer {self._key_prefix}"):
            return _refused(401, "Invalid or expired token")
        if request.path == _TASKS:
            return self._create(request) if request.method == "POST" else _refused(405, "Method not allowed")
        task = re.fullmatch(rf"{_TASKS}/([0-9a-f]+)", request.path)
        job = self._jobs.get(task[1]) if task and request.method == "GET" else None
        if job is None or job.vendor != self.name:
            return _refused(404, "Not found")
        if self._threads.poll_fails(job):
            return _refused(500, "Internal server error")
        return _status_reply(job)

    def _create(self, request: Request) -> Outcome:
        form = request.json_object()
        if wrong := _wrong_with(form or {}):
            return _refused(400, wrong)
        form = form or {}
        try:
            model, inputs = form["model_id"], dict(form["generated_inputs"])
            fault, submit = self._threads.fault_of(self.name, model, inputs["prompt"], self.faults)
        except UnknownFaultError as error:
            return _refused(400, error.reason)
        if fault and (refusal := _refusal_of_fault(fault)):
            return refusal
        encoded = inputs.pop("images", [])
        noted = inputs | {"images": len(encoded)}
        job = Job(secrets.token_hex(16), self.name, model, inputs["prompt"], noted, fault, status="processing")
        self._threads.start(job, lambda: _draw(job, submit, encoded), _ENDINGS)
        return _answer_to_create(job)


def _answer_to_create(job: Job) -> Outcome:
    if job.has_fault("drop"):
        return Drop()
    if job.has_fault("gateway-timeout"):
        return Reply(504, b"<html><body>504 Gateway Time-out</body></html>", "text/html")
    return json_reply({"task_id": job.id}, 202)


def _wrong_with(form: Mapping[str, Any]) -> str | None:
    """Why the host would not take this form; None when it would."""
    given = form.get("generated_inputs")
    inputs: Mapping[str, Any] = given if isinstance(given, dict) else {}
    prompt = inputs.get("prompt")
    numbers = [inputs.get("num_inference_steps"), inputs.get("guidance_scale")]
    checks = {
        "Prompt is required and must be a non-empty string": isinstance(prompt, str) and bool(prompt.strip()),
        "model_id is required": bool(form.get("model_id")),
        "webhook_return_type must be async": form.get("webhook_return_type") == "async",
        "watermark must be text": isinstance(inputs.get("watermark", ""), str),
        "num_images_per_prompt must be 1": inputs.get("num_images_per_prompt") == 1,
        "steps and guidance must be numbers": all(isinstance(number, int | float) for number in numbers),
    }
    if wrong := next((message for message, holds in checks.items() if not holds), None):
        return wrong
    choices = {"model_id": _MODELS, "size": tuple(PRICES)}
    return wrong_choice({**form, "size": _size(inputs)}, choices) or _wrong_with_images(inputs.get("images", []))


def _wrong_with_images(images: Any) -> str | None:
    if not isinstance(images, list) or not all(isinstance(image, str) for image in images):
        return "images must be a list of base64"
    return None


def _size(inputs: Mapping[str, Any]) -> str:
    if "width" not in inputs:
        return _DEFAULT_SIZE
    return f"{inputs['width']}x{inputs.get('height')}"


def _draw(job: Job, submit: int, encoded: list[str]) -> tuple[Drawing, ...]:
    side = int(_size(job.input).partition("x")[0])
    sources = [as_source(_decoded(text)) for text in encoded]
    return drawings(job, submit, sources, size=(side, side), format="png")


def _decoded(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
    if len(data) > MAX_INPUT_BYTES:
        raise ValueError("too large")
    return data


def _status_reply(job: Job) -> Reply:
    if not job.done.is_set():
        return json_reply({"task_id": job.id, "status": "processing"})
    if job.code:
        return json_reply({"task_id": job.id, "status": "failed", "cost": 0, "error": job.error})
    pictures = [base64.b64encode(content(job, drawing)[0]).decode() for drawing in job.drawings]
    body = {"task_id": job.id, "status": "completed", "images": pictures, "execution_time": 1.5}
    reply = json_reply(body)
    # The price is a JSON number with exactly these digits, which a float would not promise.
    price = PRICES[_size(job.input)]
    return Reply(200, reply.body[:-1] + f', "cost": {price}}}'.encode(), reply.media_type)


def _refusal_of_fault(fault: Fault) -> Outcome | None:
    """The answer to a create that makes no task; None when the fault comes later."""
    if fault.name == "rate-limit":
        return _refused(429, "Too many requests", {"Retry-After": f"{fault.number('retry_after', 1):g}"})
    if fault.name == "hang":
        return Hang()
    refusals = {
        "server-error": (500, "Internal server error"),
        "unavailable": (503, "Service unavailable"),
        "auth": (401, "Invalid or expired token"),
        "balance": (402, "Insufficient credits"),
        "gone": (404, "Not found"),
    }
    return _refused(*refusals[fault.name]) if fault.name in refusals else None


def _refused(status: int, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    return json_reply({"success": False, "error": {"message": message}}, status, headers)

"""Google's Gemini API, and a server compatible with it that still has what the vendor has ended.

`/google` is the vendor of November 2026, as its documents and its SDK (PyPI `google-genai` 3.4.0) describe it: strict,
and `NOT_FOUND` for every Imagen. `/google-compatible` stands for a compatible server, which has the old models too.
Every picture that is made is one job of the `JobBook`: it is what the vendor would bill.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections.abc import Mapping
from typing import Any, Final

from infra.local.simulators.faults import Fault, UnknownFaultError, find_fault
from infra.local.simulators.google_answers import (
    after_job,
    bad_key,
    content,
    instead_of_job,
    model_page,
    model_resource,
    not_found,
    predictions,
    refusal,
)
from infra.local.simulators.google_models import LIVING, RETIRED, Model
from infra.local.simulators.google_orders import (
    MAX_BODY_BYTES,
    Order,
    RefusedError,
    read_content_order,
    read_prediction_order,
)
from infra.local.simulators.google_texts import SEEING, words
from infra.local.simulators.jobs import Job, JobBook
from infra.local.simulators.messages import Outcome, Request, json_reply
from infra.local.simulators.pictures import Drawing

_PATH: Final = re.compile(r"/v1(?:beta)?/models(?:/([^/:]+)(?::([A-Za-z]+))?)?")
"""Pictures are made alike in both versions: the vendor's documents write `v1beta`, its SDK calls `v1`."""


class GoogleSimulator:
    """The simulated vendor. `stopping` ends every wait."""

    base_path = ""
    faults = frozenset(
        [
            "rate-limit",
            "quota",
            "balance",
            "server-error",
            "unavailable",
            "auth",
            "gone",
            "moderation",
            "image-safety",
            "no-image",
            "empty",
            "hang",
            "drop",
            "gateway-timeout",
            "slow",
            "garbage",
            "wrong-type",
            "huge",
        ]
    )

    def __init__(
        self, jobs: JobBook, stopping: threading.Event, *, latency: float, key_prefix: str, compatible: bool = False
    ) -> None:
        self.name = "google-compatible" if compatible else "google"
        self._jobs = jobs
        self._stopping = stopping
        self._latency = latency
        self._key_prefix = key_prefix
        models = (*LIVING, *(RETIRED if compatible else ()))
        self._models: Mapping[str, Model] = {model.id: model for model in models}

    def reset(self) -> None:
        """There is nothing to forget beyond the jobs."""

    def answer(self, request: Request) -> Outcome:
        """Answer a request; every refusal is in the vendor's envelope."""
        try:
            return self._route(request)
        except RefusedError as error:
            return refusal(error)

    def _route(self, request: Request) -> Outcome:
        self._check_key(request)
        path = _PATH.fullmatch(request.path)
        if path is None:
            raise not_found()
        model_id, method = path.groups()
        match request.method, method:
            case "GET", None:
                return json_reply(model_resource(self._model(model_id))) if model_id else self._list(request)
            case "POST", "generateContent" if model_id in SEEING:
                return self._say(request)
            case "POST", "generateContent" | "predict":
                return self._make(request, self._model(model_id, method), method)
        raise not_found()

    def _say(self, request: Request) -> Outcome:
        form = request.json_object()
        if form is None:
            raise RefusedError("Invalid JSON payload received.")
        return json_reply(words(form))

    def _list(self, request: Request) -> Outcome:
        return model_page(self._models.values(), request.query)

    def _check_key(self, request: Request) -> None:
        key = request.headers.get("x-goog-api-key") or request.query.get("key", "")
        if not key:
            message = "Method doesn't allow unregistered callers (callers without established identity)."
            raise RefusedError(message, code=403, status="PERMISSION_DENIED")
        if not key.startswith(self._key_prefix):
            raise bad_key()

    def _model(self, model_id: str, method: str = "") -> Model:
        model = self._models.get(model_id)
        if model and (not method or (method == "predict") == model.is_imagen):
            return model
        message = f"models/{model_id} is not found for this API version, or is not supported for {method or 'get'}."
        raise not_found(message)

    def _make(self, request: Request, model: Model, method: str) -> Outcome:
        if len(request.body) > MAX_BODY_BYTES:
            raise RefusedError(f"Request payload size exceeds the limit: {MAX_BODY_BYTES} bytes.")
        form = request.json_object()
        if form is None:
            raise RefusedError("Invalid JSON payload received.")
        order = read_prediction_order(form, model) if method == "predict" else read_content_order(form, model)
        submit = self._jobs.count_submit(self.name, model.id, order.prompt)
        fault = self._fault(order.prompt, submit)
        if fault and (outcome := instead_of_job(fault, order)):
            return outcome
        jobs = [self._job(order, form, fault, f"{submit} {number}") for number in range(order.count)]
        self._stopping.wait(fault.number("seconds", 3) if fault and fault.name == "slow" else self._latency)
        for job in jobs:
            job.end()
        if fault and (outcome := after_job(fault)):
            return outcome
        return json_reply(predictions(jobs) if model.is_imagen else content(order, jobs[0]))

    def _fault(self, prompt: str, submit: int) -> Fault | None:
        try:
            fault = find_fault(prompt, self.faults, self.name)
            for option in ("seconds", "retry_after"):
                if fault:
                    fault.number(option, 0)
            return fault if fault and fault.applies_to(submit) else None
        except UnknownFaultError as error:
            raise RefusedError(error.reason) from error

    def _job(self, order: Order, form: Mapping[str, Any], fault: Fault | None, turn: str) -> Job:
        summary = {"request": _without_pictures(form), "references": [len(source.data) for source in order.sources]}
        job = Job(secrets.token_hex(16), self.name, order.model.id, order.prompt, summary, fault)
        job.drawings = (_drawing(order, turn),)
        self._jobs.add(job)
        return job


def _drawing(order: Order, turn: str) -> Drawing:
    """The picture to make. Repeats of a prompt differ, as they do with a real model."""
    width, height = order.model.pixels(order.ratio, order.image_size)
    digests = [hashlib.sha256(source.data).digest() for source in order.sources]
    seed = b"|".join([f"{turn} {order.prompt}".encode("utf-8", "replace"), *digests])
    return Drawing(
        seed=hashlib.sha256(seed).digest(),
        width=width,
        height=height,
        format=order.format,
        prompt=order.prompt,
        model=order.model.id,
        references=[source.small for source in order.sources],
    )


def _without_pictures(form: Any) -> Any:
    """The request as the job list shows it: base64 is left out."""
    if isinstance(form, dict):
        return {name: "..." if name == "data" else _without_pictures(value) for name, value in form.items()}
    return [_without_pictures(item) for item in form] if isinstance(form, list) else form

"""OpenAI Images, and a server compatible with it that still has DALL-E, as documents and SDK describe them.

`/openai/v1` is the vendor of November 2026: strict, without the models that have ended. `/openai-compatible/v1` stands
for a compatible server: it has DALL-E too, and keeps pictures under `/openai-compatible/files/`, which takes no key.
Every picture that is made is one job of the `JobBook`: it is what the vendor would bill.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from infra.local.simulators.faults import UnknownFaultError, find_fault
from infra.local.simulators.jobs import Job, JobBook
from infra.local.simulators.messages import Outcome, Reply, Request, json_reply
from infra.local.simulators.openai_answers import (
    after_job,
    dall_e_pictures,
    events,
    instead_of_job,
    model_list,
    model_object,
    picture_bytes,
    pictures,
    refusal,
)
from infra.local.simulators.openai_models import DALL_E, LIVING, Model
from infra.local.simulators.openai_orders import Order, RefusedError, read_order, typed
from infra.local.simulators.openai_sources import Source, linked, read_sources
from infra.local.simulators.pictures import Drawing

_PUBLISHED_DEFAULTS: Final = {"generations": "dall-e-2", "edits": "gpt-image-1.5"}
"""What who names no model gets: the first is gone, the second goes."""
_AUTO_SIZES: Final = ((1024, 1024), (1536, 1024), (1024, 1536))


class OpenAISimulator:
    """The simulated vendor. `stopping` ends every wait."""

    base_path = "/v1"
    faults = frozenset(
        [
            "rate-limit",
            "slow-down",
            "server-error",
            "unavailable",
            "auth",
            "balance",
            "gone",
            "moderation",
            "hang",
            "drop",
            "gateway-timeout",
            "slow",
            "empty",
            "garbage",
            "wrong-type",
            "huge",
        ]
    )

    def __init__(
        self, jobs: JobBook, stopping: threading.Event, *, latency: float, key_prefix: str, compatible: bool = False
    ) -> None:
        self.name = "openai-compatible" if compatible else "openai"
        self._jobs = jobs
        self._stopping = stopping
        self._latency = latency
        self._key_prefix = key_prefix
        self._models: Mapping[str, Model] = {model.id: model for model in (*LIVING, *(DALL_E if compatible else ()))}

    def reset(self) -> None:
        """There is nothing to forget beyond the jobs."""

    def answer(self, request: Request) -> Outcome:
        """Answer a request, with the headers that the vendor gives to everything."""
        started = time.monotonic()
        try:
            outcome = self._route(request)
        except RefusedError as error:
            outcome = refusal(error)
        except UnknownFaultError as error:
            outcome = refusal(RefusedError(error.reason, param="prompt"))
        if not isinstance(outcome, Reply):
            return outcome
        headers = {
            "x-request-id": f"req_{secrets.token_hex(16)}",
            "openai-processing-ms": str(round((time.monotonic() - started) * 1000)),
            "openai-version": "2020-10-01",
            "x-ratelimit-limit-requests": "500",
            "x-ratelimit-remaining-requests": "499",
            "x-ratelimit-reset-requests": "120ms",
        }
        return Reply(outcome.status, outcome.body, outcome.media_type, {**headers, **outcome.headers})

    def _route(self, request: Request) -> Outcome:
        if file := re.fullmatch(r"/files/([0-9a-f]+)\.png", request.path):
            return self._file(file[1])
        self._check_account(request)
        match request.method, request.path.removeprefix(self.base_path):
            case "POST", "/images/generations":
                form = _json(request)
                model = self._model_of(form, "generations")
                return self._make(request, form, read_order(form, model, edits=False), ())
            case "POST", "/images/edits":
                return self._edit(request)
            case "GET", "/models":
                return model_list(self._models.values())
            case "GET", path if path.startswith("/models/"):
                return json_reply(model_object(self._model(path.removeprefix("/models/"))))
        raise RefusedError(f"Invalid URL ({request.method} {request.path})", code=None, status=404)

    def _check_account(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if not given.startswith(f"Bearer {self._key_prefix}"):
            message = "Incorrect API key provided." if given else "You didn't provide an API key."
            raise RefusedError(message, code="invalid_api_key" if given else None, status=401)
        for kind, prefix in (("organization", "org-"), ("project", "proj_")):
            if not request.headers.get(f"openai-{kind}", prefix).startswith(prefix):
                message = f"OpenAI-{kind.title()} header should match {kind} for API key"
                raise RefusedError(message, code=f"mismatched_{kind}", status=401)

    def _model(self, id: str) -> Model:
        if id in self._models:
            return self._models[id]
        message = f"The model `{id}` does not exist or you do not have access to it."
        raise RefusedError(message, code="model_not_found", status=404)

    def _model_of(self, form: Mapping[str, Any], endpoint: str) -> Model:
        return self._model(str(form.get("model") or _PUBLISHED_DEFAULTS[endpoint]))

    def _edit(self, request: Request) -> Outcome:
        parts = request.parts()
        if parts:
            form = typed({part.name: part.data.decode("utf-8", "replace") for part in parts if part.filename is None})
            files = [part for part in parts if part.filename is not None]
        else:
            form = _json(request)
            files = linked(form.pop("images", None), form.pop("mask", None))
        model = self._model_of(form, "edits")
        order = read_order(form, model, edits=True)
        sources = read_sources(files, model)
        named = [
            {"field": part.name, "filename": part.filename, "type": part.media_type, "bytes": len(part.data)}
            for part in files
        ]
        return self._make(request, form | {"images": named}, order, sources)

    def _make(self, request: Request, form: Mapping[str, Any], order: Order, sources: Sequence[Source]) -> Outcome:
        submit = self._jobs.count_submit(self.name, order.model.id, order.prompt)
        fault = find_fault(order.prompt, self.faults, self.name)
        if fault and not fault.applies_to(submit):
            fault = None
        latency = fault.number("seconds", 3) if fault and fault.name == "slow" else self._latency
        if fault and (outcome := instead_of_job(fault)):
            return outcome
        jobs = [
            Job(secrets.token_hex(16), self.name, order.model.id, order.prompt, form, fault) for _ in range(order.count)
        ]
        for number, job in enumerate(jobs):
            job.drawings = (_drawing(order, sources, f"{submit} {number}"),)
            self._jobs.add(job)
        self._stopping.wait(latency)
        for job in jobs:
            job.end()
        if fault and (outcome := after_job(fault)):
            return outcome
        if order.partials is not None:
            return events(order, jobs[0], sources)
        if order.model.is_dall_e:
            return json_reply(dall_e_pictures(order, jobs, f"{request.origin}/{self.name}/files"))
        return json_reply(pictures(order, jobs, sources))

    def _file(self, job_id: str) -> Outcome:
        job = self._jobs.get(job_id)
        if job is None or job.vendor != self.name:
            raise RefusedError("No such file.", code=None, status=404)
        self._jobs.count_download(job)
        return Reply(200, picture_bytes(job), "image/png")


def _json(request: Request) -> dict[str, Any]:
    form = request.json_object()
    if form is None:
        raise RefusedError("We could not parse the JSON body of your request.", code=None)
    return form


def _drawing(order: Order, sources: Sequence[Source], turn: str) -> Drawing:
    """The picture to make. Repeats of a prompt differ, as they do with a real model."""
    width, height = order.size or _auto_size(sources)
    digests = [hashlib.sha256(source.data).digest() for source in sources]
    seed = b"|".join([f"{turn} {order.prompt}".encode("utf-8", "replace"), *digests])
    return Drawing(
        seed=hashlib.sha256(seed).digest(),
        width=width,
        height=height,
        format=order.format,
        prompt=order.prompt,
        model=order.model.id,
        references=[source.small for source in sources],
        transparent=order.transparent,
    )


def _auto_size(sources: Sequence[Source]) -> tuple[int, int]:
    """The size that the model chooses: an edit keeps the shape of its first picture, more or less."""
    ratio = sources[0].size[0] / sources[0].size[1] if sources else 1.0
    return min(_AUTO_SIZES, key=lambda size: abs(size[0] / size[1] - ratio))

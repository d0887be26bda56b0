"""A vendor that answers what a test gives it, and what tests of all adapters need."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from easel.domain.provider import ProviderTask, ReferenceImage, UpstreamParameters
from easel.domain.request import Mode
from easel.errors import ProviderError
from easel.providers.base import ProviderAdapter

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
JPEG = b"\xff\xd8\xff" + b"pixels"
REFERENCES = (ReferenceImage(PNG, "image/png", "reference.png"), ReferenceImage(b"2nd", "image/webp", "reference.webp"))


class Vendor:
    """Answers with what it is given, and remembers what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def form(self) -> dict[str, Any]:
        """The JSON body of the last request."""
        body: dict[str, Any] = json.loads(self.requests[-1].content)
        return body


MakeAdapter = Callable[[Vendor], ProviderAdapter]


def a_task(upstream_model: str, prompt: str = "a red fox") -> ProviderTask:
    """A plain task."""
    return ProviderTask("attempt-1", upstream_model, Mode.TEXT_TO_IMAGE, prompt, UpstreamParameters())


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def submit_failure(make: MakeAdapter, task: ProviderTask, *answers: httpx.Response | Exception) -> ProviderError:
    """The error in which a submit ends that is answered so. It is sent once."""
    vendor = Vendor(*answers)
    with pytest.raises(ProviderError) as caught:
        make(vendor).submit(task)
    assert len(vendor.requests) == len(answers), "a submit is sent once"
    return caught.value


def fetch_failure(make: MakeAdapter, reply: httpx.Response | Exception, job_id: str = "job-1") -> ProviderError:
    """The error in which a poll ends that is answered so."""
    with pytest.raises(ProviderError) as caught:
        make(Vendor(reply)).fetch(job_id)
    return caught.value

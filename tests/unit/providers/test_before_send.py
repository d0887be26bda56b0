"""The engine hears of a paid request right before it leaves, whichever adapter sends it, and can still stop it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import httpx
import pytest
from tests.unit.providers.adapters import ADAPTERS, with_reference

from easel.errors import ProviderError
from easel.providers.sandbox import Sandbox


class WithdrawnError(Exception):
    """What the engine raises when the image was cancelled meanwhile."""


@pytest.mark.parametrize("name", [*ADAPTERS, "sandbox"])
def test_it_is_told_before_the_request_that_may_be_billed(name: str) -> None:
    events: list[str] = []

    def vendor(request: httpx.Request) -> httpx.Response:
        events.append(request.url.path)
        return httpx.Response(200, json={"code": 200, "data": {"download_url": "https://vendor.test/1"}})

    make, task = ADAPTERS.get(name) or ((lambda _: Sandbox(sleep=lambda _: None)), ADAPTERS["openai"][1])
    # Imagen takes no reference pictures.
    task = replace(task if name == "imagen" else with_reference(task), before_send=lambda: events.append("told"))
    if name == "sandbox":
        task = replace(task, prompt="a fox [sandbox:fail]")
    with suppress(ProviderError):
        make(vendor).submit(task)

    uploads = ["/api/v3/media/upload/binary"] if name == "wavespeed" else []
    assert events[: len(uploads) + 1] == [*uploads, "told"], "an upload starts nothing"
    assert events.count("told") == 1
    assert len(events) == len(uploads) + (1 if name == "sandbox" else 2)


@pytest.mark.parametrize("name", ADAPTERS)
def test_what_the_engine_raises_then_passes_and_nothing_is_sent(name: str) -> None:
    sent: list[httpx.Request] = []

    def vendor(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(500)

    def withdraw() -> None:
        raise WithdrawnError

    make, task = ADAPTERS[name]
    with pytest.raises(WithdrawnError):
        make(vendor).submit(replace(task, before_send=withdraw))
    assert sent == []

"""At the start of a process in Lambda a function is prepared for requests; elsewhere nothing is done ahead."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from easel import start


@pytest.fixture
def in_lambda(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(start, "_IN_LAMBDA", True)
    yield
    gc.enable()


@pytest.mark.usefixtures("in_lambda")
def test_objects_of_the_start_are_left_alone_by_the_garbage_collector() -> None:
    frozen_before = gc.get_freeze_count()  # the collected tests
    start.begin()
    assert not gc.isenabled()
    loaded: list[list[str]] = [[] for _ in range(1_000)]

    start.complete()

    assert gc.isenabled()
    assert gc.get_freeze_count() > frozen_before + len(loaded) / 2


@pytest.mark.usefixtures("in_lambda")
def test_what_fails_at_the_start_is_left_to_the_first_request(caplog: pytest.LogCaptureFixture) -> None:
    def prepare() -> None:
        raise KeyError("a secret value")

    start.begin()
    start.complete(prepare)

    assert gc.isenabled()
    assert "KeyError" in caplog.text
    assert "a secret value" not in caplog.text


def test_outside_of_lambda_nothing_is_done_ahead() -> None:
    done: list[str] = []

    start.begin()
    start.complete(lambda: done.append("prepared"))

    assert gc.isenabled()
    assert done == []

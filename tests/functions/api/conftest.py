"""The API of each test, over an empty store."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from tests.functions.api.harness import Api, Store, api_over

from easel.observability import logger

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def api(store: Store) -> Iterator[Api]:
    with api_over(store) as ready:
        yield ready


@pytest.fixture
def log_lines(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What goes to the log, one JSON object a line."""
    lines = StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", lines)
    return lines

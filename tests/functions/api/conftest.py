"""The API of each test, over an empty store."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from tests.functions.api.harness import Api, Store, api_over

from easel.observability import logger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.functions.api.world import World
    from tests.support.emulator import Emulator
    from tests.support.issuer import Issuer


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


@pytest.fixture
def world(emulator: Emulator, issuer: Issuer) -> Iterator[World]:
    """The whole API over a table of its own."""
    # It reads the stack's routes, and the CDK takes a second to import: only tests that ask for it pay.
    from tests.functions.api.world import world as running  # noqa: PLC0415 - see above

    with running(emulator, issuer) as ready:
        yield ready

"""What the tests of the providers share."""

from __future__ import annotations

import pytest
from tests.unit.providers.vendor import PNG, a_task

from easel.domain.provider import ProviderTask


@pytest.fixture
def png() -> bytes:
    """Bytes that begin like a PNG."""
    return PNG


@pytest.fixture
def task(request: pytest.FixtureRequest) -> ProviderTask:
    """A plain task for the model that the module names as its `UPSTREAM_MODEL`."""
    return a_task(getattr(request.module, "UPSTREAM_MODEL", "bytedance/seedream-v4"))

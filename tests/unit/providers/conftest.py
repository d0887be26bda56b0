"""What the tests of the providers share."""

from __future__ import annotations

import pytest

from easel.domain.provider import ProviderTask, UpstreamParameters
from easel.domain.request import Mode

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


@pytest.fixture
def png() -> bytes:
    """Bytes that begin like a PNG."""
    return PNG


@pytest.fixture
def task() -> ProviderTask:
    """A plain task for seedream."""
    return ProviderTask(
        attempt_id="attempt-1",
        upstream_model="bytedance/seedream-v4",
        mode=Mode.TEXT_TO_IMAGE,
        prompt="a red fox",
        parameters=UpstreamParameters(),
    )

"""What the tests of all functions use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.issuer import Issuer, an_issuer, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    """An identity provider that is there for the whole run: making its keys takes a while."""
    with serving(an_issuer()) as running:
        yield running

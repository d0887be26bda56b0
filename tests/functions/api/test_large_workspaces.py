"""What a request costs does not grow with the workspace: the same calls to AWS with a few items and with hundreds.

So do the records that they read, except of searches, which look through a bounded number of summaries. `make bench`
asks the same of more (`tests/bench/large_workspaces.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from tests.support.aws_calls import counted_aws_calls
from tests.support.emulator import Emulator
from tests.support.issuer import Issuer
from tests.support.large_tenant import SEARCHES, LargeTenant

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.long

FEW: Final = 30
MANY: Final = 500


@pytest.fixture(scope="module")
def tenant(emulator: Emulator, issuer: Issuer) -> Iterator[LargeTenant]:
    with counted_aws_calls() as calls, LargeTenant.made(emulator, issuer, calls) as tenant:
        yield tenant


@pytest.mark.requirement("S000-61", "S000-62", "S000-63", "S000-64")
def test_lists_totals_and_downloads_cost_the_same_calls_in_a_large_workspace(tenant: LargeTenant) -> None:
    tenant.grow_to(FEW)
    few = tenant.measure()

    tenant.grow_to(MANY)
    many = tenant.measure()

    searched = {path: (few.pop(path), many.pop(path)) for path in SEARCHES}
    assert many == few
    for before, after in searched.values():
        assert after[:-1] == before[:-1]
    assert tenant.totals() == {"/api/products": MANY, "/api/generations": MANY}
    assert max(len(calls) for calls in many.values()) <= 8, many
    assert max(len(calls) for _, calls in searched.values()) <= 4, searched

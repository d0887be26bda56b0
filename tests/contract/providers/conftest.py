"""A running simulator for each test, and someone whom it can call back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from infra.local.simulators.server import Simulators, SimulatorSettings
from tests.contract.providers.receiver import Receiver
from tests.contract.providers.simulation import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulators(SimulatorSettings(latency=0.02, sync_hold=5.0, callback_retry=0.01)) as simulators:
        yield Simulator(simulators)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running

"""When generations are expected to end."""

from functools import cache

from easel.clock import system_clock
from easel.services.generations.expect_end import ExpectEnd
from easel.wiring.catalogue.provider_health import model_latencies
from easel.wiring.env import EphemeralTable


@cache
def expect_end(env: EphemeralTable) -> ExpectEnd:
    """One per process: it remembers latencies."""
    return ExpectEnd(latencies=model_latencies(env), clock=system_clock)

"""How long a request may wait: an answer exists before the gateway and the clients of the seeds give up."""

from __future__ import annotations

from typing import Any

import pytest

from easel.http.waiting import LONGEST_WAIT, Patience

CLIENT_SECONDS = 30
"""After which the clients of seeds 003 and 004 give up."""


@pytest.mark.requirement("S004-32", "S004-56")
@pytest.mark.parametrize(
    ("gone", "left"), [(0.0, 25.0), (3.5, 21.5), (25.0, 0.0), (29.0, 0.0), (-60.0, 25.0), (3_600.0, 0.0)]
)
def test_the_authorizer_and_a_cold_start_are_part_of_the_time(gone: float, left: float) -> None:
    arrived = 1_795_950_000.0
    event = {"requestContext": {"timeEpoch": int(arrived * 1000)}}

    patience = Patience.since_arrival(event, lambda: arrived + gone)

    assert patience.left() == pytest.approx(left, abs=0.5)
    # Whoever was let in within the wait is answered before its client gives up.
    assert gone > LONGEST_WAIT or max(gone, 0.0) + patience.left() < CLIENT_SECONDS


@pytest.mark.parametrize("context", [{}, {"timeEpoch": None}, {"timeEpoch": "soon"}])
def test_a_request_without_a_time_has_just_come(context: dict[str, Any]) -> None:
    assert Patience.since_arrival({"requestContext": context}).left() == pytest.approx(LONGEST_WAIT, abs=1.0)

"""The table of the seeds' routes in the doors' README: served as documented, replayed by the tests that it names."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
LAYER: Final = ROOT / "layers/easel/python/easel"
ROW: Final = re.compile(r"\| (\d{3}) \| (\w+) \| `([A-Z]+) (\S+)` \| `(\S+)` \|")
ROWS: Final = ROW.findall((LAYER / "doors/README.md").read_text("utf-8"))
ROUTES_OF_SEED: Final = {"000": 12, "001": 14, "002": 1, "003": 5, "004": 4}
"""How many routes each document has. Seed 003 names them without their prefix."""


@pytest.fixture(scope="module")
def paths() -> dict[str, dict[str, object]]:
    document = json.loads((LAYER / "http/openapi.json").read_text("utf-8"))
    found: dict[str, dict[str, object]] = document["paths"]
    return found


def test_every_route_of_every_seed_is_in_the_table() -> None:
    assert {seed: sum(row[0] == seed for row in ROWS) for seed in ROUTES_OF_SEED} == ROUTES_OF_SEED


@pytest.mark.parametrize(("seed", "door", "method", "path", "test"), ROWS, ids=lambda value: str(value)[:50])
def test_a_route_of_a_seed_is_served_and_replayed(
    paths: dict[str, dict[str, object]], seed: str, door: str, method: str, path: str, test: str
) -> None:
    assert method.lower() in paths[path], (seed, door)
    beginning = path.partition("{")[0].rstrip("/") or '"/"'
    assert beginning in (ROOT / "tests" / test).read_text("utf-8")

"""What a stack costs stays below its limits, and is what infra/README.md says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from infra.settings import REPOSITORY
from tests.infra import costs

if TYPE_CHECKING:
    from tests.infra.synthesized import Synthesized


def test_a_stack_at_rest_costs_less_than_ten_dollars_a_month(production: Synthesized) -> None:
    assert sum(line.after_free for line in costs.at_rest(production).values()) <= 10


def test_a_thousand_images_of_a_vendor_that_calls_back_cost_less_than_twenty_cents(production: Synthesized) -> None:
    assert sum(costs.per_thousand_images(production, costs.CALLBACK).values()) <= 0.20


def test_waiting_for_a_vendor_that_answers_in_line_costs_the_worker_that_waits_and_little_else(
    production: Synthesized,
) -> None:
    waiting, called_back = (costs.per_thousand_images(production, use) for use in (costs.INLINE, costs.CALLBACK))
    assert sum(waiting.values()) - waiting["workers"] <= sum(called_back.values()) - called_back["workers"]
    assert sum(waiting.values()) <= 0.25


def test_the_readme_shows_what_a_month_at_rest_costs(production: Synthesized) -> None:
    lines = {name: (line.listed, line.after_free) for name, line in costs.at_rest(production).items()}
    assert table_of("at rest") == {name: nearly(*columns) for name, columns in with_total(lines).items()}


def test_the_readme_shows_what_a_thousand_images_cost(production: Synthesized) -> None:
    callback, inline = (costs.per_thousand_images(production, use) for use in (costs.CALLBACK, costs.INLINE))
    lines = {name: (callback[name], inline[name]) for name in callback}
    assert table_of("per 1,000 images") == {name: nearly(*columns) for name, columns in with_total(lines).items()}


def with_total(lines: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    first, second = (sum(columns) for columns in zip(*lines.values(), strict=True))
    return lines | {"together": (first, second)}


def nearly(first: float, second: float) -> object:
    """A twentieth more or less: a new alarm need not change the README."""
    return pytest.approx([first, second], rel=0.05, abs=0.005)


def table_of(title: str) -> dict[str, object]:
    """A table of the README by the first word of each row: its two last columns."""
    text = (REPOSITORY / "infra" / "README.md").read_text(encoding="utf-8")
    section = re.split(r"\n\n(?=[^|])", text.partition(f"| {title} |")[2])[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines()[2:]]
    return {row[0].split()[0].strip("*"): [float(cell.strip("*$ ")) for cell in row[-2:]] for row in rows if row}

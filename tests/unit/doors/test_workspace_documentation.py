"""The documentation of the workspace door says what the door does: its prices, its limits, its codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from easel.domain.catalogue.parameters import parse_size
from easel.domain.plans import DEFAULT_PLAN, plan_of
from easel.domain.pricing import load_price_book
from easel.domain.request import ImageParameters
from easel.doors.workspace.amounts import credits_of
from easel.doors.workspace.door import SIZES

TEXT = Path(__file__).parents[3].joinpath("layers/easel/python/easel/doors/workspace/README.md").read_text("utf-8")
CODES = (
    *("VALIDATION_ERROR", "MISSING_WORKSPACE", "INVALID_SIZE", "UNAUTHORIZED", "INSUFFICIENT_CREDITS"),
    *("RATE_LIMIT_EXCEEDED", "PROVIDER_UNAVAILABLE", "INTERNAL_ERROR"),
)
"""The eight of the seed."""


def cells(size: str) -> tuple[str, str]:
    """What the table of credits says about a size."""
    found = re.search(rf"^\|[^|]*\b{size}\b[^|]*\| (\S+) \| (\S+) \|$", TEXT, re.MULTILINE)
    assert found, f"{size} is not in the table of credits"
    return found[1], found[2]


@pytest.mark.requirement("S002-34")
@pytest.mark.parametrize("size", SIZES)
def test_the_table_of_credits_is_the_price_book(size: str) -> None:
    model = "dall-e-2" if size in {"256x256", "512x512"} else "dall-e-3"
    parameters = ImageParameters(size=parse_size(size))

    def price(quality: str) -> str:
        plan = plan_of(DEFAULT_PLAN).prices
        book = load_price_book()
        price = book.price(plan=plan, model_id=model, parameters=parameters, images=1, quality=quality)
        return str(credits_of(price.total))

    standard, hd = cells(size)

    assert standard == price("standard")
    assert hd == ("-" if model == "dall-e-2" else price("hd"))


@pytest.mark.requirement("S002-34")
def test_every_code_of_the_seed_and_every_limit_is_documented() -> None:
    rates = plan_of(DEFAULT_PLAN).rates

    assert all(f"`{code}`" in TEXT for code in CODES)
    assert f"{rates.user_per_minute} a minute and person" in TEXT
    assert f"{rates.workspace_per_hour} an hour and workspace" in TEXT
    assert f"{rates.address_per_minute} a minute and address" in TEXT

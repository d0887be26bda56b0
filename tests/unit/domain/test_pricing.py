"""What a generation costs the customer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain.catalogue import load_catalogue
from easel.domain.plans import PLANS
from easel.domain.price import Price, PriceUnit
from easel.domain.pricing import PriceBook, PriceRule, load_price_book, price_difference, require_prices
from easel.domain.request import ImageParameters, Size
from easel.errors import InvalidRequest

BOOK = load_price_book()
MODELS = [model.id for model in load_catalogue().models()]


def credits_for(
    model: str, *, size: str | None = None, plan: str = "tiered", quality: str = "standard", n: int = 1
) -> int:
    width, height = map(int, size.split("x")) if size else (1024, 1024)
    parameters = ImageParameters(size=Size(width, height)) if size else ImageParameters(resolution="1k")
    price = BOOK.price(plan=plan, model_id=model, parameters=parameters, images=n, quality=quality)
    assert price.total % 1_000 == 0
    return price.total // 1_000


TABLE = {
    ("256x256", "standard"): 3,
    ("512x512", "standard"): 5,
    ("1024x1024", "standard"): 10,
    ("1024x1024", "hd"): 20,
    ("1792x1024", "standard"): 15,
    ("1792x1024", "hd"): 30,
    ("1024x1792", "standard"): 15,
    ("1024x1792", "hd"): 30,
}


@pytest.mark.requirement("S002-12", "S002-45", "S002-46", "S002-47", "S002-48", "S002-49")
@pytest.mark.parametrize(("asked", "price"), TABLE.items(), ids=[" ".join(asked) for asked in TABLE])
def test_the_tiered_plan_prices_by_size_and_quality(asked: tuple[str, str], price: int) -> None:
    size, quality = asked

    assert credits_for("seedream-v4", size=size, quality=quality) == price
    assert credits_for("seedream-v4", size=size, quality=quality, n=4) == 4 * price


@pytest.mark.requirement("S002-45", "S002-46", "S002-47", "S002-48", "S002-49", "X-10", "X-11")
@pytest.mark.parametrize("plan", sorted(PLANS))
@pytest.mark.parametrize("asked", TABLE, ids=" ".join)
def test_the_names_of_the_table_cost_what_it_says_in_every_plan(plan: str, asked: tuple[str, str]) -> None:
    size, quality = asked
    models = ["dall-e-2"] if size in {"256x256", "512x512"} else ["dall-e-3", "imagen"]

    prices = {credits_for(model, size=size, quality=quality, plan=PLANS[plan].prices) for model in models}
    assert prices == {TABLE[asked]}


@pytest.mark.parametrize(
    ("asked", "quality", "price"),
    [
        (ImageParameters(size=Size(1024, 1024)), "low", 2_000),
        (ImageParameters(aspect_ratio="16:9"), "medium", 14_000),
        (ImageParameters(size=Size(1536, 1024)), "high", 80_000),
        (ImageParameters(size=Size(3840, 2160)), "medium", 8 * 14_000),
    ],
)
def test_a_model_with_three_qualities_is_priced_by_them_and_a_ratio_by_its_pixels(
    asked: ImageParameters, quality: str, price: int
) -> None:
    found = BOOK.price(plan="standard", model_id="gpt-image-2", parameters=asked, images=1, quality=quality)

    assert found.total == price


@pytest.mark.parametrize(("size", "price"), [("1024x1024", 15), ("1376x768", 15), ("1792x1024", 15), ("3000x3000", 30)])
def test_a_size_of_a_model_with_resolutions_costs_what_the_resolution_does(size: str, price: int) -> None:
    assert credits_for("nano-banana-2.1", size=size) == price


@pytest.mark.requirement("X-25")
def test_the_difference_to_a_successor_is_that_of_the_same_picture() -> None:
    catalogue = load_catalogue()
    model = catalogue.find("dall-e-3")
    successor = catalogue.find(model.life.successor or "")

    assert price_difference(BOOK, "standard", model, successor) == 14_000 - 10_000
    assert price_difference(BOOK, "standard", model, model) == 0


@pytest.mark.requirement("S002-45", "S002-46")
@pytest.mark.parametrize("size", ["256x256", "512x512"])
def test_a_size_that_is_not_offered_in_hd_has_no_price_there(size: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        credits_for("seedream-v4", size=size, quality="hd")

    assert [(fault.field, fault.allowed) for fault in refused.value.fields] == [("quality", ["standard"])]


@pytest.mark.parametrize(("size", "price"), [("600x600", 10), ("1200x1200", 15), ("2048x2048", 40), ("2049x2048", 50)])
def test_a_size_between_two_steps_pays_for_the_larger_and_one_beyond_by_the_megapixel(size: str, price: int) -> None:
    assert credits_for("seedream-v4", size=size) == price


@pytest.mark.requirement("S001-45", "X-10", "X-11")
@pytest.mark.parametrize("model", ["seedream-v4", "nano-banana", "nano-banana-pro"])
@pytest.mark.parametrize("n", [1, 10])
def test_the_standard_plan_takes_one_credit_for_a_generation_however_many_images(model: str, n: int) -> None:
    assert credits_for(model, size="2048x2048", plan="standard", n=n) == 1


@pytest.mark.parametrize(("resolution", "price"), [("1k", 15_000), ("2k", 15_000), ("4k", 30_000), (None, 15_000)])
def test_a_model_with_resolutions_is_priced_by_them(resolution: str | None, price: int) -> None:
    parameters = ImageParameters(resolution=resolution)

    found = BOOK.price(plan="tiered", model_id="nano-banana-pro", parameters=parameters, images=1)

    assert found == Price(BOOK.version, "tiered", PriceUnit.IMAGE, price, 1)


@pytest.mark.parametrize(("size", "price"), [(Size(1, 1), 100), (Size(1024, 1024), 100), (Size(1025, 1024), 200)])
def test_a_price_by_the_megapixel_counts_each_one_begun(size: Size, price: int) -> None:
    book = PriceBook("v", {("plan", "model"): PriceRule(PriceUnit.MEGAPIXEL, 100)})

    found = book.price(plan="plan", model_id="model", parameters=ImageParameters(size=size), images=3)

    assert found.total == 3 * price


@pytest.mark.requirement("X-11")
def test_a_price_says_which_rule_made_it() -> None:
    price = BOOK.price(plan="tiered", model_id="nano-banana", parameters=ImageParameters(), images=2)

    assert price == Price(BOOK.version, "tiered", PriceUnit.IMAGE, 20_000, 2)


def test_a_model_without_a_rule_is_not_free_but_impossible() -> None:
    with pytest.raises(KeyError):
        BOOK.price(plan="tiered", model_id="no such model", parameters=ImageParameters(), images=1)


def test_a_model_cannot_be_named_without_a_price_in_every_plan() -> None:
    book = PriceBook("v", {("a", "model"): PriceRule(PriceUnit.IMAGE, 1), ("b", "other"): PriceRule(PriceUnit.IMAGE)})

    with pytest.raises(ValueError, match="model has no price in b"):
        require_prices(book, ["model"])


def test_every_plan_has_a_price_list_and_every_model_is_on_it() -> None:
    assert {plan.prices for plan in PLANS.values()} <= set(BOOK.plans)
    require_prices(BOOK, MODELS)


@given(total=st.integers(0, 10**9), images=st.integers(1, 10))
def test_the_shares_of_all_images_are_the_price_and_differ_by_one_at_most(total: int, images: int) -> None:
    price = Price("v", "p", PriceUnit.GENERATION, total, images)

    shares = [price.of_image(index) for index in range(images)]

    assert sum(shares) == price.of_images(range(images)) == total
    assert max(shares) - min(shares) <= 1
    assert price.of_images([]) == 0

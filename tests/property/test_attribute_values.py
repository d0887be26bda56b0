"""Values survive the way through DynamoDB's typed form, which is the one that boto3 makes."""

from __future__ import annotations

from decimal import Decimal, DecimalException
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from easel.repositories.attribute_values import from_item, to_item, to_value

_EXACT = st.integers(-(10**38) + 1, 10**38 - 1)
_DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6)
_SETS = st.sets(st.text(), min_size=1) | st.sets(_EXACT, min_size=1) | st.sets(st.binary(), min_size=1)
_ONE = st.none() | st.booleans() | _EXACT | st.text() | st.binary() | _SETS
_VALUES = st.recursive(_ONE, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))


@given(st.dictionaries(st.text(), _VALUES | _DECIMALS))
def test_the_typed_form_is_that_of_boto3(values: dict[str, Any]) -> None:
    boto3 = TypeSerializer()
    expected = {name: boto3.serialize(value) for name, value in values.items() if value is not None}

    assert with_sorted_sets(to_item(values)) == with_sorted_sets(expected)


@given(st.dictionaries(st.text(), _VALUES))
def test_what_was_written_is_read(values: dict[str, Any]) -> None:
    found = from_item(to_item(values))

    assert found == {name: value for name, value in values.items() if value is not None}
    assert [type(value) for value in found.values()] == [type(value) for value in values.values() if value is not None]


@given(_DECIMALS)
def test_fractions_are_read_as_floats_and_whole_numbers_as_integers(number: Decimal) -> None:
    [found] = from_item({"number": to_value(number)}).values()

    assert found == (int(number) if number == int(number) else float(number))
    assert isinstance(found, int) == (number == int(number))


@pytest.mark.parametrize("value", [1.5, object(), set(), {1, "a"}, {True}, Decimal("NaN"), Decimal("Infinity")])
def test_what_dynamodb_has_no_type_for_is_refused(value: object) -> None:
    with pytest.raises((TypeError, DecimalException)):
        to_value(value)


@pytest.mark.parametrize("value", [10**38 + 1, Decimal("0.1") ** 200, Decimal(f"1.{'1' * 40}")])
def test_a_number_that_would_be_rounded_is_refused(value: object) -> None:
    with pytest.raises(DecimalException):
        to_value(value)


def with_sorted_sets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: sorted(inner) if name in {"SS", "NS", "BS"} else with_sorted_sets(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [with_sorted_sets(element) for element in value]
    return value

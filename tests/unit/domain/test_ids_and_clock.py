"""Identifiers sort by time and lead from an image to its generation; moments sort as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.clock import from_iso, system_clock, to_iso
from easel.ids import MAX_IMAGES, generation_of_image, image_id, new_generation_id, new_id, uuid7

_LAST_FOUR_BITS = 0xF

milliseconds = st.integers(0, 2**48 - 1)
generation_ids = st.builds(
    lambda moment, bits: str(UUID(int=uuid7(moment, lambda count: bits % 2**count).int & ~_LAST_FOUR_BITS)),
    milliseconds,
    st.integers(0, 2**62 - 1),
)


# --- ids ------------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("X-2", "S001-72")
@given(generation_ids)
def test_the_ids_of_images_are_valid_unique_sorted_and_lead_back(generation: str) -> None:
    images = [image_id(generation, index) for index in range(MAX_IMAGES)]

    assert all((UUID(image).version, UUID(image).variant) == (7, RFC_4122) for image in images)
    assert len({generation, *images}) == MAX_IMAGES + 1
    assert images == sorted(images)
    assert [generation_of_image(image) for image in images] == [(generation, index) for index in range(MAX_IMAGES)]


@given(milliseconds, milliseconds)
def test_ids_sort_as_their_moments_do(first: int, second: int) -> None:
    ids = [str(uuid7(moment)) for moment in (first, second)]

    if first != second:
        assert (ids[0] < ids[1]) == (first < second)


@given(milliseconds)
def test_an_id_carries_its_moment(moment: int) -> None:
    assert uuid7(moment).int >> 80 == moment


def test_fresh_ids_are_of_now_and_differ() -> None:
    before = system_clock()
    ids = {new_id() for _ in range(100)} | {new_generation_id() for _ in range(100)}
    after = system_clock()

    moments = [datetime.fromtimestamp((UUID(one).int >> 80) / 1000, UTC) for one in ids]
    assert len(ids) == 200
    assert before - timedelta(milliseconds=1) <= min(moments) <= max(moments) <= after


def test_a_fresh_generation_id_leaves_its_last_four_bits_to_the_images() -> None:
    assert all(UUID(new_generation_id()).int & _LAST_FOUR_BITS == 0 for _ in range(50))


@pytest.mark.parametrize("index", [-1, MAX_IMAGES])
def test_there_is_no_image_beyond_the_tenth(index: int) -> None:
    with pytest.raises(ValueError, match="not within"):
        image_id(new_generation_id(), index)


@given(generation_ids, st.sampled_from([0, *range(MAX_IMAGES + 1, 16)]))
def test_an_id_that_no_image_can_have_leads_nowhere(generation: str, ending: int) -> None:
    assert generation_of_image(str(UUID(int=UUID(generation).int | ending))) is None


@pytest.mark.parametrize("text", ["", "x", "../../etc/passwd", "0" * 31, "é" * 36])
def test_text_that_is_no_id_leads_nowhere(text: str) -> None:
    assert generation_of_image(text) is None


# --- moments --------------------------------------------------------------------------------------------------------

moments = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


def test_a_moment_is_written_in_utc_with_milliseconds_and_z() -> None:
    plus_five = timezone(timedelta(hours=5))

    assert to_iso(datetime(2026, 11, 20, 15, 4, 5, 678_999, tzinfo=plus_five)) == "2026-11-20T10:04:05.678Z"


@pytest.mark.requirement("X-31")
@given(moments)
def test_a_moment_reads_back_to_the_millisecond(moment: datetime) -> None:
    back = from_iso(to_iso(moment))

    assert timedelta() <= moment - back < timedelta(milliseconds=1)
    assert to_iso(back) == to_iso(moment)


@given(moments, moments)
def test_moments_sort_as_text(first: datetime, second: datetime) -> None:
    if first <= second:
        assert to_iso(first) <= to_iso(second)

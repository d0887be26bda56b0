"""Files for the places where pictures are sold: right sizes, marked, and measured honestly."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image, ImageDraw

from easel.domain.export_channels import EXPORT_CHANNELS, ExportFacts, check_rules
from easel.domain.image import ServedBy
from easel.domain.provenance import TRAINED_ALGORITHMIC_MEDIA
from easel.imaging import decoding, exports
from easel.imaging.exports import PillowExporter

MADE_BY = ServedBy("wavespeed", "seedream-v4")
COMPOSITE = TRAINED_ALGORITHMIC_MEDIA.replace("trained", "compositeWithTrained")


def a_product(size: tuple[int, int] = (1200, 1200), share: float = 0.9, background: int = 255) -> bytes:
    """A red product in the middle, as long as this share of the picture."""
    picture = Image.new("RGB", size, (background,) * 3)
    width, height = (round(side * share / 2) for side in size)
    middle = (size[0] // 2, size[1] // 2)
    box = (middle[0] - width, middle[1] - height, middle[0] + width - 1, middle[1] + height - 1)
    ImageDraw.Draw(picture).rectangle(box, fill=(180, 20, 30))
    return as_png(picture)


def as_png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def exported_all(
    data: bytes, *names: str, source_type: str = TRAINED_ALGORITHMIC_MEDIA, seconds: float = 60
) -> Sequence[tuple[bytes, ExportFacts]]:
    channels = [EXPORT_CHANNELS[name] for name in names]
    within = timedelta(seconds=seconds)
    return PillowExporter().export(data, channels, made_by=MADE_BY, source_type=source_type, within=within)


def exported(channel: str, data: bytes, source_type: str = TRAINED_ALGORITHMIC_MEDIA) -> tuple[bytes, ExportFacts]:
    (made,) = exported_all(data, channel, source_type=source_type)
    return made


def failed(channel: str, facts: ExportFacts, watermark: str | None = None) -> set[str]:
    return {result.rule for result in check_rules(EXPORT_CHANNELS[channel], facts, watermark) if not result.met}


@pytest.mark.parametrize(
    ("channel", "size", "expected"),
    [
        ("amazon", (3000, 3000), (2000, 2000)),
        ("amazon", (3000, 1500), (2000, 2000)),
        ("shopify", (4000, 3000), (2048, 2048)),
        ("google", (3000, 2000), (3000, 2000)),
        ("google", (5000, 2500), (4096, 2048)),
        ("vtex", (1200, 800), (1200, 800)),
        ("amazon", (700, 600), (700, 700)),
    ],
)
def test_a_file_has_the_size_of_its_place_and_is_never_enlarged(
    channel: str, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    data, facts = exported(channel, a_product(size))

    with Image.open(io.BytesIO(data)) as opened:
        assert (opened.format, opened.size) == ("JPEG", expected)
    assert (facts.width, facts.height, facts.byte_count) == (*expected, len(data))


@pytest.mark.parametrize("source_type", [TRAINED_ALGORITHMIC_MEDIA, COMPOSITE])
@pytest.mark.parametrize("channel", EXPORT_CHANNELS)
@pytest.mark.requirement("X-32")
def test_every_file_says_that_a_model_made_it(channel: str, source_type: str) -> None:
    data, _ = exported(channel, a_product(), source_type)

    with Image.open(io.BytesIO(data)) as opened:
        xmp = opened.info["xmp"].decode()
    assert f"<Iptc4xmpExt:DigitalSourceType>{source_type}<" in xmp
    assert "seedream-v4 (wavespeed)" in xmp


def test_a_product_on_white_that_fills_its_frame_meets_every_rule() -> None:
    _, facts = exported("amazon", a_product((2000, 2000)))

    assert (facts.border_white, round(facts.fill_ratio, 2)) == (1.0, 0.9)
    assert failed("amazon", facts) == set()


def test_a_border_that_is_only_nearly_white_is_said_to_be_so() -> None:
    _, facts = exported("amazon", a_product((2000, 2000), background=254))

    assert facts.border_white == 0.0
    assert failed("amazon", facts) == {"borderWhite"}


def test_a_border_that_is_white_in_part_is_measured() -> None:
    picture = Image.open(io.BytesIO(a_product((1000, 1000)))).copy()
    ImageDraw.Draw(picture).rectangle((0, 0, 999, 19), fill=(200, 220, 255))

    _, facts = exported("amazon", as_png(picture))

    assert 0.7 < facts.border_white < 0.8
    assert "borderWhite" in failed("amazon", facts)


def test_padding_does_not_pass_for_a_white_border() -> None:
    _, facts = exported("amazon", a_product((2000, 1000), background=128))

    assert facts.border_white == 0.0


def test_a_small_product_and_a_small_picture_are_said_to_be_small() -> None:
    _, facts = exported("amazon", a_product((600, 600), share=0.5))

    assert round(facts.fill_ratio, 1) == 0.5
    assert failed("amazon", facts) == {"smallestSide", "recommendedSide", "fillRatio"}
    assert failed("google", facts) == {"recommendedSide"}


def test_an_empty_picture_has_no_product() -> None:
    _, facts = exported("amazon", as_png(Image.new("RGB", (1000, 1000), (255, 255, 255))))

    assert (facts.border_white, facts.fill_ratio) == (1.0, 0.0)


def test_a_visible_watermark_breaks_the_rules_of_those_who_forbid_it() -> None:
    _, facts = exported("google", a_product((2000, 2000)))

    assert failed("google", facts, "© Shop") == {"noWatermark"}
    assert failed("shopify", facts, "© Shop") == failed("shopify", facts)


def test_a_file_that_is_too_large_is_made_smaller() -> None:
    pixels = random.Random(20261128).randbytes(3 * 2500 * 2500)  # noqa: S311 - the same noise in every run, no secret
    noise = Image.frombytes("RGB", (2500, 2500), pixels)

    data, facts = exported("vtex", as_png(noise))

    assert facts.byte_count == len(data)
    assert ("maxBytes" in failed("vtex", facts)) == (len(data) > 4_000_000)
    assert len(data) < len(exported("google", as_png(noise))[0])


def test_transparent_pixels_become_white() -> None:
    picture = Image.new("RGBA", (1000, 1000), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((50, 50, 949, 949), fill=(10, 120, 60, 255))

    data, facts = exported("amazon", as_png(picture))

    assert facts.border_white == 1.0
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.getpixel((2, 2)) == (255, 255, 255)


def test_all_places_are_made_from_one_decoded_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    data, decoded = a_product((3000, 2000)), list[int]()
    alone = [exported(name, data) for name in EXPORT_CHANNELS]
    decode = decoding.decode

    def counting(*args: Any, **options: Any) -> Any:
        decoded.append(1)
        return decode(*args, **options)

    monkeypatch.setattr(exports, "decode", counting)
    # In this process, so that the calls can be counted.
    monkeypatch.setattr(exports, "run_bounded", lambda work, _: work())

    assert exported_all(data, *EXPORT_CHANNELS) == alone
    assert len(decoded) == 1


def test_no_place_is_begun_after_the_time_is_over() -> None:
    assert len(exported_all(a_product(), *EXPORT_CHANNELS, seconds=0)) == 1

"""Every stored file says that a model made the picture; what a vendor has signed or written is respected."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from tests.unit.imaging.pictures import a_picture, decoded, encoded, signed, xmp_of
from tests.unit.imaging.test_pillow_processor import FILES, process
from tests.unit.imaging.unforked import unforked

from easel.domain.image import ServedBy
from easel.domain.provenance import TRAINED_ALGORITHMIC_MEDIA, ContentCredentials
from easel.domain.request import Size
from easel.imaging.containers import png_chunk
from easel.imaging.formats import ImageFormat
from easel.imaging.provenance import is_signed, statement, with_statement

SOURCE_TYPE = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
SYSTEM = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}AISystemUsed"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
COMPOSITE = TRAINED_ALGORITHMIC_MEDIA.replace("trainedA", "compositeWithTrainedA")
PACKET = statement(ServedBy("google", "nano-banana"))
EXIF = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"
FORMATS = ["PNG", "JPEG", "WEBP"]


def said(data: bytes) -> dict[str, str]:
    """The simple statements of a file's XMP, read by an XML parser."""
    root = ET.fromstring(xmp_of(data).strip().encode())  # noqa: S314 - of our own making
    return {element.tag: element.text or "" for about in root.iter(f"{RDF}Description") for element in about}


def their_xmp(statements: str) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:v="http://vendor.example/" '
        'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f"<v:job>42</v:job>{statements}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def with_their_xmp(pillow_format: str, packet: bytes, *, compressed: bool = False) -> bytes:
    if pillow_format != "PNG":
        return encoded(a_picture(60, 40), pillow_format, xmp=packet)
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", packet.decode(), zip=compressed)
    return encoded(a_picture(60, 40), "PNG", pnginfo=info)


@settings(max_examples=60, deadline=None)
@given(
    file=FILES,
    asked=st.sampled_from([None, Size(40, 30)]),
    output=st.sampled_from([None, *ImageFormat]),
    watermark=st.sampled_from([None, "© Easel"]),
)
@unforked()
def test_every_variant_of_any_picture_carries_the_source_type(
    file: tuple[str, str], asked: Size | None, output: ImageFormat | None, watermark: str | None
) -> None:
    pillow_format, mode = file
    data = encoded(a_picture(60, 40, mode), pillow_format)

    result = process(data, size=asked, output_format=output, watermark=watermark)

    unmarked = [result.unmarked.data] if result.unmarked else []
    for made in (result.original, result.preview, result.thumbnail, *unmarked):
        assert said(made)[SOURCE_TYPE] == TRAINED_ALGORITHMIC_MEDIA
        assert said(made)[SYSTEM] == "seedream-v4 (wavespeed)"
    assert result.provenance.digital_source_type == TRAINED_ALGORITHMIC_MEDIA
    assert result.provenance.c2pa is ContentCredentials.ABSENT


@pytest.mark.parametrize(
    ("pillow_format", "mode", "settings"),
    [
        ("PNG", "RGBA", {}),
        ("JPEG", "RGB", {"progressive": True, "exif": EXIF}),
        ("JPEG", "RGB", {"comment": b"made by a vendor"}),
        ("WEBP", "RGB", {"quality": 80}),
        ("WEBP", "RGBA", {"quality": 80}),
        ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("WEBP", "RGB", {"quality": 80, "exif": EXIF}),
    ],
)
def test_the_statement_leaves_every_pixel_and_everything_else_in_place(
    pillow_format: str, mode: str, settings: dict[str, object]
) -> None:
    picture = a_picture(61, 41, mode)
    if mode == "RGBA":
        picture.putalpha(Image.linear_gradient("L").resize((61, 41)))
    data = encoded(picture, pillow_format, **settings)

    made, _ = with_statement(data, ImageFormat(pillow_format.lower()), PACKET)

    before, after = decoded(data), decoded(made)
    assert (after.mode, after.size, after.tobytes()) == (before.mode, before.size, before.tobytes())
    assert after.info.get("comment") == before.info.get("comment")
    assert after.info.get("exif") == before.info.get("exif")


@pytest.mark.parametrize("pillow_format", FORMATS)
def test_the_statement_is_only_made_once(pillow_format: str) -> None:
    image_format = ImageFormat(pillow_format.lower())
    once, _ = with_statement(encoded(a_picture(60, 40), pillow_format), image_format, PACKET)

    assert with_statement(once, image_format, PACKET)[0] == once


@pytest.mark.parametrize("pillow_format", FORMATS)
def test_xmp_of_the_vendor_stays_and_ours_is_added(pillow_format: str) -> None:
    result = process(with_their_xmp(pillow_format, their_xmp("")))

    assert said(result.original)["{http://vendor.example/}job"] == "42"
    assert said(result.original)[SOURCE_TYPE] == TRAINED_ALGORITHMIC_MEDIA


def test_packed_xmp_of_a_png_is_understood() -> None:
    result = process(with_their_xmp("PNG", their_xmp(""), compressed=True))

    assert said(result.original)["{http://vendor.example/}job"] == "42"
    assert said(result.original)[SOURCE_TYPE] == TRAINED_ALGORITHMIC_MEDIA


@pytest.mark.parametrize("pillow_format", FORMATS)
def test_a_more_exact_source_type_of_the_vendor_stands(pillow_format: str) -> None:
    packet = their_xmp(f"<Iptc4xmpExt:DigitalSourceType>{COMPOSITE}</Iptc4xmpExt:DigitalSourceType>")
    data = with_their_xmp(pillow_format, packet)

    result = process(data)

    assert xmp_of(result.original) == xmp_of(data)
    assert result.provenance.digital_source_type == COMPOSITE


@pytest.mark.parametrize("pillow_format", FORMATS)
def test_a_source_type_that_hides_the_model_is_put_right(pillow_format: str) -> None:
    camera = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    packet = their_xmp(f"<Iptc4xmpExt:DigitalSourceType>{camera}</Iptc4xmpExt:DigitalSourceType>")

    result = process(with_their_xmp(pillow_format, packet))

    assert said(result.original)[SOURCE_TYPE] == TRAINED_ALGORITHMIC_MEDIA
    assert b"digitalCapture" not in result.original


@pytest.mark.parametrize("packet", [b"no xml at all", b"<x:xmpmeta>cut sho"])
@pytest.mark.parametrize("pillow_format", FORMATS)
def test_unreadable_xmp_gives_way(pillow_format: str, packet: bytes) -> None:
    result = process(with_their_xmp(pillow_format, packet))

    assert said(result.original)[SOURCE_TYPE] == TRAINED_ALGORITHMIC_MEDIA


def test_xmp_that_leaves_a_jpeg_segment_no_room_gives_way() -> None:
    filling = f"<v:filling>{'x' * 64_900}</v:filling>"

    result = process(with_their_xmp("JPEG", their_xmp(filling)))

    assert said(result.original)[SOURCE_TYPE] == TRAINED_ALGORITHMIC_MEDIA


def test_packed_xmp_that_unpacks_without_end_is_cut_off() -> None:
    bomb = zlib.compress(bytes(50_000_000))
    data = encoded(a_picture(60, 40), "PNG")
    data = data[:33] + png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0" + bomb) + data[33:]

    result, _ = with_statement(data, ImageFormat.PNG, PACKET)

    assert len(result) < len(data) + 5_000
    assert said(result)[SOURCE_TYPE] == TRAINED_ALGORITHMIC_MEDIA


@pytest.mark.parametrize("pillow_format", FORMATS)
def test_what_a_vendor_has_signed_is_kept_to_the_byte(pillow_format: str) -> None:
    data = signed(encoded(a_picture(60, 40), pillow_format))

    result = process(data)

    assert result.original == data
    assert result.provenance.c2pa is ContentCredentials.KEPT
    assert said(result.preview)[SOURCE_TYPE] == TRAINED_ALGORITHMIC_MEDIA


@pytest.mark.parametrize("change", [{"size": Size(30, 30)}, {"output_format": "other"}, {"watermark": "© Easel"}])
@pytest.mark.parametrize("pillow_format", FORMATS)
def test_a_signature_that_our_work_breaks_is_removed_and_said_to_be(
    pillow_format: str, change: dict[str, object]
) -> None:
    if "output_format" in change:
        change = {"output_format": "webp" if pillow_format == "PNG" else "png"}
    data = signed(encoded(a_picture(60, 40), pillow_format))

    result = process(data, **change)  # type: ignore[arg-type]  # the table above keeps to its names

    assert result.provenance.c2pa is ContentCredentials.REMOVED
    assert not is_signed(result.original, ImageFormat(result.media_type.removeprefix("image/")))
    assert result.unmarked is None or result.unmarked.data == data


@pytest.mark.parametrize(
    ("name", "image_format"),
    [("signed.png", ImageFormat.PNG), ("signed.jpg", ImageFormat.JPEG), ("signed.webp", ImageFormat.WEBP)],
)
def test_a_real_signature_is_seen_and_kept(name: str, image_format: ImageFormat) -> None:
    data = Path(__file__).with_name("samples").joinpath(name).read_bytes()

    assert is_signed(data, image_format)
    assert process(data).original == data
    assert process(data).provenance.c2pa is ContentCredentials.KEPT
    assert process(data, watermark="© Easel").provenance.c2pa is ContentCredentials.REMOVED


def test_other_jumbf_boxes_of_a_jpeg_are_no_signature() -> None:
    data = signed(encoded(a_picture(60, 40), "JPEG")).replace(b"jumdc2pa", b"jumdexif")

    assert not is_signed(data, ImageFormat.JPEG)


def test_names_are_escaped() -> None:
    data, _ = with_statement(encoded(a_picture(9, 9), "PNG"), ImageFormat.PNG, statement(ServedBy("a&b", "<model>")))

    assert said(data)[SYSTEM] == "<model> (a&b)"


def test_a_webp_with_bytes_after_its_end_can_still_be_read() -> None:
    data = encoded(a_picture(60, 40), "WEBP") + b"trailing"

    made, _ = with_statement(data, ImageFormat.WEBP, PACKET)

    assert Image.open(io.BytesIO(made)).size == (60, 40)
    assert said(made)[SOURCE_TYPE] == TRAINED_ALGORITHMIC_MEDIA

"""Forms with files: what they may look like, and what becomes of those that cannot be read."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from easel.domain.upload import MAX_FILES
from easel.errors import EaselError, InvalidRequest, UnsupportedMediaType
from easel.http.failures import MalformedBody, MalformedForm
from easel.http.multipart import Form, is_form, read_form

PICTURE = bytes(range(256))
FORM = {"content-type": "multipart/form-data; boundary=edge"}


def part(disposition: str, data: bytes, *headers: str) -> bytes:
    lines = [f"Content-Disposition: form-data; {disposition}", *headers]
    return b"--edge\r\n" + "\r\n".join(lines).encode() + b"\r\n\r\n" + data + b"\r\n"


def body(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--edge--\r\n"


def read(sent: bytes, headers: dict[str, str] = FORM) -> Form:
    return read_form({"body": b64encode(sent).decode(), "isBase64Encoded": True}, headers)


A_FILE = part('name="frontImage"; filename="front.png"', PICTURE, "Content-Type: image/png")


@pytest.mark.requirement("S000-3", "S000-7", "S000-8", "S000-29")
def test_a_form_of_texts_and_files_is_read_as_it_was_sent() -> None:
    back = part('name="backImage"; filename="back.webp"', b"RIFF", "Content-Type: image/webp")
    sent = body(part('name="name"', "Poyabzal 👟".encode()), A_FILE, back)

    form = read(sent)

    assert form.fields == {"name": "Poyabzal 👟"}
    front = form.file_in("frontImage")
    assert front is not None
    assert (front.filename, front.media_type, front.data) == ("front.png", "image/png", PICTURE)
    assert [file.field for file in form.files] == ["frontImage", "backImage"]
    assert form.size == len(sent)
    assert form.file_in("other") is None


@pytest.mark.parametrize("name", ["image", "image[]", "images", "file", "frontImage", "backImage"])
@pytest.mark.parametrize("disposition", ["", '; filename="p.png"'])
def test_a_file_may_come_in_any_usual_field_and_without_a_name(name: str, disposition: str) -> None:
    (file,) = read(body(part(f'name="{name}"{disposition}', PICTURE))).files

    assert (file.field, file.data) == (name, PICTURE)
    assert file.filename == ("p.png" if disposition else None)


def test_a_part_of_an_image_type_is_a_file_in_any_field() -> None:
    (file,) = read(body(part('name="anything"', PICTURE, "Content-Type: application/octet-stream"))).files

    assert file.filename is None


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("filename*=UTF-8''%e2%82%ac%20rates.png", "€ rates.png"),
        ("filename=\"a.png\"; filename*=UTF-8''b.png", "b.png"),
        ("filename*=ISO-8859-1'en'%A3.png", "£.png"),
        ("filename=\"a.png\"; filename*=utf-7''x.png", "a.png"),
        ('filename="..\\..\\p.png"', "p.png"),
        ('filename="../../etc/p.png"', "p.png"),
        ("filename*=UTF-8''..%2F..%2Fp.png", "p.png"),
        ('filename="%22q%22.png"', '"q".png'),
        ("filename=plain.png", "plain.png"),
        ('filename=".."', None),
    ],
)
def test_a_file_name_is_for_display_and_never_a_path(disposition: str, name: str | None) -> None:
    (file,) = read(body(part(f'name="file"; {disposition}', PICTURE))).files

    assert file.filename == name


def test_a_file_input_that_was_left_empty_is_absent() -> None:
    empty = part('name="backImage"; filename=""', b"", "Content-Type: application/octet-stream")

    assert [file.field for file in read(body(A_FILE, empty)).files] == ["frontImage"]


def test_a_file_of_no_bytes_is_there_and_empty() -> None:
    (file,) = read(body(part('name="file"; filename="empty.png"', b""))).files

    assert file.data == b""


def outcome(sent: bytes) -> type:
    try:
        return type(read(sent))
    except EaselError as refused:
        return type(refused)


def test_a_form_that_is_cut_off_anywhere_is_refused() -> None:
    good = body(A_FILE)

    assert {outcome(good[:length]) for length in range(len(good) - 4)} == {MalformedForm}
    assert outcome(good) is Form


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=other",
        'multipart/form-data; boundary=""',
        f"multipart/form-data; boundary={'b' * 300}",
    ],
)
def test_a_form_without_its_boundary_is_refused(content_type: str) -> None:
    with pytest.raises(MalformedForm):
        read(body(A_FILE), {"content-type": content_type})


@pytest.mark.parametrize("content_type", ['Multipart/Form-Data; charset=utf-8; boundary="edge"', FORM["content-type"]])
def test_the_content_type_may_be_written_in_any_way(content_type: str) -> None:
    assert is_form({"content-type": content_type})
    assert len(read(body(A_FILE), {"content-type": content_type}).files) == 1


@pytest.mark.parametrize(
    "headers",
    [{}, {"content-type": "application/json"}, {"content-type": "image/png"}, FORM | {"content-encoding": "gzip"}],
)
def test_another_type_of_body_is_unsupported(headers: dict[str, str]) -> None:
    with pytest.raises(UnsupportedMediaType):
        read(body(A_FILE), headers)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ([part('name="name"', b"\xff\xfe")], "name"),
        ([part('name="name"', b"a\0b")], "name"),
        ([part('name="name"', b"x" * 70_000)], "name"),
        ([part('name="name"', b"a"), part('name="name"', b"b")], "name"),
        ([A_FILE] * (MAX_FILES + 1), "frontImage"),
    ],
)
def test_a_field_that_is_not_as_it_must_be_is_named(bad: list[bytes], field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read(body(*bad))

    assert [fault.field for fault in refused.value.fields] == [field]


def test_one_file_is_wanted_where_one_is_meant() -> None:
    with pytest.raises(InvalidRequest, match="2 times"):
        read(body(A_FILE, A_FILE)).file_in("frontImage")


@pytest.mark.parametrize(
    "bad",
    [
        body(*([part('name="a"', b"")] * 100)),
        body(part('name="a"', b"", *(f"X-{number}: y" for number in range(20)))),
        body(part('name="a"', b"", "X-Long: " + "y" * 10_000)),
        body(part('name="a"', b"YQ==", "Content-Transfer-Encoding: base64")),
        b"--edge\r\n\r\nno header\r\n--edge--\r\n",
        b"--edge\r\nContent-Disposition: attachment\r\n\r\nx\r\n--edge--\r\n",
        b"no form at all",
        b"",
    ],
)
def test_what_no_browser_sends_is_refused(bad: bytes) -> None:
    with pytest.raises(MalformedForm):
        read(bad)


def test_a_body_that_the_gateway_did_not_encode_is_refused() -> None:
    event: dict[str, Any] = {"body": "not base64!", "isBase64Encoded": True}

    with pytest.raises(MalformedBody):
        read_form(event, FORM)


def test_any_change_of_one_byte_is_an_answer_or_a_refusal() -> None:
    good = body(part('name="name"', b"x"), A_FILE)
    changed = [good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :] for at in range(len(good))]

    assert {outcome(sent) for sent in changed} <= {Form, InvalidRequest, MalformedForm}

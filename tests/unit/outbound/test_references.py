"""The reference fetcher calls public hosts only, whatever the address looks like and whenever it changes."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager
from itertools import cycle
from typing import TYPE_CHECKING, Any

import httpcore
import pytest
from tests.unit.outbound.network import Dialler, Shelf, serving, tls_of

from easel.errors import ImageRejected, ReferenceUnavailable
from easel.outbound.addresses import is_public
from easel.outbound.references import SafeReferenceFetcher

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from easel.services.ports.providers import ReferenceFetcher

HOST = "pictures.example"
PUBLIC = "93.184.215.14"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return tls_of(HOST, tmp_path)


@pytest.fixture
def png() -> bytes:
    """Bytes that begin like a PNG."""
    return b"\x89PNG\r\n\x1a\n" + b"pixels"


def resolver(*answers: Sequence[str]) -> Any:
    """Answers in turn, round and round."""
    row = cycle(answers)
    return lambda host, port: next(row)


def refused(url: str, **options: Any) -> str:
    """The message of the refusal; nothing may have been dialled."""
    dialler = Dialler()
    with pytest.raises(ReferenceUnavailable) as caught:
        SafeReferenceFetcher(dialler=dialler, **options).fetch(url)
    assert dialler.dialled == []
    return caught.value.message


# The ordinary way


def test_a_public_picture_comes_over_tls_from_the_address_that_was_checked(
    certificate: tuple[ssl.SSLContext, ssl.SSLContext], png: bytes
) -> None:
    server, client = certificate
    shelf = Shelf(body=png)
    with serving(shelf, server) as port:
        dialler = Dialler(port)
        fetcher: ReferenceFetcher = SafeReferenceFetcher(
            dialler=dialler, ssl_context=client, resolve=resolver([PUBLIC])
        )
        picture = fetcher.fetch(f"https://{HOST}/a%20path/fox.png?signature=s")

    assert (picture.data, picture.media_type, picture.filename) == (png, "image/png", "reference.png")
    assert picture.url == f"https://{HOST}/a%20path/fox.png?signature=s", "some vendors take addresses, not bytes"
    assert dialler.dialled == [PUBLIC]
    assert shelf.asked == [("/a%20path/fox.png?signature=s", HOST)]


def test_the_certificate_must_be_that_of_the_name(certificate: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, client = certificate
    with serving(Shelf(), server) as port, pytest.raises(ReferenceUnavailable):
        SafeReferenceFetcher(dialler=Dialler(port), ssl_context=client, resolve=resolver([PUBLIC])).fetch(
            "https://another.example/fox.png"
        )


def test_the_next_address_is_tried_when_one_is_dead(
    certificate: tuple[ssl.SSLContext, ssl.SSLContext], png: bytes
) -> None:
    class HalfDead(Dialler):
        def connect_tcp(self, host: str, *rest: Any, **options: Any) -> httpcore.NetworkStream:
            if ":" in host:
                self.dialled.append(host)
                raise httpcore.ConnectError("no route")
            return super().connect_tcp(host, *rest, **options)

    server, client = certificate
    with serving(Shelf(body=png), server) as port:
        dialler = HalfDead(port)
        SafeReferenceFetcher(
            dialler=dialler, ssl_context=client, resolve=resolver(["2606:2800:21f:cb07::1", PUBLIC])
        ).fetch(f"https://{HOST}/")
    assert dialler.dialled == ["2606:2800:21f:cb07::1", PUBLIC]


# Addresses


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://localhost/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[0:0:0:0:0:ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://169.254.170.2/v2/credentials",
        "https://10.0.0.8:8443/",
        "https://192.168.1.1/",
        "https://172.16.0.1/",
    ],
)
def test_an_inside_address_is_refused_in_every_notation(url: str) -> None:
    assert "not at a public address" in refused(url)


def test_a_name_that_leads_inside_is_refused() -> None:
    assert HOST in refused(f"https://{HOST}/", resolve=resolver(["127.0.0.1"]))


def test_one_inside_address_among_public_ones_spoils_the_name() -> None:
    refused(f"https://{HOST}/", resolve=resolver([PUBLIC, "10.0.0.1"]))


def test_a_name_that_changes_after_the_check_is_still_called_at_the_address_that_was_checked() -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    dialler = Dialler()
    with pytest.raises(ReferenceUnavailable):
        SafeReferenceFetcher(dialler=dialler, resolve=rebinding).fetch(f"https://{HOST}/")

    assert asked == [HOST]
    assert dialler.dialled == [PUBLIC]


def test_a_rebound_name_is_refused_at_its_next_fetch() -> None:
    dialler = Dialler()
    fetcher = SafeReferenceFetcher(dialler=dialler, resolve=resolver([PUBLIC], ["169.254.169.254"]))
    for _ in range(2):
        with pytest.raises(ReferenceUnavailable):
            fetcher.fetch(f"https://{HOST}/")
    assert dialler.dialled == [PUBLIC]


@pytest.mark.parametrize(
    "address",
    [
        "0.1.2.3",
        "10.255.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:93.184.215.14",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "",
        "pictures.example",
    ],
)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"])
def test_ordinary_addresses_are_public(address: str) -> None:
    assert is_public(address)


# Other things that an address may be


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://pictures.example/fox.png", "https"),
        ("ftp://pictures.example/fox.png", "https"),
        ("file:///etc/passwd", "without a host"),
        ("data:image/png;base64,AAAA", "holds the picture itself"),
        ("/fox.png", "without a host"),
        ("", "without a host"),
        ("https://", "without a host"),
        ("https://user:secret@pictures.example/", "login"),
        ("https://93.184.215.14:99999/", "cannot be read"),
        ("https://0177.0.0.1/", "cannot be read"),
        ("https://pictures.example/\x00", "cannot be read"),
        (f"https://{'a' * 64}.example/", "cannot be read"),
        ("https://xn--/", "cannot be read"),
    ],
)
def test_an_address_that_we_do_not_call_says_why_and_shows_no_more_than_the_host(url: str, reason: str) -> None:
    message = refused(url)
    assert reason in message
    assert "secret" not in message
    assert "fox.png" not in message


def test_an_unknown_name_cannot_be_fetched() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    assert "could not be fetched" in refused(f"https://{HOST}/", resolve=unknown)
    assert "not at a public address" in refused(f"https://{HOST}/", resolve=resolver([]))


# What a host answers, shown on a trusted origin


@contextmanager
def trusted(shelf: Shelf, **options: Any) -> Iterator[tuple[SafeReferenceFetcher, str]]:
    with serving(shelf) as port:
        origin = f"http://127.0.0.1:{port}"
        yield SafeReferenceFetcher(trusted_origins=[origin], **options), origin


def test_a_trusted_origin_may_be_http_on_loopback(png: bytes) -> None:
    with trusted(Shelf(body=png)) as (fetcher, origin):
        assert fetcher.fetch(f"{origin}/fox.png").data == png


@pytest.mark.parametrize("template", ["https://127.0.0.1:{port}/", "http://localhost:{port}/", "http://127.0.0.1:1/"])
def test_trust_is_for_exactly_one_scheme_host_and_port(template: str) -> None:
    shelf = Shelf()
    with serving(shelf) as port, pytest.raises(ReferenceUnavailable):
        SafeReferenceFetcher(trusted_origins=[f"http://127.0.0.1:{port}"]).fetch(template.format(port=port))
    assert shelf.asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    inside = Shelf()
    with serving(inside) as port:
        shelf = Shelf(status=status, headers={"Location": f"http://127.0.0.1:{port}/latest/meta-data"})
        with trusted(shelf) as (fetcher, origin), pytest.raises(ReferenceUnavailable, match="redirects"):
            fetcher.fetch(f"{origin}/fox.png")
    assert inside.asked == []


@pytest.mark.parametrize("status", [204, 206, 401, 404, 500])
def test_any_other_status_than_200_is_no_picture(status: int) -> None:
    with trusted(Shelf(status=status)) as (fetcher, origin), pytest.raises(ReferenceUnavailable, match=str(status)):
        fetcher.fetch(f"{origin}/fox.png")


def test_a_picture_of_exactly_the_cap_is_taken_and_one_byte_more_is_not(png: bytes) -> None:
    with trusted(Shelf(body=png.ljust(1024)), max_bytes=1024) as (fetcher, origin):
        assert len(fetcher.fetch(origin).data) == 1024
    with (
        trusted(Shelf(body=png.ljust(1025)), max_bytes=1024) as (fetcher, origin),
        pytest.raises(ImageRejected, match="larger than"),
    ):
        fetcher.fetch(origin)


def test_a_body_without_end_is_cut_off(png: bytes) -> None:
    with trusted(Shelf(body=png, endless=True)) as (fetcher, origin), pytest.raises(ImageRejected, match="10 MB"):
        fetcher.fetch(origin)


@pytest.mark.parametrize(
    "body", [b"", b"GIF89a\x01\x00\x01\x00", b"<html>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7"]
)
def test_what_is_no_png_jpeg_or_webp_is_rejected_whatever_it_calls_itself(body: bytes) -> None:
    shelf = Shelf(body=body, headers={"Content-Type": "image/png"})
    with trusted(shelf) as (fetcher, origin), pytest.raises(ImageRejected, match="not a PNG, JPEG or WebP"):
        fetcher.fetch(origin)


@pytest.mark.parametrize(
    ("body", "media_type", "filename"),
    [(b"\xff\xd8\xff\xe0", "image/jpeg", "reference.jpg"), (b"RIFF....WEBP", "image/webp", "reference.webp")],
)
def test_the_media_type_is_read_from_the_bytes(body: bytes, media_type: str, filename: str) -> None:
    with trusted(Shelf(body=body, headers={"Content-Type": "text/html"})) as (fetcher, origin):
        picture = fetcher.fetch(origin)
    assert (picture.media_type, picture.filename) == (media_type, filename)


# Time


class Trickle(httpcore.NetworkStream):
    """Sends a byte of its headers at a time; each costs three seconds of a clock that nobody waits for."""

    def __init__(self, clock: list[float]) -> None:
        self._clock = clock
        self.timeouts: list[float | None] = []

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.timeouts.append(timeout)
        self._clock[0] += 3.0
        return b"H"

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        pass

    def close(self) -> None:
        pass

    def get_extra_info(self, info: str) -> Any:
        return None


def test_a_host_that_trickles_cannot_outlast_the_deadline() -> None:
    clock = [0.0]
    stream = Trickle(clock)

    class TrickleDialler(httpcore.NetworkBackend):
        def connect_tcp(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
            return stream

    fetcher = SafeReferenceFetcher(
        trusted_origins=["http://127.0.0.1:1"], dialler=TrickleDialler(), monotonic=lambda: clock[0]
    )
    with pytest.raises(ReferenceUnavailable, match="in time"):
        fetcher.fetch("http://127.0.0.1:1/")

    assert stream.timeouts == [20.0, 17.0, 14.0, 11.0, 8.0, 5.0, 2.0]


def test_a_name_server_that_never_answers_is_given_up() -> None:
    release = threading.Event()

    def silent(host: str, port: int) -> Sequence[str]:
        release.wait(30)
        return []

    try:
        assert "in time" in refused(f"https://{HOST}/", resolve=silent, total_seconds=0.05)
    finally:
        release.set()

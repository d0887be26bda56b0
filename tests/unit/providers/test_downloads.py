"""Pictures that lie at addresses which vendors name: only public ones are called, and only a picture is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx
import pytest
from tests.unit.outbound.network import Dialler, Shelf, serving
from tests.unit.providers.adapters import ADAPTERS

from easel.domain.provider import RemotePicture
from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class
from easel.outbound.guard import GuardedHttp
from easel.providers.downloads import MAX_PICTURE_BYTES, Downloads
from easel.providers.vendor_http import VendorHttp

SIMULATOR = "http://127.0.0.1:8090/api"
PUBLIC = "93.184.215.14"


def download(
    handler: Callable[[httpx.Request], httpx.Response], url: str = "https://cdn.acme.test/1.png", **options: Any
) -> bytes:
    http = VendorHttp.to("acme", SIMULATOR)
    return Downloads(http, SIMULATOR, transport=httpx.MockTransport(handler), **options).get(url)


def test_a_picture_is_downloaded_without_our_credentials(png: bytes) -> None:
    requests: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, content=png)

    assert download(handler) == png
    assert "authorization" not in requests[0].headers


def test_a_download_without_end_stops_at_the_cap() -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 1_000_000
            yield b"\x89PNG\r\n\x1a\n".ljust(1_000_000)

    with pytest.raises(ProviderError) as caught:
        download(lambda request: httpx.Response(200, content=endless()))

    assert (caught.value.error_class, caught.value.provider_code) == (Class.FAILED, "too_large")
    assert sent <= MAX_PICTURE_BYTES + 2_000_000


@pytest.mark.parametrize("body", [b"", b"<html>sorry</html>", b"GIF89a...", b"%PDF-1.7"])
def test_a_download_that_is_no_picture_fails_whatever_it_calls_itself(body: bytes) -> None:
    with pytest.raises(ProviderError) as caught:
        download(lambda request: httpx.Response(200, content=body, headers={"Content-Type": "image/png"}))

    assert (caught.value.error_class, caught.value.provider_code) == (Class.FAILED, "not_a_picture")


@pytest.mark.parametrize(
    ("status", "expected"),
    [(403, Class.FAILED), (404, Class.FAILED), (410, Class.FAILED), (429, Class.RETRYABLE), (503, Class.RETRYABLE)],
)
def test_a_picture_that_is_gone_fails_and_one_that_is_late_is_fetched_again(status: int, expected: Class) -> None:
    with pytest.raises(ProviderError) as caught:
        download(lambda request: httpx.Response(status))

    assert caught.value.error_class is expected


def test_a_download_follows_a_redirect_to_another_https_host(png: bytes) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.host == "cdn.acme.test":
            return httpx.Response(302, headers={"Location": "https://files.acme.test/1.png"})
        return httpx.Response(200, content=png)

    assert download(handler) == png


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:8091/",
        "file:///etc/passwd",
        "https://cdn.acme.test:99999/",
    ],
)
@pytest.mark.parametrize("redirected", [False, True], ids=["named", "redirected"])
def test_a_download_never_leaves_https_except_for_the_vendors_own_origin(location: str, *, redirected: bool) -> None:
    called: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        called.append(str(request.url))
        return httpx.Response(302, headers={"Location": location})

    url = "https://cdn.acme.test/1.png" if redirected else location
    with pytest.raises(ProviderError) as caught:
        download(handler, url)
    assert caught.value.error_class is Class.FAILED
    assert called == (["https://cdn.acme.test/1.png"] if redirected else [])


def test_the_vendors_own_origin_may_be_http(png: bytes) -> None:
    assert download(lambda request: httpx.Response(200, content=png), "http://127.0.0.1:8090/outputs/1.png") == png


def test_a_ring_of_redirects_ends() -> None:
    with pytest.raises(ProviderError) as caught:
        download(lambda request: httpx.Response(302, headers={"Location": "https://cdn.acme.test/1.png"}))

    assert caught.value.provider_code == "too_many_redirects"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/1.png",
        "https://localhost/1.png",
        "https://127.1/1.png",
        "https://2130706433/1.png",
        "https://10.0.0.8/1.png",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/1.png",
        "https://[::ffff:127.0.0.1]/1.png",
        "https://intranet/1.png",
        "https://user:secret@cdn.acme.test/1.png",
        "https://xn--/1.png",
        "https://cdn.acme.test:0/1.png",
        "http://cdn.acme.test/1.png",
        "http://127.0.0.1:8091/1.png",
        "https://127.0.0.1:8090/1.png",
        "ftp://cdn.acme.test/1.png",
        "https://cdn.acme.test/" + "x" * 3000,
        "",
    ],
    ids=lambda url: url[:40],
)
@pytest.mark.parametrize("redirected", [False, True], ids=["named", "redirected"])
def test_an_address_inside_is_refused_by_its_name_alone(url: str, *, redirected: bool) -> None:
    called: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        called.append(str(request.url))
        return httpx.Response(302, headers={"Location": url})

    if redirected and url == "":
        pytest.skip("an empty Location leads back to the same address")
    with pytest.raises(ProviderError) as caught:
        download(handler, "https://cdn.acme.test/1.png" if redirected else url)
    assert (caught.value.error_class, caught.value.provider_code) == (Class.FAILED, "bad_address")
    assert called == (["https://cdn.acme.test/1.png"] if redirected else [])


def guarded(resolve: Callable[[str, int], Sequence[str]], dialler: Dialler, **options: Any) -> Downloads:
    """Downloads as they are in production, over a network of the test's own."""
    guard = GuardedHttp(resolve=resolve, dialler=dialler)
    return Downloads(VendorHttp.to("acme", SIMULATOR), SIMULATOR, guard=guard, **options)


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["::1"], [PUBLIC, "192.168.0.1"], []]
)
def test_a_name_that_leads_inside_is_not_called(addresses: Sequence[str]) -> None:
    dialler = Dialler()
    with pytest.raises(ProviderError) as caught:
        guarded(lambda host, port: addresses, dialler).get("https://cdn.acme.test/1.png")
    assert (caught.value.error_class, caught.value.provider_code) == (Class.FAILED, "bad_address")
    assert dialler.dialled == []


def test_a_name_that_changes_after_the_check_is_called_at_the_address_that_was_checked() -> None:
    dialler, answers = Dialler(), iter([[PUBLIC], ["127.0.0.1"]])
    with pytest.raises(ProviderError) as caught:
        guarded(lambda host, port: next(answers), dialler).get("https://cdn.acme.test/1.png")
    assert caught.value.error_class is Class.RETRYABLE
    assert dialler.dialled == [PUBLIC]


def test_a_host_that_cannot_be_found_may_be_found_later() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(ProviderError) as caught:
        guarded(unknown, Dialler()).get("https://cdn.acme.test/1.png")
    assert caught.value.error_class is Class.RETRYABLE


@pytest.mark.parametrize("status", [200, 301, 404, 503])
def test_a_trusted_origin_is_called_over_a_real_connection(png: bytes, status: int) -> None:
    shelf = Shelf(status=status, body=png, headers={"Location": "/2.png", "Retry-After": "7"})
    with serving(shelf) as port:
        origin = f"http://127.0.0.1:{port}"
        downloads = Downloads(VendorHttp.to("acme", SIMULATOR), SIMULATOR, trusted_origins=[origin])
        if status == 200:
            assert downloads.get(f"{origin}/1.png?signature=s") == png
            assert shelf.asked == [("/1.png?signature=s", f"127.0.0.1:{port}")]
            return
        with pytest.raises(ProviderError) as caught:
            downloads.get(f"{origin}/1.png")
    expected = {301: "too_many_redirects", 404: "download_http_404", 503: "download_http_503"}
    assert caught.value.provider_code == expected[status]
    assert caught.value.retry_after == (7.0 if status in {404, 503} else None)


def test_a_body_without_end_is_cut_off_over_a_real_connection(png: bytes) -> None:
    with serving(Shelf(body=png, endless=True)) as port:
        origin = f"http://127.0.0.1:{port}"
        downloads = Downloads(VendorHttp.to("acme", SIMULATOR), SIMULATOR, trusted_origins=[origin])
        with pytest.raises(ProviderError) as caught:
            downloads.get(f"{origin}/1.png")
    assert caught.value.provider_code == "too_large"


@pytest.mark.parametrize("name", ["openai", "wavespeed", "nanobanana", "nanobanana-seed"])
@pytest.mark.parametrize("url", ["https://127.0.0.1/1.png", "http://vendor.test/1.png", "https://xn--/"])
def test_every_adapter_holds_its_vendors_addresses_to_it(name: str, url: str) -> None:
    make, _ = ADAPTERS[name]
    with pytest.raises(ProviderError) as caught:
        make(lambda _: httpx.Response(200)).download(RemotePicture(url))
    assert (caught.value.error_class, caught.value.provider_code) == (Class.FAILED, "bad_address")

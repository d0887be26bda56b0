"""Addresses of reference pictures that would not be fetched are refused by field, at submit and at quote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.world import World, world

if TYPE_CHECKING:
    from tests.support.emulator import Emulator
    from tests.support.issuer import Issuer

REQUEST = {"prompt": "a red fox", "model": "seedream-v4"}
GOOD = "https://pictures.example/1.png"
BAD = [
    "https://xn--/",
    "https://xn--a.example/1.png",
    "https://a..example/",
    f"https://{'a' * 64}.example/",
    "https://pictures.example:0/1.png",
    "https://pictures.example:65536/1.png",
    "https://pictures.example:x/1.png",
    "https://user:secret@pictures.example/1.png",
    "https://@pictures.example/1.png",
    "https://127.0.0.1/1.png",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/1.png",
    "https://2130706433/1.png",
    "https://localhost/1.png",
    "https://intranet/1.png",
    "http://pictures.example/1.png",
    "ftp://pictures.example/1.png",
    "data:image/png;base64,AAAA",
    "//pictures.example/1.png",
    "https:///1.png",
    "https://pictures.example/a b",
    "https://pictures.example\\@evil.example/1.png",
    "",
]


@pytest.fixture(scope="module")
def api(emulator: Emulator, issuer: Issuer) -> Iterator[World]:
    with world(emulator, issuer) as ready:
        yield ready


@pytest.fixture(scope="module")
def key(api: World) -> str:
    text: str = api.tenant("Addresses", credits=1000, plan="scale")["apiKey"]
    return text


@pytest.mark.parametrize("path", ["/api/v1/generations", "/api/v1/quotes"])
@pytest.mark.parametrize("url", BAD, ids=lambda url: url[:45])
def test_an_address_that_would_not_be_fetched_is_refused_by_its_field(
    api: World, key: str, path: str, url: str
) -> None:
    forms: dict[str, dict[str, Any]] = {
        "referenceUrls[1]": {"referenceUrls": [GOOD, url]},
        "references[0].url": {"references": [{"url": url}, {"url": GOOD}]},
    }
    for field, more in forms.items():
        answer = api.call("POST", path, token=key, body=REQUEST | more)

        assert answer.status == 400, answer.body
        (fault,) = answer.json["error"]["details"]
        assert (fault["field"], bool(fault["message"]), bool(fault["allowed"])) == (field, True, True)
        assert "secret" not in answer.body


@pytest.mark.parametrize("path", ["/api/v1/generations", "/api/v1/quotes"])
@pytest.mark.parametrize(
    "url",
    [GOOD, "HTTPS://Pictures.Example./1.png?x=%2F#y", "https://bücher.example/fü.png", "http://127.0.0.1:8000/1.png"],
)
def test_an_address_that_may_be_fetched_is_accepted_and_kept_as_it_was_written(
    api: World, key: str, path: str, url: str
) -> None:
    answer = api.call("POST", path, token=key, body=REQUEST | {"referenceUrls": [url]})

    assert answer.status in {200, 201, 202}, answer.body
    if "references" in answer.json:
        assert [reference["url"] for reference in answer.json["references"]] == [url]

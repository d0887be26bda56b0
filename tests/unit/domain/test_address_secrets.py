"""What is shown of an address that carries a secret."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain.address_secrets import hide_secrets, without_secrets

SECRET = "AAF-s3cr3tS3cr3tS3cr3tS3cr3tS3cr3t0123"
BOT = f"123456:{SECRET}"

CARRYING = {
    "a bot's token": f"https://api.telegram.org/file/bot{BOT}/photos/file_1.jpg",
    "a bot's token at another host": f"https://bots.example/file/BOT{BOT}/photos/file_1.jpg",
    "a bot's token with an encoded colon": f"https://api.telegram.org/file/bot123456%3A{SECRET}/photos/file_1.jpg",
    "a bot's token encoded twice": f"https://api.telegram.org/file/bot123456%253A{SECRET}/file_1.jpg",
    "a login": f"https://user:{SECRET}@a.example/1.png",
    "a name alone": f"https://{SECRET}@a.example/1.png",
    "S3": f"https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA&X-Amz-Signature={SECRET}&X-Amz-Security-Token={SECRET}",
    "S3 with an encoded name": f"https://b.s3.amazonaws.com/k?X%2DAmz%2DSignature={SECRET}",
    "S3 of old": f"https://b.s3.amazonaws.com/k?AWSAccessKeyId=AKIA&Signature={SECRET}&Expires=1",
    "CloudFront": f"https://d.cloudfront.net/1.png?Policy={SECRET}&Signature={SECRET}&Key-Pair-Id=K1",
    "Google Storage": f"https://storage.googleapis.com/b/o?X-Goog-Signature={SECRET}",
    "Azure": f"https://a.blob.core.windows.net/c/b.png?sv=2022-11-02&se=2026&sig={SECRET}",
    "a token": f"https://a.example/1.png?token={SECRET}",
    "a short token": "https://a.example/1.png?access_token=s3cr3t",
    "a key": "https://a.example/1.png?width=7&api_key=s3cr3t#top",
    "a parameter of the path": "https://a.example/1.png;jsessionid=s3cr3t",
    "a fragment": "https://a.example/1.png#access_token=s3cr3t",
    "a value without a telling name": "https://cdn.example/1.png?ex=1&hm=0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    "a token of JSON": "https://a.example/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0s3cr3t.s3cr3t-s3cr3t/1.png",
    "a signed path": "https://res.example/image/s--s3cr3tAb--/1.png",
    "an address in an address": f"https://proxy.example/?url=https%3A%2F%2Fapi.telegram.org%2Ffile%2Fbot{BOT}%2F1.jpg",
}

PLAIN = [
    "https://a.example/1.png",
    "HTTPS://Pictures.Example./1.png?x=%2F#y",
    "https://a.example/1.png?width=100&height=200&v=20261128&format=webp",
    "https://a.example/pictures?id=019a9f1c-0000-7000-8000-00000000000a",
    "https://a.example/bottles/bot/1.png?monkey=1&design=2&encode=3",
    "https://a.example/robots/bot12/1.png",
    "https://a.example/?url=https%3A%2F%2Fb.example%2F1.png",
    "https://a.example/1.png?token=",
    "no address at all, token=s3cr3t",
]


@pytest.mark.parametrize("address", CARRYING.values(), ids=CARRYING.keys())
def test_no_secret_of_an_address_is_shown(address: str) -> None:
    shown = hide_secrets(address)

    assert SECRET not in shown
    assert "s3cr3t" not in shown
    assert "0a1b2c3d4e5f" not in shown
    assert "***" in shown


@pytest.mark.parametrize("address", CARRYING.values(), ids=CARRYING.keys())
def test_what_is_shown_says_where_the_picture_is(address: str) -> None:
    host = address.split("/")[2].rpartition("@")[2].partition(";")[0]
    assert host in hide_secrets(address)


@pytest.mark.parametrize("address", PLAIN)
def test_an_address_without_a_secret_is_shown_as_it_is(address: str) -> None:
    assert hide_secrets(address) == address


def test_the_rest_of_the_address_stays() -> None:
    assert hide_secrets(f"https://api.telegram.org/file/bot{BOT}/photos/file_1.jpg") == (
        "https://api.telegram.org/file/bot***/photos/file_1.jpg"
    )
    assert (
        hide_secrets("https://a.example/1.png?w=7&sig=s3cr3t&h=8#top") == "https://a.example/1.png?w=7&sig=***&h=8#top"
    )


@given(st.text())
def test_what_was_hidden_once_stays_as_it_is(text: str) -> None:
    shown = hide_secrets(f"https://a.example/1.png?token=x&{text}")
    assert hide_secrets(shown) == shown


@pytest.mark.parametrize(
    "text",
    ["a" * 100_000, "eyJ" * 30_000, "https://a.example/" + "?u=a://" * 10_000, "://" * 30_000, "/bot1" * 20_000],
    ids=["letters", "tokens", "nested addresses", "schemes", "bots"],
)
def test_a_long_text_is_read_in_one_go(text: str) -> None:
    began = time.process_time()
    hide_secrets(text)
    hide_secrets(f"https://a.example/{text}")
    # Each takes some ten milliseconds; what is not linear takes minutes.
    assert time.process_time() - began < 20


def test_a_body_that_is_nested_without_end_is_hidden_where_it_is_too_deep() -> None:
    body: Any = "https://a.example/?sig=s3cr3t"
    for _ in range(500):
        body = [body]
    assert "s3cr3t" not in str(without_secrets({"more": body}))


def test_a_body_loses_the_secrets_of_its_addresses_at_any_depth_and_nothing_else() -> None:
    address = f"https://a.example/1.png?sig={SECRET}"
    body = {
        "prompt": "a fox, see https://a.example/?v=1",
        "n": 2,
        "references": [{"url": address, "role": "front"}],
        "reference_urls": [address, "https://a.example/2.png"],
        "note": f"from {address} today",
        "more": {"deep": [[address], None, True, 1.5]},
    }

    shown = without_secrets(body)

    assert SECRET not in str(shown)
    assert shown["prompt"] == body["prompt"]
    assert shown["references"] == [{"url": "https://a.example/1.png?sig=***", "role": "front"}]
    assert shown["reference_urls"][1] == "https://a.example/2.png"
    assert shown["note"] == "from https://a.example/1.png?sig=*** today"
    assert shown["more"]["deep"][1:] == [None, True, 1.5]

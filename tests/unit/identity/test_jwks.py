"""An issuer's keys are fetched rarely, renewed when they change, and trusted for a while without the issuer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.support.issuer import Issuer, an_issuer, serving
from tests.support.offline import unreachable_url

from easel.errors import IdentityUnavailable
from easel.identity.jwks import KeySet, fetch_over_https, read_keys


class Clock:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


class Provider:
    """Hands out a key set and counts how often."""

    def __init__(self) -> None:
        self.issuer = an_issuer()
        self.fetches = 0
        self.answers: bytes | OSError | None = None

    def __call__(self, _: str) -> bytes:
        self.fetches += 1
        if isinstance(self.answers, OSError):
            raise self.answers
        return self.issuer.document() if self.answers is None else self.answers


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def keys(clock: Clock, provider: Provider) -> KeySet:
    return KeySet("https://id.example.com/keys", provider, monotonic=clock)


def test_keys_are_fetched_when_first_wanted_and_then_kept(keys: KeySet, provider: Provider) -> None:
    assert provider.fetches == 0
    for _ in range(3):
        assert keys.key("rsa-1") is not None
        assert keys.key("ec-1") is not None
    assert provider.fetches == 1


def test_a_new_key_is_found_at_once(keys: KeySet, provider: Provider, clock: Clock) -> None:
    keys.key("rsa-1")
    provider.issuer.add_rsa("rsa-2")
    clock.seconds += 60
    assert keys.key("rsa-2") is not None
    assert provider.fetches == 2


def test_made_up_names_do_not_hammer_the_provider(keys: KeySet, provider: Provider, clock: Clock) -> None:
    for number in range(100):
        assert keys.key(f"made-up-{number}") is None
        clock.seconds += 0.5
    assert provider.fetches == 1
    clock.seconds += 20
    assert keys.key("made-up") is None
    assert provider.fetches == 2


def test_a_withdrawn_key_is_forgotten_within_the_hour(keys: KeySet, provider: Provider, clock: Clock) -> None:
    keys.key("rsa-1")
    del provider.issuer.published["rsa-1"]
    clock.seconds += 3_599
    assert keys.key("rsa-1") is not None
    clock.seconds += 2
    assert keys.key("rsa-1") is None


@pytest.mark.parametrize("answer", [OSError("away"), b"", b"[]", b'{"keys": 7}', b"\xff", b"<html>"])
def test_a_provider_in_trouble_is_trusted_for_a_day(
    keys: KeySet, provider: Provider, clock: Clock, answer: Any
) -> None:
    keys.key("rsa-1")
    provider.answers = answer
    for _ in range(23):
        clock.seconds += 3_600
        assert keys.key("rsa-1") is not None
    assert provider.fetches == 23
    clock.seconds += 3_601
    with pytest.raises(IdentityUnavailable):
        keys.key("rsa-1")
    provider.answers = None
    clock.seconds += 60
    assert keys.key("rsa-1") is not None


def test_a_provider_that_was_never_reached_is_asked_once_a_minute(
    keys: KeySet, provider: Provider, clock: Clock
) -> None:
    provider.answers = OSError("away")
    for _ in range(10):
        with pytest.raises(IdentityUnavailable):
            keys.key("rsa-1")
    assert provider.fetches == 1
    provider.answers = None
    clock.seconds += 60
    assert keys.key("rsa-1") is not None


def test_only_keys_that_can_verify_for_us_are_taken() -> None:
    issuer = Issuer()
    issuer.add_rsa("good")
    issuer.add_rsa("stated", alg="RS256")
    issuer.add_rsa("encrypts", use="enc")
    issuer.add_rsa("other-algorithm", alg="RS512")
    issuer.add_rsa("small", bits=1024)
    issuer.add_ec("curve")
    issuer.add_ec("other-curve", curve=ec.SECP384R1())
    issuer.add_ec("lying-curve", curve=ec.SECP384R1(), crv="P-256")
    document = json.loads(issuer.document())
    document["keys"] += [
        {"kty": "oct", "kid": "shared", "k": "c2VjcmV0"},
        {"kty": "RSA", "kid": "half", "n": "AQAB"},
        {"kty": ["RSA"], "kid": "odd"},
        {**issuer.published["good"], "kid": 7},
        {**issuer.published["good"], "kid": ""},
        "not an object",
    ]
    assert set(read_keys(json.dumps(document).encode())) == {"good", "stated", "curve"}


def test_a_key_set_comes_over_http() -> None:
    with serving(an_issuer()) as issuer:
        assert set(read_keys(fetch_over_https(issuer.jwks_url))) == {"rsa-1", "ec-1"}


def test_whatever_goes_wrong_on_the_way_is_one_kind_of_error() -> None:
    with serving(an_issuer()) as issuer:
        issuer.broken = True
        with pytest.raises(OSError, match="503"):
            fetch_over_https(issuer.jwks_url)
        issuer.broken = False
        issuer.published["huge"] = {"kid": "x" * 70_000}
        with pytest.raises(OSError, match="bytes"):
            fetch_over_https(issuer.jwks_url)
    with unreachable_url() as url, pytest.raises(OSError, match="could not be fetched"):
        fetch_over_https(url)

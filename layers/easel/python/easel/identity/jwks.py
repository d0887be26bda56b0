"""The public keys (JWKS, RFC 7517) of an identity provider, cached per process and refetched at most once a minute."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from easel.errors import IdentityUnavailable

if TYPE_CHECKING:
    from jwt import PyJWK

Fetch = Callable[[str], bytes]
"""Fetches the document at a URL. Raises OSError when that fails."""

ALGORITHMS: Final = ("RS256", "ES256")

_MIN_REFETCH_SECONDS: Final = 60.0
"""Minimum time between two fetches: tokens with made-up `kid`s must not cause a request each."""
_FRESH_SECONDS: Final = 3_600.0
"""Maximum age before a refetch, so a withdrawn key is accepted for at most this long."""
_STALE_SECONDS: Final = 86_400.0
"""Maximum age while the provider cannot be reached."""
_MAX_BYTES: Final = 65_536
_CONNECT_SECONDS: Final = 1.0
_READ_SECONDS: Final = 2.0
_MIN_RSA_BITS: Final = 2_048


class KeySet:
    """The keys of one issuer by `kid`."""

    def __init__(self, url: str, fetch: Fetch, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._fetch = fetch
        self._monotonic = monotonic
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None

    def key(self, kid: str) -> PyJWK | None:
        """The key with this id; None when the issuer has no such key.

        Raises:
            IdentityUnavailable: no keys could be fetched, or the cached ones are too old.
        """
        if (kid not in self._keys or self._age() > _FRESH_SECONDS) and self._may_fetch():
            self._refresh()
        if self._age() > _STALE_SECONDS:
            raise IdentityUnavailable("The identity provider's keys cannot be fetched.")
        return self._keys.get(kid)

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._monotonic() - self._fetched_at

    def _may_fetch(self) -> bool:
        return self._tried_at is None or self._monotonic() - self._tried_at >= _MIN_REFETCH_SECONDS

    def _refresh(self) -> None:
        self._tried_at = self._monotonic()
        try:
            keys = read_keys(self._fetch(self._url))
        except (OSError, ValueError):
            # The cached keys stay in use; `key` checks their age.
            return
        self._keys, self._fetched_at = keys, self._tried_at


def read_keys(document: bytes) -> dict[str, PyJWK]:
    """The keys of a JWK set that can verify our tokens; others are skipped.

    Raises:
        ValueError: not a JWK set.
    """
    content = json.loads(document)
    if not isinstance(content, dict) or not isinstance(content.get("keys"), list):
        raise ValueError("a JWK set has a list of keys")  # noqa: TRY004 - the caller catches ValueError
    pairs = ((entry.get("kid"), _key_from(entry)) for entry in content["keys"] if isinstance(entry, dict))
    return {kid: key for kid, key in pairs if isinstance(kid, str) and kid and key is not None}


def _key_from(entry: dict[str, Any]) -> PyJWK | None:
    # Slow to import, and only needed for tokens.
    from jwt import PyJWK  # noqa: PLC0415 - see above
    from jwt.exceptions import PyJWTError  # noqa: PLC0415 - see above

    algorithm = {"RSA None": "RS256", "EC P-256": "ES256"}.get(f"{entry.get('kty')} {entry.get('crv')}")
    if algorithm is None or entry.get("alg", algorithm) != algorithm or entry.get("use", "sig") != "sig":
        return None
    public = {name: value for name, value in entry.items() if name not in {"d", "p", "q", "dp", "dq", "qi"}}
    try:
        key = PyJWK(public, algorithm)
    except (PyJWTError, ValueError, TypeError, KeyError):
        return None
    if algorithm == "RS256" and key.key.key_size < _MIN_RSA_BITS:
        return None
    return key


def fetch_over_https(url: str) -> bytes:
    """Fetch a small document: no redirects, no retries, short timeouts.

    Raises:
        OSError: the request failed, or the answer is too large to be a key set.
    """
    import urllib3  # noqa: PLC0415 - comes with botocore; only needed for tokens

    timeout = urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS)
    try:
        answer = urllib3.PoolManager(num_pools=1).request(
            "GET",
            url,
            timeout=timeout,
            retries=False,
            redirect=False,
            preload_content=False,
            headers={"Accept": "application/json"},
        )
        try:
            content = answer.read(_MAX_BYTES + 1)
        finally:
            answer.close()
    except urllib3.exceptions.HTTPError as error:
        raise OSError(f"The key set could not be fetched ({type(error).__name__}).") from error
    if answer.status != 200 or len(content) > _MAX_BYTES:  # noqa: PLR2004 - HTTP status OK
        raise OSError(f"The key set was answered with {answer.status} and {len(content)} bytes.")
    return bytes(content)

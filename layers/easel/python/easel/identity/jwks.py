"""The public keys of an identity provider (RFC 7517), kept in a warm process and renewed with restraint."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from easel.errors import IdentityUnavailable

if TYPE_CHECKING:
    from jwt import PyJWK

Fetch = Callable[[str], bytes]
"""Gets the document at an address. Raises OSError when it cannot."""

ALGORITHMS: Final = ("RS256", "ES256")

_PAUSE_SECONDS: Final = 60.0
"""Between two fetches, whatever brings them about: a stranger's made-up `kid` must not make us hammer the provider."""
_FRESH_SECONDS: Final = 3_600.0
"""How old keys may be before they are asked for again: how long a withdrawn key lives on."""
_STALE_SECONDS: Final = 86_400.0
"""How long keys may be used while the provider cannot be reached."""
_LARGEST_BYTES: Final = 65_536
_CONNECT_SECONDS: Final = 1.0
_READ_SECONDS: Final = 2.0
_SMALLEST_RSA_BITS: Final = 2_048


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
        """The key of this name; None when the issuer has no such key.

        Raises:
            IdentityUnavailable: there are no keys to look in, or none young enough to trust.
        """
        if (kid not in self._keys or self._age() > _FRESH_SECONDS) and self._may_try():
            self._renew()
        if self._age() > _STALE_SECONDS:
            raise IdentityUnavailable("The identity provider's keys cannot be fetched.")
        return self._keys.get(kid)

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._monotonic() - self._fetched_at

    def _may_try(self) -> bool:
        return self._tried_at is None or self._monotonic() - self._tried_at >= _PAUSE_SECONDS

    def _renew(self) -> None:
        self._tried_at = self._monotonic()
        try:
            found = read_keys(self._fetch(self._url))
        except (OSError, ValueError):
            # What we have goes on serving; `key` says when it no longer may.
            return
        self._keys, self._fetched_at = found, self._tried_at


def read_keys(document: bytes) -> dict[str, PyJWK]:
    """The keys of a JWK set that can verify a signature of ours; others are passed over.

    Raises:
        ValueError: not a JWK set.
    """
    content = json.loads(document)
    if not isinstance(content, dict) or not isinstance(content.get("keys"), list):
        raise ValueError("a JWK set has a list of keys")  # noqa: TRY004 - the caller sorts by value, not by type
    made = ((entry.get("kid"), _key_from(entry)) for entry in content["keys"] if isinstance(entry, dict))
    return {kid: key for kid, key in made if isinstance(kid, str) and kid and key is not None}


def _key_from(entry: dict[str, Any]) -> PyJWK | None:
    # Heavy, and only wanted by those who come with a token.
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
    if algorithm == "RS256" and key.key.key_size < _SMALLEST_RSA_BITS:
        return None
    return key


def fetch_over_https(url: str) -> bytes:
    """Get a small document. No redirects, no retries, little patience.

    Raises:
        OSError: it did not come, or is too large to be a key set.
    """
    import urllib3  # noqa: PLC0415 - at hand in every function, as botocore's own; only wanted for tokens

    patience = urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS)
    try:
        answer = urllib3.PoolManager(num_pools=1).request(
            "GET",
            url,
            timeout=patience,
            retries=False,
            redirect=False,
            preload_content=False,
            headers={"Accept": "application/json"},
        )
        try:
            content = answer.read(_LARGEST_BYTES + 1)
        finally:
            answer.close()
    except urllib3.exceptions.HTTPError as error:
        raise OSError(f"The key set did not come ({type(error).__name__}).") from error
    if answer.status != 200 or len(content) > _LARGEST_BYTES:  # noqa: PLR2004 - HTTP's word for success
        raise OSError(f"The key set was answered with {answer.status} and {len(content)} bytes.")
    return bytes(content)

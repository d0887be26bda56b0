"""An identity provider for tests: keys, a key set served on the loopback address, and tokens good and bad."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER: Final = "https://id.example.com/"
AUDIENCE: Final = "easel-app"
SUBJECT: Final = "c0ffee00-0000-4000-8000-000000000001"

_PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass
class Issuer:
    """Signs with the keys in `keys`; publishes those in `published`."""

    keys: dict[str, _PrivateKey] = field(default_factory=dict)
    published: dict[str, dict[str, Any]] = field(default_factory=dict)
    jwks_url: str = ""
    fetches: int = 0
    broken: bool = False

    def add_rsa(self, kid: str, *, bits: int = 2048, publish: bool = True, **changes: Any) -> None:
        """A further RSA key; `changes` are made to what is published of it."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        self._add(kid, key, RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), publish=publish, **changes)

    def add_ec(self, kid: str, *, curve: ec.EllipticCurve | None = None, publish: bool = True, **changes: Any) -> None:
        """A further elliptic curve key, on P-256 unless told otherwise."""
        key = ec.generate_private_key(curve or ec.SECP256R1())
        self._add(kid, key, ECAlgorithm.to_jwk(key.public_key(), as_dict=True), publish=publish, **changes)

    def _add(self, kid: str, key: _PrivateKey, public: dict[str, Any], *, publish: bool, **changes: Any) -> None:
        self.keys[kid] = key
        if publish:
            self.published[kid] = {**public, "kid": kid, "use": "sig", **changes}

    def document(self) -> bytes:
        return json.dumps({"keys": list(self.published.values())}).encode()

    def public_pem(self, kid: str) -> bytes:
        """What everybody may know of a key."""
        public = self.keys[kid].public_key()
        return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def token(self, kid: str = "rsa-1", *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token that is good unless `header` or `claims` make it bad. A claim that is None is left out."""
        key = self.keys[kid]
        algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
        return jwt.encode(payload(**claims), key, algorithm, headers={"kid": kid, **(header or {})})


def payload(**claims: Any) -> dict[str, Any]:
    """The claims of a good token, with changes."""
    now = int(time.time())
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": SUBJECT, "iat": now, "exp": now + 600}
    return {name: value for name, value in {**good, **claims}.items() if value is not None}


def an_issuer() -> Issuer:
    """One with an RSA and an elliptic curve key."""
    issuer = Issuer()
    issuer.add_rsa("rsa-1")
    issuer.add_ec("ec-1")
    return issuer


@contextmanager
def serving(issuer: Issuer) -> Iterator[Issuer]:
    """Serve its key set over HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.fetches += 1
            self.send_response(503 if issuer.broken else 200)
            self.end_headers()
            self.wfile.write(b"" if issuer.broken else issuer.document())

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    issuer.jwks_url = f"http://127.0.0.1:{server.server_address[1]}/keys"
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

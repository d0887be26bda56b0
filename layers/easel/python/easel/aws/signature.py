"""Signature version 4: who asks, and that nothing was changed on the way.

The format: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

ALGORITHM: Final = "AWS4-HMAC-SHA256"
_SUFFIXES: Final = {"cn": "amazonaws.com.cn"}
"""Domains of AWS's partitions by the first part of a region; `amazonaws.com` for the others."""


def domain(region: str) -> str:
    """The domain of AWS that a region belongs to."""
    return _SUFFIXES.get(region.partition("-")[0], "amazonaws.com")


@dataclass(frozen=True, slots=True)
class EnvironmentCredentials:
    """The credentials that Lambda gives a process for as long as it lives."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(repr=False)

    @classmethod
    def read(cls) -> EnvironmentCredentials | None:
        """Those of the environment, under the names of the AWS SDKs; None without."""
        access_key, secret_key = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
        if not access_key or not secret_key:
            return None
        return cls(access_key, secret_key, os.environ.get("AWS_SESSION_TOKEN") or None)

    def get_frozen_credentials(self) -> EnvironmentCredentials:
        """As botocore's credentials have it, which may be renewed meanwhile."""
        return self


@dataclass(frozen=True, slots=True)
class Scope:
    """What a signature is good for: one service in one region, at one time (`20261130T004400Z`)."""

    time: str
    region: str
    service: str

    def __str__(self) -> str:
        return f"{self.time[:8]}/{self.region}/{self.service}/aws4_request"

    def sign(self, canonical_request: str, secret_key: str) -> str:
        """The signature of a request in its canonical form."""
        digest = hashlib.sha256(canonical_request.encode()).hexdigest()
        to_sign = f"{ALGORITHM}\n{self.time}\n{self}\n{digest}"
        key = _signing_key(secret_key, self.time[:8], self.region, self.service)
        return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()


def authorization(
    scope: Scope, credentials: EnvironmentCredentials, host: str, headers: Mapping[str, str], body: bytes
) -> str:
    """The Authorization header of a POST to `/` that has these headers and this body."""
    signed = {"host": host} | {name.lower(): value.strip() for name, value in headers.items()}
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    signature = scope.sign(canonical, credentials.secret_key)
    return f"{ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"


@lru_cache(maxsize=8)
def _signing_key(secret_key: str, day: str, region: str, service: str) -> bytes:
    """The same for everything that is signed on one day."""
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key

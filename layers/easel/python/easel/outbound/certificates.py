"""The certificates that calls to other hosts trust."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def trusted_certificates(*, trust_env: bool = False) -> ssl.SSLContext:
    """One TLS context for all clients: making one reads every root certificate, which takes 15 ms.

    With `trust_env`, SSL_CERT_FILE and SSL_CERT_DIR of the environment name other ones.
    """
    return httpx.create_ssl_context(trust_env=trust_env)

"""Requests to any address, without a client of the API: by no proxy, with time for a function that has to start."""

from __future__ import annotations

from functools import partial
from typing import Final

import httpx

SECONDS: Final = 60
"""httpx waits for five, which a loaded machine takes to start a function."""

get: Final = partial(httpx.get, trust_env=False, timeout=SECONDS)
head: Final = partial(httpx.head, trust_env=False, timeout=SECONDS)
post: Final = partial(httpx.post, trust_env=False, timeout=SECONDS)

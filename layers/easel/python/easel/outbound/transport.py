"""The guarded calls of `guard.py` as a transport of httpx, for code that speaks HTTP through its client."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

import httpcore
import httpx

from easel.outbound.addresses import Address, Origin
from easel.outbound.deadline import Deadline
from easel.outbound.guard import TOO_LATE, UNREACHABLE, GuardedHttp, NotPublicError

ADDRESS: Final = "easel_address"
DEADLINE: Final = "easel_deadline"
"""Extensions of a request: where it goes, as `parse_address` read it, and until when."""


class GuardedTransport(httpx.BaseTransport):
    """Sends GET requests to public addresses, or to any address of a trusted origin.

    What it raises is httpx's, and NotPublicError.
    """

    def __init__(self, trusted: Collection[Origin] = (), http: GuardedHttp | None = None) -> None:
        self._trusted = trusted
        self._http = http or GuardedHttp()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        address: Address = request.extensions[ADDRESS]
        deadline: Deadline = request.extensions[DEADLINE]
        headers = [(name, value) for name, value in request.headers.items() if name != "host"]
        call = self._http.get(address, deadline, headers=headers, is_trusted=address.origin in self._trusted)
        with _as_httpx():
            response = call.__enter__()  # left when the stream is closed
        return httpx.Response(response.status, headers=response.headers, stream=_Stream(response, call))


class _Stream(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response, call: AbstractContextManager[httpcore.Response]) -> None:
        self._response = response
        self._call = call

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._call.__exit__(None, None, None)


@contextmanager
def _as_httpx() -> Iterator[None]:
    try:
        yield
    except NotPublicError:
        raise
    except TOO_LATE as error:
        raise httpx.ReadTimeout("late") from error
    except UNREACHABLE as error:
        raise httpx.ReadError("unreachable") from error

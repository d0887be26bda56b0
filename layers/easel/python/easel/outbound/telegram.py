"""Fetches files that people sent to our Telegram bot, by the guarded calls of `guard.py`.

Telegram's addresses carry the bot's token: it appears in no message, no error and no record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from easel.domain.media_types import sniff_media_type
from easel.domain.provider import ReferenceImage
from easel.errors import ImageRejected, ReferenceUnavailable
from easel.outbound.addresses import Address, origins, read_address
from easel.outbound.deadline import Deadline
from easel.outbound.guard import TOO_LATE, UNREACHABLE, GuardedHttp, NotPublicError
from easel.outbound.references import EXTENSIONS, MAX_REFERENCE_BYTES, TOTAL_SECONDS

_MAX_ANSWER_BYTES: Final = 64 * 1024
_PATH: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
_LONGEST_PATH: Final = 1_024
_HEADERS: Final = (("User-Agent", "easel/1"), ("Accept-Encoding", "identity"))

_UNKNOWN_FILE: Final = "Telegram does not know this file id, or no longer has the file."
_TOO_LARGE: Final = "The file is larger than Telegram lets bots fetch."
_REFUSED: Final = "Telegram refused the token of the bot."
_TOO_LATE: Final = "Telegram did not deliver the file in time."
_UNREACHABLE: Final = "The file could not be fetched from Telegram."


class TelegramFileFetcher:
    """`ports.references.TelegramFiles`. `token` is None while there is no bot; `trusted_origins` as for references."""

    def __init__(
        self,
        token: Callable[[], str | None],
        *,
        base_url: str,
        trusted_origins: Iterable[str] = (),
        http: GuardedHttp | None = None,
    ) -> None:
        self._token = token
        self._base = read_address(base_url)
        self._is_trusted = self._base.origin in origins(trusted_origins)
        self._http = http or GuardedHttp()

    def fetch(self, file_id: str) -> ReferenceImage:
        """The picture with this file id.

        Raises:
            ReferenceUnavailable: no bot, or Telegram does not deliver the file; the message says which.
            ImageRejected: the file is too large or neither PNG, JPEG nor WebP.
            SecretUnavailable: the token cannot be read now.
        """
        token = self._token()
        if not token:
            raise ReferenceUnavailable("There is no Telegram bot to fetch the file with.")
        bot, deadline = f"bot{quote(token, safe=':')}", Deadline(TOTAL_SECONDS)
        status, answer = self._get(f"{bot}/getFile?file_id={quote(file_id, safe='')}", deadline, _MAX_ANSWER_BYTES)
        path = _file_path(status, answer)
        status, data = self._get(f"file/{bot}/{path}", deadline, MAX_REFERENCE_BYTES)
        if status != HTTPStatus.OK:
            raise ReferenceUnavailable(_UNKNOWN_FILE)
        media_type = sniff_media_type(data)
        if media_type is None:
            raise ImageRejected("The Telegram file is not a PNG, JPEG or WebP picture.")
        return ReferenceImage(data, media_type, f"reference.{EXTENSIONS[media_type]}")

    def _get(self, target: str, deadline: Deadline, most: int) -> tuple[int, bytes]:
        address: Address = replace(self._base, target=f"{self._base.target.rstrip('/')}/{target}")
        try:
            with self._http.get(address, deadline, headers=_HEADERS, is_trusted=self._is_trusted) as response:
                received = bytearray()
                for chunk in response.iter_stream():
                    received += chunk
                    if len(received) > most:
                        raise ImageRejected(f"The Telegram file is larger than {most // (1024 * 1024)} MB.")
                    if deadline.remaining <= 0:
                        raise ReferenceUnavailable(_TOO_LATE)
                return response.status, bytes(received)
        except TOO_LATE:
            raise ReferenceUnavailable(_TOO_LATE) from None
        except (NotPublicError, *UNREACHABLE):
            # Without its cause: errors of HTTP libraries may quote the address.
            raise ReferenceUnavailable(_UNREACHABLE) from None


def _file_path(status: int, answer: bytes) -> str:
    """The path in an answer to getFile, checked: it becomes part of an address. Raises ReferenceUnavailable."""
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
        raise ReferenceUnavailable(_REFUSED)
    try:
        body: Any = json.loads(answer)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise ReferenceUnavailable(_UNREACHABLE)
    if status != HTTPStatus.OK:
        is_too_large = "too big" in str(body.get("description", ""))
        if status == HTTPStatus.BAD_REQUEST:
            raise ReferenceUnavailable(_TOO_LARGE if is_too_large else _UNKNOWN_FILE)
        raise ReferenceUnavailable(f"Telegram answered with HTTP status {status} instead of the file.")
    result = body.get("result")
    path = result.get("file_path") if isinstance(result, dict) else None
    if not isinstance(path, str) or len(path) > _LONGEST_PATH or not _PATH.fullmatch(path):
        raise ReferenceUnavailable(_UNKNOWN_FILE)
    return path

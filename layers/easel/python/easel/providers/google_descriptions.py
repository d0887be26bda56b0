"""Google, Gemini API: what a picture shows, said by a model that sees pictures (`generateContent`, answered in words).

The answer is JSON by a schema of the request, but a model may still answer anything: what is not as asked counts as
no description.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import httpx

from easel.domain.picture_analysis import PictureText, tidy_text
from easel.outbound.deadline import Deadline
from easel.providers.encoding import usable_key
from easel.providers.google import DEFAULT_BASE_URL, api_address
from easel.providers.google_errors import is_error, refusal, unreadable
from easel.providers.google_json import field_of, items_of, parse_answer, text_of
from easel.providers.vendor_http import Effect, Timeouts, VendorHttp

DEFAULT_MODEL: Final = "gemini-flash-latest"
"""The vendor's own name for its newest quick model."""

_TIMEOUTS: Final = Timeouts(read=15.0)
_SECONDS: Final = 18.0
_ORDER: Final = (
    "Describe this picture for somebody who cannot see it, in one sentence of at most 120 characters that does not "
    "begin with 'image of' or 'picture of'. Give three to eight single words to find it by, in lower case."
)
_FORM: Final[dict[str, Any]] = {
    "type": "OBJECT",
    "properties": {"alt": {"type": "STRING"}, "tags": {"type": "ARRAY", "items": {"type": "STRING"}}},
    "required": ["alt", "tags"],
}


class GoogleDescriber:
    """`ports.picture_analysis.PictureDescriber`. `base_url` is as that of the adapter `google.Google`."""

    def __init__(
        self,
        *,
        api_key: Callable[[], str],
        base_url: str = DEFAULT_BASE_URL,
        model: str = DEFAULT_MODEL,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._api = api_address(base_url)
        self._api_key = api_key
        self._model = model
        self._http = VendorHttp.to("google", self._api, transport)

    def describe(self, data: bytes, media_type: str) -> PictureText | None:
        """What a picture shows. Safe to repeat: it makes nothing that lasts. Raises ProviderError."""
        answer = self._http.call(
            "POST",
            f"{self._api}/models/{quote(self._model, safe='')}:generateContent",
            content=json.dumps(_request(data, media_type), separators=(",", ":")).encode(),
            headers={
                "x-goog-api-key": usable_key(self._http, self._api_key()),
                "Content-Type": "application/json",
            },
            effect=Effect.REPEATABLE,
            deadline=Deadline(_SECONDS),
            timeouts=_TIMEOUTS,
        )
        body = parse_answer(answer.body)
        if answer.status != HTTPStatus.OK or is_error(body):
            raise refusal(self._http, answer, Effect.REPEATABLE)
        if body is None:
            raise unreadable(self._http, Effect.REPEATABLE)
        return _read(body)


def _request(data: bytes, media_type: str) -> dict[str, Any]:
    picture = {"inlineData": {"mimeType": media_type, "data": base64.b64encode(data).decode()}}
    return {
        "contents": [{"role": "user", "parts": [{"text": _ORDER}, picture]}],
        "generationConfig": {"responseMimeType": "application/json", "responseSchema": _FORM},
    }


def _read(body: Any) -> PictureText | None:
    contents = [field_of(candidate, "content") for candidate in items_of(body, "candidates")]
    parts = [part for content in contents for part in items_of(content, "parts")]
    try:
        said = json.loads("".join(text_of(part, "text") for part in parts))
    except ValueError:
        return None
    alt, tags = field_of(said, "alt"), field_of(said, "tags")
    if not isinstance(alt, str) or not isinstance(tags, list):
        return None
    return tidy_text(alt, tuple(tag for tag in tags if isinstance(tag, str)))

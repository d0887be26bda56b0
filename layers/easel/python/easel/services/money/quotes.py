"""What a request would cost, computed as the charge is, and quotes that bind the charge for a while."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from easel.clock import Clock
from easel.domain.price import Price, PriceUnit
from easel.errors import InvalidRequest, QuoteExpired
from easel.services.money.appraise import Appraisal

QUOTE_LIFETIME: Final = timedelta(minutes=15)

_VERSION: Final = 1
_LONGEST_ID: Final = 1024
_FIELD: Final = "quoteId"


@dataclass(frozen=True, slots=True)
class Quote:
    """A price that holds until `expires_at`, when `id` comes with the request."""

    id: str
    appraisal: Appraisal
    expires_at: datetime


class QuoteSigner:
    """Makes and reads quote ids: the whole quote, signed, so that nothing has to be stored.

    `base64url(json).base64url(hmac-sha256)`; the key is asked for only when there is a quote to sign or to check.
    """

    def __init__(self, key: Callable[[], bytes], clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def sign(self, workspace_id: str, appraisal: Appraisal) -> Quote:
        """The quote for this workspace, from now on."""
        expires_at = (self._clock() + QUOTE_LIFETIME).replace(microsecond=0)
        price = appraisal.price
        said = {
            "v": _VERSION,
            "w": workspace_id,
            "f": appraisal.fingerprint(),
            "p": [price.version, price.plan, price.unit.value, price.total, price.images],
            "e": int(expires_at.timestamp()),
        }
        payload = json.dumps(said, separators=(",", ":")).encode("utf-8")
        return Quote(f"{_encode(payload)}.{_encode(self._signature(payload))}", appraisal, expires_at)

    def read(self, quote_id: str, workspace_id: str, appraisal: Appraisal) -> Price:
        """The price that was quoted for this very request.

        Raises:
            InvalidRequest: not a quote of ours, of another workspace, or for another request.
            QuoteExpired: it has run out.
        """
        said = self._said(quote_id)
        # A foreign quote reads the same as one that we never made.
        if said.get("v") != _VERSION or said.get("w") != workspace_id:
            raise InvalidRequest.of(_FIELD, "This is not a quote that was made for this workspace.")
        if said["f"] != appraisal.fingerprint():
            facts = "model, n, size, aspectRatio, resolution and quality"
            message = f"This quote was made for another request: {facts} must agree."
            raise InvalidRequest.of(_FIELD, message)
        expires_at = datetime.fromtimestamp(said["e"], UTC)
        if self._clock() >= expires_at:
            raise QuoteExpired.of(_FIELD, "This quote has expired; ask for a new one.")
        version, plan, unit, total, images = said["p"]
        return Price(version, plan, PriceUnit(unit), total, images)

    def _said(self, quote_id: str) -> dict[str, Any]:
        try:
            payload, signature = (_decode(part) for part in quote_id[:_LONGEST_ID].split("."))
            genuine = hmac.compare_digest(signature, self._signature(payload))
            said: dict[str, Any] = json.loads(payload) if genuine else {}
        except (ValueError, binascii.Error):
            return {}
        return said

    def _signature(self, payload: bytes) -> bytes:
        return hmac.digest(self._key(), b"easel-quote:" + payload, hashlib.sha256)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    # Base64 has several spellings for some bytes; only the one that we write counts.
    if _encode(data) != text:
        raise ValueError("not our spelling")
    return data

"""Signed quotes that bind the charge until they expire."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.price import Price, PriceUnit
from easel.errors import InvalidRequest, QuoteExpired
from easel.services.money.appraise import Appraisal
from easel.signing import ExpiredToken, ForgedToken, Keys, Signer

QUOTE_LIFETIME: Final = timedelta(minutes=15)

_FIELD: Final = "quoteId"


@dataclass(frozen=True, slots=True)
class Quote:
    """A price that is binding until `expires_at`, for a request with `id`."""

    id: str
    appraisal: Appraisal
    expires_at: datetime


class QuoteSigner:
    """Creates and verifies quote ids: the signed quote itself, so that nothing is stored."""

    def __init__(self, keys: Keys, clock: Clock) -> None:
        self._signer = Signer("quote", keys, clock)
        self._clock = clock

    def sign(self, workspace_id: str, appraisal: Appraisal) -> Quote:
        """Create a quote for this workspace, valid from now."""
        expires_at = (self._clock() + QUOTE_LIFETIME).replace(microsecond=0)
        price = appraisal.price
        facts = [price.version, price.plan, price.unit.value, price.total, price.images]
        payload = json.dumps({"f": appraisal.fingerprint(), "p": facts}, separators=(",", ":")).encode("utf-8")
        return Quote(self._signer.sign(payload, workspace_id, expires_at=expires_at), appraisal, expires_at)

    def read(self, quote_id: str, workspace_id: str, appraisal: Appraisal) -> Price:
        """The price that was quoted for this request.

        Raises:
            InvalidRequest: not our quote, or of another workspace or request.
            QuoteExpired: it has expired.
        """
        try:
            quoted = json.loads(self._signer.verify(quote_id, workspace_id))
        except ExpiredToken:
            raise QuoteExpired.of(_FIELD, "This quote has expired; ask for a new one.") from None
        except ForgedToken:
            message = "This is not a quote that was made for this workspace."
            raise InvalidRequest.of(_FIELD, message) from None
        if quoted["f"] != appraisal.fingerprint():
            facts = "model, n, size, aspectRatio, resolution and quality"
            message = f"This quote was made for another request: {facts} must agree."
            raise InvalidRequest.of(_FIELD, message)
        version, plan, unit, total, images = quoted["p"]
        return Price(version, plan, PriceUnit(unit), total, images)

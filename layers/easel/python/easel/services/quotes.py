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
from typing import TYPE_CHECKING, Any, Final

from easel.clock import Clock
from easel.domain.catalogue import Candidate, Catalogue, Model, validate_parameters
from easel.domain.generation import Fallback, ImageParameters, Routing
from easel.domain.plans import plan_of
from easel.domain.price import Price, PriceUnit
from easel.domain.pricing import PriceBook
from easel.domain.routing import in_order
from easel.errors import InvalidRequest, QuoteExpired
from easel.services.compose_prompts import FindTemplate, built_in_alone, composed, filled_in
from easel.services.principal import Principal

if TYPE_CHECKING:
    from easel.domain.prompts import Composition
    from easel.services.submit_generation import NewGeneration

QUOTE_LIFETIME: Final = timedelta(minutes=15)

_VERSION: Final = 1
_LONGEST_ID: Final = 1024
_FIELD: Final = "quoteId"


@dataclass(frozen=True, slots=True)
class Appraisal:
    """A request as the catalogue and the price book see it; `candidate` is the first that may serve it."""

    model: Model
    candidate: Candidate
    parameters: ImageParameters
    price: Price
    composition: Composition | None = None
    """The prompts, where a template makes them."""

    def fingerprint(self) -> str:
        """Tells requests apart that differ in what a price depends on. The prompt is not among it."""
        asked = self.parameters
        quality = asked.quality or self.model.default_quality
        facts = [self.model.id, self.price.images, str(asked.size), asked.aspect_ratio, asked.resolution, quality]
        return hashlib.sha256(json.dumps(facts).encode("utf-8")).hexdigest()[:32]


class Appraise:
    """Checks and prices a request: the one computation behind quote and charge."""

    def __init__(
        self, *, catalogue: Catalogue, prices: PriceBook, find_template: FindTemplate = built_in_alone
    ) -> None:
        self._catalogue = catalogue
        self._prices = prices
        self._find_template = find_template

    def __call__(self, principal: Principal, request: NewGeneration) -> Appraisal:
        """Raises InvalidRequest: something that the model does not do or the template does not take."""
        model = self._catalogue.find(request.model)
        composition = composed(principal.workspace_id, request, model, self._find_template)
        if composition:
            request = filled_in(request, composition, model)
        count = 1 if request.n is None else request.n
        parameters = validate_parameters(
            model,
            prompt=request.prompt,
            count=count,
            size=request.size,
            aspect_ratio=request.aspect_ratio,
            resolution=request.resolution,
            output_format=request.output_format,
            quality=request.quality,
            style=request.style,
            background=request.background,
            size_policy=request.size_policy,
            watermark=request.watermark,
            references=request.references,
        )
        plan = plan_of(principal.plan)
        price = self._prices.price(
            plan=plan.prices,
            model_id=model.id,
            parameters=parameters,
            images=count,
            quality=parameters.quality or model.default_quality,
        )
        return Appraisal(
            model, self._first(model, request.routing, len(request.references)), parameters, price, composition
        )

    def _first(self, model: Model, asked: Routing, references: int) -> Candidate:
        """Whom the request would ask first, were all providers well."""
        reach = Fallback.EQUIVALENT if asked.fallback is Fallback.EQUIVALENT else Fallback.SAME_MODEL
        candidates = self._catalogue.candidates(model, reach, references)
        providers = list(dict.fromkeys(candidate.provider for candidate in candidates))
        if asked.provider is not None and asked.provider not in providers:
            message = f"{asked.provider[:40]!r} does not serve {model.id}."
            raise InvalidRequest.of("provider", message, providers)
        return in_order(candidates, [asked.provider] if asked.provider else [])[0]


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


class QuoteGeneration:
    """Says what a request would cost at most. Nothing is written."""

    def __init__(self, *, appraise: Appraise, signer: QuoteSigner) -> None:
        self._appraise = appraise
        self._signer = signer

    def __call__(self, principal: Principal, request: NewGeneration) -> Quote:
        """Raises InvalidRequest: something that the model does not do or the template does not take."""
        return self._signer.sign(principal.workspace_id, self._appraise(principal, request))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    # Base64 has several spellings for some bytes; only the one that we write counts.
    if _encode(data) != text:
        raise ValueError("not our spelling")
    return data

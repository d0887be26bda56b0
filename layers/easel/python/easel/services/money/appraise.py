"""Validate and price a request: the one computation behind quote and charge."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from easel.domain.catalogue import Candidate, Catalogue, Model, validate_parameters
from easel.domain.plans import plan_of
from easel.domain.price import Price
from easel.domain.pricing import PriceBook
from easel.domain.request import Fallback, ImageParameters, Routing
from easel.domain.routing import in_order
from easel.errors import InvalidRequest
from easel.services.accounts.principal import Principal
from easel.services.prompt_templates.compose_prompts import FindTemplate, built_in_alone, composed, filled_in

if TYPE_CHECKING:
    from easel.domain.prompt_templates import Composition
    from easel.services.generations.submit_generation import NewGeneration


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

"""Validate and price a request: the one computation behind quote and charge."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from easel.domain.catalogue import Candidate, Catalogue, Model, request_fingerprint, validate_parameters
from easel.domain.limits import check_request
from easel.domain.plans import plan_of
from easel.domain.price import Price
from easel.domain.pricing import PriceBook
from easel.domain.reference import ReferenceNeeds, needs_of
from easel.domain.request import Fallback, ImageParameters, ImageRequest, Routing
from easel.domain.routing import in_order
from easel.errors import InvalidRequest
from easel.services.accounts.principal import Principal
from easel.services.prompt_templates.compose_prompts import FindTemplate, built_in_alone, composed, filled_in

if TYPE_CHECKING:
    from easel.domain.prompt_templates import Composition


AddressFault = Callable[[str], str | None]
"""What is wrong with the address of a reference picture, as the rest of a sentence; None when it would be fetched."""


@dataclass(frozen=True, slots=True)
class Appraisal:
    """A validated and priced request; `candidate` is the first that may serve it."""

    model: Model
    candidate: Candidate
    parameters: ImageParameters
    price: Price
    composition: Composition | None = None
    """The prompts of a template, if the request uses one."""

    def fingerprint(self) -> str:
        """Equal for requests with the same price-relevant parameters. The prompt is not one."""
        size, *form = self.parameters.measures
        quality = self.parameters.quality or self.model.default_quality
        facts = [self.model.id, self.price.images, str(size), *form, quality]
        return hashlib.sha256(json.dumps(facts).encode("utf-8")).hexdigest()[:32]


class Appraise:
    """Checks and prices a request: the one computation behind quote and charge."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        prices: PriceBook,
        address_fault: AddressFault,
        find_template: FindTemplate = built_in_alone,
    ) -> None:
        self._catalogue = catalogue
        self._prices = prices
        self._address_fault = address_fault
        self._find_template = find_template

    def __call__(self, principal: Principal, request: ImageRequest) -> Appraisal:
        """Raises InvalidRequest: invalid for the model or the template, or too long to be stored."""
        model = self._catalogue.find(request.model)
        self._check_references(request)
        composition = composed(principal.workspace_id, request, model, self._find_template)
        if composition:
            request = filled_in(request, composition, model)
        parameters = validate_parameters(model, request, self._catalogue.takers)
        check_request(request)
        plan = plan_of(principal.plan)
        price = self._prices.price(
            plan=plan.prices,
            model_id=model.id,
            parameters=parameters,
            images=request.count,
            quality=parameters.quality or model.default_quality,
        )
        return Appraisal(
            model, self._first(model, request.routing, needs_of(request.references)), parameters, price, composition
        )

    def fingerprint(self, request: ImageRequest) -> str:
        """Equal for requests with the same meaning. Raises InvalidRequest: unknown model or invalid parameter."""
        return request_fingerprint(self._catalogue.find(request.model), request)

    def _check_references(self, request: ImageRequest) -> None:
        """Refuse what a worker would not fetch, by the parser that it fetches with. Doors may have done so before."""
        for index, reference in enumerate(request.references):
            field = request.reference_field(index)
            if reference.url is not None and (fault := self._address_fault(reference.url)):
                raise InvalidRequest.of(field, f"{field} {fault}.", {"schemes": ["https"]})

    def _first(self, model: Model, asked: Routing, needs: ReferenceNeeds) -> Candidate:
        """The first candidate if all providers were healthy."""
        reach = Fallback.EQUIVALENT if asked.fallback is Fallback.EQUIVALENT else Fallback.SAME_MODEL
        candidates = self._catalogue.candidates(model, reach, needs)
        providers = list(dict.fromkeys(candidate.provider for candidate in candidates))
        if asked.provider is not None and asked.provider not in providers:
            message = f"{asked.provider[:40]!r} does not serve {model.id}."
            raise InvalidRequest.of("provider", message, providers)
        return in_order(candidates, [asked.provider] if asked.provider else [])[0]

"""Quote a request: the price that a submit would hold. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable

from easel.domain.request import ImageRequest
from easel.services.accounts.principal import Principal
from easel.services.money.appraise import Appraise
from easel.services.money.quotes import Quote, QuoteSigner

CheckReferences = Callable[[Principal, ImageRequest], None]
"""Whether a submit would take every reference: `services.references.resolve_references.ResolveReferences.check`."""


class QuoteGeneration:
    """Quotes the maximum price of a request that would be accepted now. Nothing is written."""

    def __init__(self, *, appraise: Appraise, check_references: CheckReferences, signer: QuoteSigner) -> None:
        self._appraise = appraise
        self._check_references = check_references
        self._signer = signer

    def __call__(self, principal: Principal, request: ImageRequest) -> Quote:
        """Quote.

        Raises:
            InvalidRequest: invalid for the model or the template, or a reference that can never be used.
            UnknownReference, ReferenceNotReady: as the submit would.
        """
        appraisal = self._appraise(principal, request)
        if request.references:
            self._check_references(principal, request)
        return self._signer.sign(principal.workspace_id, appraisal)

"""Quote a request: the price that a submit would hold. Nothing is written."""

from __future__ import annotations

from easel.domain.request import ImageRequest
from easel.services.accounts.principal import Principal
from easel.services.money.appraise import Appraise
from easel.services.money.quotes import Quote, QuoteSigner


class QuoteGeneration:
    """Quotes the maximum price of a request. Nothing is written."""

    def __init__(self, *, appraise: Appraise, signer: QuoteSigner) -> None:
        self._appraise = appraise
        self._signer = signer

    def __call__(self, principal: Principal, request: ImageRequest) -> Quote:
        """Raises InvalidRequest: invalid for the model or the template."""
        return self._signer.sign(principal.workspace_id, self._appraise(principal, request))

"""Quote a request: the price that a submit would hold. Nothing is written."""

from __future__ import annotations

from easel.domain.request import ImageRequest
from easel.services.accounts.principal import Principal
from easel.services.money.appraise import Appraise
from easel.services.money.quotes import Quote, QuoteSigner


class QuoteGeneration:
    """Says what a request would cost at most. Nothing is written."""

    def __init__(self, *, appraise: Appraise, signer: QuoteSigner) -> None:
        self._appraise = appraise
        self._signer = signer

    def __call__(self, principal: Principal, request: ImageRequest) -> Quote:
        """Raises InvalidRequest: something that the model does not do or the template does not take."""
        return self._signer.sign(principal.workspace_id, self._appraise(principal, request))

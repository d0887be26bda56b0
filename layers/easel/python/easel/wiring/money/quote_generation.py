"""Quotes of requests with their references."""

from easel.services.money.quote_generation import QuoteGeneration
from easel.wiring.env import PublicAddress
from easel.wiring.money.quotes import QuoteEnv, appraise, quote_signer
from easel.wiring.references.resolve_references import ResolveEnv, resolve_references


class QuoteReferencesEnv(QuoteEnv, ResolveEnv, PublicAddress):
    """Environment of whatever quotes requests with their references."""


def quote_generation(env: QuoteReferencesEnv) -> QuoteGeneration:
    """Quote the price of a request that a submit would take."""
    check = resolve_references(env).check
    return QuoteGeneration(appraise=appraise(env), check_references=check, signer=quote_signer(env))

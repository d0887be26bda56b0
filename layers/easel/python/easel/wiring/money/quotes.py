"""Prices of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from easel.clock import system_clock
from easel.domain.catalogue import load_catalogue
from easel.domain.pricing import load_price_book
from easel.outbound.addresses import find_fault
from easel.services.money.appraise import Appraise
from easel.services.money.quote_generation import QuoteGeneration
from easel.services.money.quotes import QuoteSigner
from easel.wiring.env import CoreTable, SigningKey, TrustedReferences
from easel.wiring.secrets import signing_keys

if TYPE_CHECKING:
    from easel.domain.prompt_templates import TemplateSet


class QuoteEnv(CoreTable, SigningKey, TrustedReferences):
    """Environment of whatever prices requests."""


def appraise(env: QuoteEnv) -> Appraise:
    """Validate and price a request."""

    def find_template(workspace_id: str, template_id: str, version: int | None) -> TemplateSet | None:
        from easel.wiring.prompt_templates import read_prompt_templates  # noqa: PLC0415 - slow to load, rarely needed

        return read_prompt_templates(env).find(workspace_id, template_id, version)

    return Appraise(
        catalogue=load_catalogue(),
        prices=load_price_book(),
        address_fault=find_fault(env.REFERENCE_TRUSTED_ORIGINS),
        find_template=find_template,
    )


def quote_signer(env: SigningKey) -> QuoteSigner:
    """Signs and reads quote ids. The key is read when the first quote is."""
    return QuoteSigner(signing_keys(env), system_clock)


def quote_numbers(env: QuoteEnv) -> QuoteGeneration:
    """Quote the price of a request that says how many references there will be, but not which."""
    return QuoteGeneration(appraise=appraise(env), check_references=lambda _, __: None, signer=quote_signer(env))

"""Use cases behind the API that are about images."""
# ruff: noqa: PLC0415 - what a factory needs is imported when it is first called; see __init__.py

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from easel.bootstrap.aws import aws_client, dynamodb, s3, secret
from easel.bootstrap.parts import (
    appraise,
    callback_signer,
    close_generation,
    generation_queue,
    open_account,
    quote_signer,
    workflow,
)
from easel.bootstrap.people import ensure_user
from easel.bootstrap.vendors import provider_settings
from easel.clock import system_clock

if TYPE_CHECKING:
    from easel.bootstrap.environments import (
        CallbackEnv,
        CancelEnv,
        CoreTable,
        LinksEnv,
        QuoteEnv,
        SigningEnv,
        SubmitEnv,
    )
    from easel.http.pagination import CursorSigner
    from easel.services.generations.cancel_generation import CancelGeneration
    from easel.services.generations.read_generations import ReadGenerations
    from easel.services.generations.submit_generation import SubmitGeneration
    from easel.services.images.links import LinkMaker
    from easel.services.images.read_images import ReadImages
    from easel.services.images.receive_callback import ReceiveCallback
    from easel.services.money.quote_generation import QuoteGeneration
    from easel.services.prompt_templates.manage_prompt_templates import ManagePromptTemplates


def submit_generation(env: SubmitEnv) -> SubmitGeneration:
    """The one way in."""
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.generations.generations import DynamoGenerations
    from easel.repositories.generations.idempotency import DynamoIdempotencyClaims
    from easel.repositories.money.budgets import DynamoBudgets
    from easel.repositories.money.ledger import DynamoLedger
    from easel.repositories.money.usage import DynamoUsageCounters
    from easel.services.accounts.ensure_user import EnsureAccount
    from easel.services.generations.submit_generation import SubmitGeneration

    return SubmitGeneration(
        appraise=appraise(env),
        quotes=quote_signer(env),
        usage=DynamoUsageCounters(dynamodb(), env.CORE_TABLE_NAME),
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        budgets=DynamoBudgets(dynamodb(), env.LEDGER_TABLE_NAME),
        open_account=EnsureAccount(ensure_user=ensure_user(env), open_account=open_account(env)),
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        claims=DynamoIdempotencyClaims(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        queue=generation_queue(env),
        clock=system_clock,
    )


def quote_generation(env: QuoteEnv) -> QuoteGeneration:
    """What a request would cost."""
    from easel.services.money.quote_generation import QuoteGeneration

    return QuoteGeneration(appraise=appraise(env), signer=quote_signer(env))


def manage_prompt_templates(env: CoreTable) -> ManagePromptTemplates:
    """A workspace's own prompt templates."""
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.prompt_templates import DynamoPromptTemplates
    from easel.services.prompt_templates.manage_prompt_templates import ManagePromptTemplates

    return ManagePromptTemplates(
        templates=DynamoPromptTemplates(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )


def read_generations(env: CoreTable) -> ReadGenerations:
    """Status and lists."""
    from easel.repositories.generations.generations import DynamoGenerations
    from easel.services.generations.read_generations import ReadGenerations

    return ReadGenerations(generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME))


def read_images(env: CoreTable) -> ReadImages:
    """Single pictures."""
    from easel.repositories.generations.generations import DynamoGenerations
    from easel.repositories.images.gallery import DynamoGallery
    from easel.services.images.read_images import ReadImages

    return ReadImages(
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        gallery=DynamoGallery(dynamodb(), env.CORE_TABLE_NAME),
    )


def cancel_generation(env: CancelEnv) -> CancelGeneration:
    """The caller's end of a generation."""
    from easel.services.generations.cancel_generation import CancelGeneration

    return CancelGeneration(close=close_generation(env), workflow=workflow(env))


def links(env: LinksEnv) -> LinkMaker:
    """Links to pictures."""
    from easel.services.images.links import LinkMaker
    from easel.storage.s3 import S3ImageStore

    return LinkMaker(
        store=S3ImageStore(s3(), env.IMAGES_BUCKET_NAME),
        public_base_url=env.PUBLIC_BASE_URL,
        clock=system_clock,
    )


@cache
def receive_callback(env: CallbackEnv) -> ReceiveCallback:
    """Take a vendor's callback; one per process, because adapters are made once."""
    from easel.observability import count
    from easel.providers.registry import Providers
    from easel.services.images.receive_callback import ReceiveCallback
    from easel.workflow.queues import SqsImageQueue

    providers = provider_settings(env.PROVIDER_SETTINGS)

    def note(provider: str, outcome: str) -> None:
        # The name comes from whoever calls, and each that is counted is billed.
        count("CallbacksReceived", provider=provider if provider in providers else "unknown", outcome=outcome)

    return ReceiveCallback(
        signer=callback_signer(env),
        providers=Providers(providers).get,
        queue=SqsImageQueue(
            aws_client("sqs"), render_queue_urls={}, collect_queue_urls=json.loads(env.COLLECT_QUEUE_URLS)
        ),
        note=note,
    )


def cursor_signer(env: SigningEnv) -> CursorSigner:
    """Signs and reads page cursors. The key is read when the first cursor is."""
    from easel.http.pagination import CursorSigner

    return CursorSigner(lambda: secret(env.SIGNING_SECRET_ARN).encode("utf-8"))

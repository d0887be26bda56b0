"""What several factories are made of."""
# ruff: noqa: PLC0415 - what a factory needs is imported when it is first called; see __init__.py

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from easel.bootstrap.aws import aws_client, dynamodb, secret
from easel.clock import system_clock

if TYPE_CHECKING:
    from easel.bootstrap.environments import (
        AccountEnv,
        CoreTable,
        HealthEnv,
        MoneyEnv,
        QueueEnv,
        RoutingEnv,
        SettleEnv,
        SigningEnv,
        WorkflowEnv,
    )
    from easel.domain.events import Event
    from easel.domain.prompt_templates import TemplateSet
    from easel.repositories.catalogue.circuits import DynamoProviderHealth
    from easel.services.accounts.open_account import OpenAccount
    from easel.services.accounts.standing import Standing
    from easel.services.catalogue.choose_provider import ProviderRouting
    from easel.services.generations.close_generation import CloseGeneration
    from easel.services.generations.settle_generation import SettleGeneration
    from easel.services.images.callback_tickets import CallbackSigner
    from easel.services.money.appraise import Appraise
    from easel.services.money.expire_grants import ExpireGrants
    from easel.services.money.quotes import QuoteSigner
    from easel.services.ports.providers import ModelLatencies
    from easel.services.prompt_templates.read_prompt_templates import ReadPromptTemplates
    from easel.workflow.step_functions import StepFunctionsWorkflow


def open_account(env: AccountEnv) -> OpenAccount:
    """Gives a workspace its wallet when it is first seen."""
    from datetime import timedelta

    from easel.domain.credits import MILLI
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.money.ledger import DynamoLedger
    from easel.services.accounts.open_account import OpenAccount, TrialOffer

    return OpenAccount(
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        trial=TrialOffer(env.TRIAL_CREDITS * MILLI, timedelta(days=env.TRIAL_DAYS)),
        clock=system_clock,
    )


def standing(env: CoreTable) -> Standing:
    """Re-checks the caller inside transactions."""
    from easel.repositories.accounts.api_keys import DynamoApiKeys
    from easel.repositories.accounts.workspaces import DynamoWorkspaces
    from easel.services.accounts.standing import Standing

    return Standing(
        api_keys=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        clock=system_clock,
    )


def provider_health(env: HealthEnv) -> DynamoProviderHealth:
    """What is held against providers."""
    from easel.repositories.catalogue.circuits import DynamoProviderHealth

    return DynamoProviderHealth(dynamodb(), env.EPHEMERAL_TABLE_NAME)


def model_latencies(env: HealthEnv) -> ModelLatencies:
    """How long callers lately waited for the images of a model."""
    from easel.repositories.catalogue.latencies import DynamoLatencies

    return DynamoLatencies(dynamodb(), env.EPHEMERAL_TABLE_NAME)


def expire_grants(env: MoneyEnv) -> ExpireGrants:
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.money.ledger import DynamoLedger
    from easel.services.money.expire_grants import ExpireGrants

    return ExpireGrants(
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )


def appraise(env: CoreTable) -> Appraise:
    from easel.domain.catalogue import load_catalogue
    from easel.domain.pricing import load_price_book
    from easel.services.money.appraise import Appraise

    def find_template(workspace_id: str, template_id: str, version: int | None) -> TemplateSet | None:
        return read_prompt_templates(env).find(workspace_id, template_id, version)

    return Appraise(catalogue=load_catalogue(), prices=load_price_book(), find_template=find_template)


def quote_signer(env: SigningEnv) -> QuoteSigner:
    from easel.services.money.quotes import QuoteSigner

    return QuoteSigner(lambda: secret(env.SIGNING_SECRET_ARN).encode("utf-8"), system_clock)


def callback_signer(env: SigningEnv) -> CallbackSigner:
    from easel.services.images.callback_tickets import CallbackSigner

    return CallbackSigner(lambda: secret(env.SIGNING_SECRET_ARN).encode("utf-8"), system_clock)


def generation_queue(env: QueueEnv) -> Any:
    from easel.workflow.queues import SqsGenerationQueue

    return SqsGenerationQueue(aws_client("sqs"), env.GENERATIONS_QUEUE_URL)


def workflow(env: WorkflowEnv) -> StepFunctionsWorkflow:
    from easel.workflow.step_functions import StepFunctionsWorkflow

    return StepFunctionsWorkflow(aws_client("stepfunctions"), env.STATE_MACHINE_ARN)


def close_generation(env: SettleEnv) -> CloseGeneration:
    from easel.domain.events import generation_ended
    from easel.domain.generation import Generation
    from easel.domain.image import Image
    from easel.repositories.delivery.outbox import DynamoOutbox
    from easel.repositories.dynamodb import DynamoTransactions
    from easel.repositories.generations.generations import DynamoGenerations
    from easel.repositories.money.budgets import DynamoBudgets
    from easel.repositories.money.ledger import DynamoLedger
    from easel.repositories.money.usage import DynamoUsageCounters, DynamoUsageSummaries
    from easel.services.generations.close_generation import CloseGeneration
    from easel.services.images.links import permalink

    def permalink_of(generation: Generation, image: Image) -> str:
        return permalink(env.PUBLIC_BASE_URL, generation.workspace_id, image.id, generation.permalink_secret)

    def describe_end(generation: Generation) -> Event:
        return generation_ended(generation, permalink_of)

    return CloseGeneration(
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        outbox=DynamoOutbox(dynamodb(), env.CORE_TABLE_NAME),
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        budgets=DynamoBudgets(dynamodb(), env.LEDGER_TABLE_NAME),
        usage=DynamoUsageCounters(dynamodb(), env.CORE_TABLE_NAME),
        summaries=DynamoUsageSummaries(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        describe_end=describe_end,
        clock=system_clock,
    )


def routes(env: RoutingEnv) -> ProviderRouting:
    from easel.domain.catalogue import load_catalogue
    from easel.domain.request import Fallback
    from easel.repositories.catalogue.routing_defaults import DynamoRoutingDefaults
    from easel.services.catalogue.choose_provider import ProviderRouting, RoutingPolicy

    policy = json.loads(env.ROUTING)
    return ProviderRouting(
        catalogue=load_catalogue(),
        health=provider_health(env),
        defaults=DynamoRoutingDefaults(dynamodb(), env.CORE_TABLE_NAME),
        policy=RoutingPolicy(
            providers=tuple(policy["providers"]),
            preferred=tuple(policy["preferred"]),
            fallback=Fallback(policy["fallback"]),
        ),
        clock=system_clock,
    )


def settle_generation(env: SettleEnv) -> SettleGeneration:
    """The regular end of a generation."""
    from easel.repositories.images.image_tasks import DynamoImageTasks
    from easel.services.generations.settle_generation import SettleGeneration

    return SettleGeneration(close=close_generation(env), tasks=DynamoImageTasks(dynamodb(), env.CORE_TABLE_NAME))


def read_prompt_templates(env: CoreTable) -> ReadPromptTemplates:
    """Prompt templates, and what they make."""
    from easel.domain.catalogue import load_catalogue
    from easel.repositories.prompt_templates import DynamoPromptTemplates
    from easel.services.prompt_templates.read_prompt_templates import ReadPromptTemplates

    templates = DynamoPromptTemplates(dynamodb(), env.CORE_TABLE_NAME)
    return ReadPromptTemplates(templates=templates, catalogue=load_catalogue())

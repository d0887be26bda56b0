"""Prompt templates."""

from easel.clock import system_clock
from easel.domain.catalogue import load_catalogue
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.prompt_templates import DynamoPromptTemplates
from easel.services.prompt_templates.manage_prompt_templates import ManagePromptTemplates
from easel.services.prompt_templates.read_prompt_templates import ReadPromptTemplates
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def read_prompt_templates(env: CoreTable) -> ReadPromptTemplates:
    """Read and render templates."""
    templates = DynamoPromptTemplates(dynamodb(), env.CORE_TABLE_NAME)
    return ReadPromptTemplates(templates=templates, catalogue=load_catalogue())


def manage_prompt_templates(env: CoreTable) -> ManagePromptTemplates:
    """Create, change and delete a workspace's own templates."""
    return ManagePromptTemplates(
        templates=DynamoPromptTemplates(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )

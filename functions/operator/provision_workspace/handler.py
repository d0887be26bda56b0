"""Invoked by an operator: make a workspace with its owner and first API key, which is shown once."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import bootstrap, settings
from easel.domain.plans import DEFAULT_PLAN
from easel.observability import instrumented, logger


class Env(settings.Settings):
    """What this function reads from its environment."""

    CORE_TABLE_NAME: str
    LEDGER_TABLE_NAME: str


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, str]:  # noqa: ARG001 - Lambda's signature
    """Provision `{workspaceName, ownerName, keyName, credits?, plan?}`; credits are whole ones."""
    made = bootstrap.provision_workspace(settings.load(Env))(
        workspace_name=event["workspaceName"],
        owner_name=event["ownerName"],
        key_name=event["keyName"],
        credits=int(event.get("credits", 0)),
        plan=event.get("plan", DEFAULT_PLAN),
    )
    logger.info("workspace provisioned", extra={"workspace_id": made.workspace_id})
    return {"workspaceId": made.workspace_id, "userId": made.user_id, "apiKey": made.api_key}

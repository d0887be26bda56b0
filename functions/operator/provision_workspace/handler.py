"""Invoked by an operator: create a workspace with its first key, a personal workspace, or a further key."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.domain.plans import DEFAULT_PLAN
from easel.observability import instrumented, logger
from easel.services.accounts.provision_workspace import KeyKind, Provisioned, ProvisionWorkspace
from easel.wiring.accounts import provision_workspace as wiring
from easel.wiring.env import Money as Env


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Handle one of these events; `credits` are whole credits, `key` is `standard`, `admin` or `bot`.

    {workspaceName, ownerName, keyName, key?, credits?, plan?}  a workspace with its owner and first key {issuer,
    subject, ownerName?, credits?, plan?}              the personal workspace of a person before their first sign-in
    {workspaceId, userId, keyName, key?}                        a further key; it is not shown again
    """
    made = _provision(wiring.provision_workspace(settings.load(Env)), event)
    logger.info("provisioned", extra={"workspace_id": made.workspace_id, "user_id": made.user_id})
    answer = {"workspaceId": made.workspace_id, "userId": made.user_id, "apiKey": made.api_key}
    return {**answer, "created": made.created}


def _provision(provision: ProvisionWorkspace, event: dict[str, Any]) -> Provisioned:
    kind = KeyKind(event.get("key", KeyKind.STANDARD))
    given: dict[str, Any] = {"credits": int(event.get("credits", 0)), "plan": event.get("plan", DEFAULT_PLAN)}
    if "workspaceId" in event:
        return provision.another_key(
            workspace_id=event["workspaceId"], user_id=event["userId"], key_name=event["keyName"], kind=kind
        )
    if "subject" in event:
        name = event.get("ownerName")
        return provision.for_person(issuer=event["issuer"], subject=event["subject"], name=name, **given)
    workspace, owner = event["workspaceName"], event["ownerName"]
    return provision(workspace_name=workspace, owner_name=owner, key_name=event["keyName"], kind=kind, **given)

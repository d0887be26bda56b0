"""Invoked by an operator: bind a sender without a key to a member of a workspace."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import instrumented, logger
from easel.wiring.env import CoreTable as Env
from easel.wiring.generations import take_intake as wiring


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Handle one of these events.

    `senderId` is the unique id of an IAM user or role (`aws iam get-role`: RoleId) that sends to the intake or signs
    requests, or `network` for requests from the deployment's own networks.

    {senderId, workspaceId, userId, replyTo?}   its messages are this member's; `replyTo` are URLs of queues for replies
    {senderId, unbind: true}                    its messages are set aside from now on
    """
    bind_sender = wiring.bind_sender(settings.load(Env))
    sender_id = str(event["senderId"])
    if event.get("unbind") is True:
        bind_sender.unbind(sender_id)
        logger.info("sender unbound", extra={"sender_id": sender_id})
        return {"senderId": sender_id, "workspaceId": None}
    sender = bind_sender(
        sender_id, workspace_id=event["workspaceId"], user_id=event["userId"], reply_to=event.get("replyTo", [])
    )
    logger.info("sender bound", extra={"sender_id": sender.id, "workspace_id": sender.workspace_id})
    return {"senderId": sender.id, "workspaceId": sender.workspace_id, "replyTo": list(sender.reply_to)}

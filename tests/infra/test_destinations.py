"""Queues, buses and buckets of customers: the one role that delivers there is of no use within our own account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.infra.synthesized import Synthesized

pytestmark = pytest.mark.requirement("M-10")

ROLE = "WebhookWorker/Deliver/Role"
OURS = {"aws:ResourceAccount": {"Ref": "AWS::AccountId"}}
OUTWARDS = {"sqs:SendMessage", "events:PutEvents", "s3:PutObject"}
SHOWING = ("api/delivery/manage_webhooks", "api/delivery/read_webhooks", "api/delivery/verify_webhooks")


def actions(statement: dict[str, Any]) -> set[str]:
    named = statement["Action"]
    return {named} if isinstance(named, str) else set(named)


def test_what_reaches_other_accounts_excludes_ours(production: Synthesized) -> None:
    wide = [
        statement
        for statement in production.statements(ROLE)
        if statement["Effect"] == "Allow" and ":*" in production.text(statement["Resource"])
    ]
    assert {action for statement in wide for action in actions(statement)} == OUTWARDS
    assert [statement["Condition"] for statement in wide] == [{"StringNotEquals": OURS}] * len(OUTWARDS)


def test_our_own_resources_are_denied_but_for_the_lanes(production: Synthesized) -> None:
    queues, others = [statement for statement in production.statements(ROLE) if statement["Effect"] == "Deny"]

    assert (actions(queues), queues["Condition"]) == ({"sqs:SendMessage"}, {"StringEquals": OURS})
    spared = [production.text(arn) for arn in queues["NotResource"]]
    assert spared == ["Queues/Webhooks/Queue", "Queues/SlowWebhooks/Queue"]
    assert (actions(others), others["Resource"]) == ({"events:PutEvents", "s3:PutObject"}, "*")
    assert others["Condition"] == {"StringEquals": OURS}


@pytest.mark.parametrize("folder", SHOWING)
def test_destinations_in_our_own_account_are_for_the_emulator_only(
    folder: str, production: Synthesized, local: Synthesized
) -> None:
    assert production.environment(folder)["OWN_ACCOUNT_DESTINATIONS"] == "false"
    assert local.environment(folder)["OWN_ACCOUNT_DESTINATIONS"] == "true"
    assert production.environment(folder)["DELIVERY_ROLE_ARN"] == ROLE

"""On whose authority a batch runs: the facts that it keeps of the caller that started it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from easel.domain.batch import Batch
from easel.domain.request import Channel
from easel.services.accounts.principal import Principal


def facts_of(principal: Principal) -> Mapping[str, Any]:
    """What is stored of a caller, so that lines can be asked for later."""
    return {
        "userId": principal.user_id,
        "roles": sorted(principal.roles),
        "scopes": sorted(principal.scopes),
        "keyId": principal.key_id,
        "plan": principal.plan,
        "identities": list(principal.identities),
        "budgetKeys": list(principal.budget_keys),
        "botWorkspaceId": principal.bot_workspace_id,
    }


def principal_of(batch: Batch) -> Principal:
    """The caller for whom the lines of a batch are asked, in the lane of batches."""
    facts = batch.caller
    return Principal(
        workspace_id=batch.workspace_id,
        user_id=facts["userId"],
        roles=frozenset(facts["roles"]),
        scopes=frozenset(facts["scopes"]),
        channel=Channel.BATCH,
        key_id=facts["keyId"],
        plan=facts["plan"],
        identities=tuple(facts["identities"]),
        budget_keys=tuple(facts["budgetKeys"]),
        bot_workspace_id=facts.get("botWorkspaceId"),
    )

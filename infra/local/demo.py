"""The demo workspace: created once, and again only when the emulator has lost it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from infra.local import environments, identities
from infra.local.clients import Clients
from infra.local.failures import ToolError

_ASK_SECONDS: Final = 30
_CREDITS: Final = 100_000
"""Enough credits for a long time; the plan with wide limits, so that scripts do not hit them."""
_REFUSED: Final = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class DemoWorkspace:
    """A workspace and its API key."""

    workspace_id: str
    api_key: str


def is_open(api_url: str, workspace: DemoWorkspace) -> bool:
    """Whether the key is still valid. Raises ToolError when the API does not answer."""
    headers = {"Authorization": f"Bearer {workspace.api_key}"}
    try:
        answer = httpx.get(
            f"{api_url}/api/v1/generations?limit=1", headers=headers, timeout=_ASK_SECONDS, trust_env=False
        )
    except httpx.HTTPError as error:
        raise ToolError(f"The API at {api_url} does not answer ({error}).") from error
    if answer.status_code in _REFUSED:
        return False
    if answer.is_error:
        raise ToolError(f"The API answers {answer.status_code} when asked for a list: {answer.text[:300]}")
    return True


def provision(clients: Clients, outputs: Mapping[str, str]) -> DemoWorkspace:
    """Create the demo user's workspace and a key for it, and let local messages to the intake be its requests.

    It is the workspace that the studio shows to the demo user, so images of `make run` are in their gallery.
    Raises ToolError when that fails.
    """
    function = outputs["ProvisionWorkspaceFunctionName"]
    try:
        identities.create_person(clients, outputs, identities.USER)
        subject = identities.subject_of(clients, outputs, identities.USER)
    except (ClientError, BotoCoreError) as error:
        raise ToolError(f"The demo user could not be made ({error}).") from error
    person = {"issuer": outputs["TokenIssuer"], "subject": subject, "ownerName": identities.USER}
    home = _invoke(clients, function, person | {"credits": _CREDITS, "plan": "scale"})
    wanted = {"workspaceId": home["workspaceId"], "userId": home["userId"], "keyName": "make up"}
    made = _invoke(clients, function, wanted)
    sender = {"senderId": environments.ACCOUNT, "workspaceId": made["workspaceId"], "userId": made["userId"]}
    _invoke(clients, json.loads(outputs["FunctionNames"])["operator/bind_sender"], sender)
    return DemoWorkspace(workspace_id=made["workspaceId"], api_key=made["apiKey"])


def _invoke(clients: Clients, function_name: str, payload: dict[str, Any]) -> dict[str, str]:
    try:
        answer = clients.functions.invoke(FunctionName=function_name, Payload=json.dumps(payload).encode())
        made: dict[str, str] = json.loads(answer["Payload"].read())
    except (ClientError, BotoCoreError, ValueError, KeyError, TypeError) as error:
        raise ToolError(f"{function_name} did not answer ({type(error).__name__}: {error}).") from error
    if answer.get("FunctionError"):
        raise ToolError(f"{function_name} failed: {made.get('errorMessage', made)}")
    return made

"""The demo workspace: created once, and again only when the emulator has lost it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from infra.local import environments
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
    """Create the workspace by the operator's function, and let local messages to the intake be its requests.

    Raises ToolError when that fails.
    """
    payload = {
        "workspaceName": "Demo",
        "ownerName": "Demo owner",
        "keyName": "make up",
        "credits": _CREDITS,
        "plan": "scale",
    }
    made = _invoke(clients, outputs["ProvisionWorkspaceFunctionName"], payload)
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

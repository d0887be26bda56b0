"""POST /api/v1/workspaces and PATCH /api/v1/workspaces/{workspaceId}: create and rename workspaces."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.domain.access import Role
from easel.doors.canonical.accounts import answers as accounts
from easel.doors.canonical.accounts import requests, words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, callers, gateway, parse
from easel.wiring.accounts import workspaces as wiring
from easel.wiring.env import CoreTable as Env

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/workspaces", status_code=201, **words.CREATE_WORKSPACE)
def create_workspace(
    caller: callers.WorkspaceAdmin, body: Annotated[requests.WorkspaceRequest, Body()]
) -> Response[accounts.WorkspaceBody]:
    made = wiring.manage_workspaces(settings.load(Env)).create(caller, requests.name(body.name))
    return answers.as_json(accounts.workspace_body(made, Role.OWNER), status=201)


@app.patch("/api/v1/workspaces/<workspaceId>", **words.RENAME_WORKSPACE)
def rename_workspace(
    caller: callers.WorkspaceAdmin,
    workspace_id: requests.WorkspaceId,
    body: Annotated[requests.WorkspaceRequest, Body()],
) -> Response[accounts.WorkspaceBody]:
    wanted, name = parse.resource_id(workspace_id, "workspace"), requests.name(body.name)
    renamed = wiring.manage_workspaces(settings.load(Env)).rename(caller, wanted, name)
    return answers.as_json(accounts.workspace_body(*renamed))


lambda_handler = gateway.entry(app)

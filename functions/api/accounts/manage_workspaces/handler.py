"""POST /api/v1/workspaces and PATCH /api/v1/workspaces/{workspaceId}: make a workspace, rename one."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.domain.access import WORKSPACE_ADMIN, Role
from easel.http import answers, contract, gateway, identity, parameters
from easel.http.dialects import accounts
from easel.http.schemas.accounts import WorkspaceBody, WorkspaceRequest
from easel.observability import instrumented
from easel.wiring.accounts import workspaces as wiring
from easel.wiring.env import CoreTable as Env

app = gateway.resolver()


@app.post("/api/v1/workspaces", status_code=201, **contract.CREATE_WORKSPACE)
def create_workspace(body: Annotated[WorkspaceRequest, Body()]) -> Response[WorkspaceBody]:
    caller = identity.principal(app, WORKSPACE_ADMIN)
    made = wiring.manage_workspaces(settings.load(Env)).create(caller, accounts.name(body.name))
    return answers.as_json(accounts.workspace_body(made, Role.OWNER), status=201)


@app.patch("/api/v1/workspaces/<workspaceId>", **contract.RENAME_WORKSPACE)
def rename_workspace(
    workspace_id: parameters.WorkspaceId, body: Annotated[WorkspaceRequest, Body()]
) -> Response[WorkspaceBody]:
    caller = identity.principal(app, WORKSPACE_ADMIN)
    wanted, name = parameters.resource_id(workspace_id, "workspace"), accounts.name(body.name)
    renamed = wiring.manage_workspaces(settings.load(Env)).rename(caller, wanted, name)
    return answers.as_json(accounts.workspace_body(*renamed))


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)

"""POST, PATCH and DELETE of /api/v1/workspaces/{workspaceId}/members: who comes in, as what, and who goes."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.domain.access import WORKSPACE_READ
from easel.http import answers, contract, gateway, identity, parameters
from easel.http.dialects import accounts
from easel.http.schemas.accounts import MemberBody, MemberRoleRequest, NewMemberRequest
from easel.observability import instrumented
from easel.wiring.accounts import workspaces as wiring
from easel.wiring.env import CoreTable as Env

app = gateway.resolver()

# Reading is enough to get in here: what else it takes depends on the workspace in the path, and anybody may leave.


@app.post("/api/v1/workspaces/<workspaceId>/members", status_code=201, **contract.ADD_MEMBER)
def add_member(workspace_id: parameters.WorkspaceId, body: Annotated[NewMemberRequest, Body()]) -> Response[MemberBody]:
    caller, role = identity.principal(app, WORKSPACE_READ), accounts.member_role(body.role)
    wanted, user = parameters.resource_id(workspace_id, "workspace"), parameters.resource_id(body.user_id, "user")
    added = wiring.manage_members(settings.load(Env)).add(caller, wanted, user, role)
    return answers.as_json(accounts.member_body(added), status=201)


@app.patch("/api/v1/workspaces/<workspaceId>/members/<userId>", **contract.CHANGE_MEMBER)
def change_member(
    workspace_id: parameters.WorkspaceId, user_id: parameters.UserId, body: Annotated[MemberRoleRequest, Body()]
) -> Response[MemberBody]:
    caller, role = identity.principal(app, WORKSPACE_READ), accounts.member_role(body.role)
    wanted, user = parameters.resource_id(workspace_id, "workspace"), parameters.resource_id(user_id, "user")
    return answers.as_json(
        accounts.member_body(wiring.manage_members(settings.load(Env)).change_role(caller, wanted, user, role))
    )


@app.delete("/api/v1/workspaces/<workspaceId>/members/<userId>", status_code=204, **contract.REMOVE_MEMBER)
def remove_member(workspace_id: parameters.WorkspaceId, user_id: parameters.UserId) -> Response[None]:
    caller = identity.principal(app, WORKSPACE_READ)
    wanted, user = parameters.resource_id(workspace_id, "workspace"), parameters.resource_id(user_id, "user")
    wiring.manage_members(settings.load(Env)).remove(caller, wanted, user)
    return answers.nothing()


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)

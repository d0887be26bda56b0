"""POST, PATCH and DELETE of /api/v1/workspaces/{workspaceId}/members: add, change and remove members."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.canonical.accounts import answers as accounts
from easel.doors.canonical.accounts import requests, words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, callers, gateway, parse
from easel.wiring.accounts import workspaces as wiring
from easel.wiring.env import CoreTable as Env

app = gateway.resolver(CANONICAL)

# The scope to read is enough here: the use case checks the role in the workspace of the path, and members may leave.


@app.post("/api/v1/workspaces/<workspaceId>/members", status_code=201, **words.ADD_MEMBER)
def add_member(
    caller: callers.WorkspaceRead,
    workspace_id: requests.WorkspaceId,
    body: Annotated[requests.NewMemberRequest, Body()],
) -> Response[accounts.MemberBody]:
    role = requests.member_role(body.role)
    wanted, user = parse.resource_id(workspace_id, "workspace"), parse.resource_id(body.user_id, "user")
    added = wiring.manage_members(settings.load(Env)).add(caller, wanted, user, role)
    return answers.as_json(accounts.member_body(added), status=201)


@app.patch("/api/v1/workspaces/<workspaceId>/members/<userId>", **words.CHANGE_MEMBER)
def change_member(
    caller: callers.WorkspaceRead,
    workspace_id: requests.WorkspaceId,
    user_id: requests.UserId,
    body: Annotated[requests.MemberRoleRequest, Body()],
) -> Response[accounts.MemberBody]:
    role = requests.member_role(body.role)
    wanted, user = parse.resource_id(workspace_id, "workspace"), parse.resource_id(user_id, "user")
    return answers.as_json(
        accounts.member_body(wiring.manage_members(settings.load(Env)).change_role(caller, wanted, user, role))
    )


@app.delete("/api/v1/workspaces/<workspaceId>/members/<userId>", status_code=204, **words.REMOVE_MEMBER)
def remove_member(
    caller: callers.WorkspaceRead, workspace_id: requests.WorkspaceId, user_id: requests.UserId
) -> Response[None]:
    wanted, user = parse.resource_id(workspace_id, "workspace"), parse.resource_id(user_id, "user")
    wiring.manage_members(settings.load(Env)).remove(caller, wanted, user)
    return answers.no_content()


lambda_handler = gateway.entry(app)

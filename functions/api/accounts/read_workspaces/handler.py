"""GET /api/v1/me and /api/v1/workspaces...: who the caller is, the workspaces they have, and who belongs to them."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.domain.access import WORKSPACE_READ
from easel.http import answers, contract, gateway, identity
from easel.http.dialects import accounts
from easel.http.pagination import CursorText, Limit, Listing
from easel.http.parameters import WorkspaceId, resource_id
from easel.http.schemas.accounts import CallerBody, MemberPage, WorkspaceBody, WorkspacePage
from easel.observability import instrumented
from easel.wiring import cursors
from easel.wiring.accounts import workspaces as wiring
from easel.wiring.env import CoreTable, SigningKey


class Env(CoreTable, SigningKey):
    """Environment of this function."""


app = gateway.resolver()


@app.get("/api/v1/me", **contract.ME)
def read_caller() -> Response[CallerBody]:
    caller = identity.principal(app, None)
    return answers.as_json(accounts.caller_body(caller, *wiring.read_workspaces(settings.load(Env)).about(caller)))


@app.get("/api/v1/workspaces", **contract.LIST_WORKSPACES)
def list_workspaces(limit: Limit = None, cursor: CursorText = None) -> Response[WorkspacePage]:
    env, caller = settings.load(Env), identity.principal(app, WORKSPACE_READ)
    listing = Listing(cursors.cursor_signer(env), caller.user_id, "workspaces")
    asked = listing.page_request(limit=limit, page=None, cursor=cursor)
    found, after = wiring.read_workspaces(env).of_caller(caller, limit=asked.limit, after=asked.after)
    return answers.as_json(accounts.workspace_page(found, asked.limit, listing.next_cursor(after)))


@app.get("/api/v1/workspaces/<workspaceId>", **contract.READ_WORKSPACE)
def read_workspace(workspace_id: WorkspaceId) -> Response[WorkspaceBody]:
    caller, wanted = identity.principal(app, WORKSPACE_READ), resource_id(workspace_id, "workspace")
    return answers.as_json(accounts.workspace_body(*wiring.read_workspaces(settings.load(Env)).get(caller, wanted)))


@app.get("/api/v1/workspaces/<workspaceId>/members", **contract.LIST_MEMBERS)
def list_members(workspace_id: WorkspaceId, limit: Limit = None, cursor: CursorText = None) -> Response[MemberPage]:
    env, caller = settings.load(Env), identity.principal(app, WORKSPACE_READ)
    listing = Listing(cursors.cursor_signer(env), wanted := resource_id(workspace_id, "workspace"), "members")
    asked = listing.page_request(limit=limit, page=None, cursor=cursor)
    found, after = wiring.read_workspaces(env).members(caller, wanted, limit=asked.limit, after=asked.after)
    return answers.as_json(accounts.member_page(found, asked.limit, listing.next_cursor(after)))


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)

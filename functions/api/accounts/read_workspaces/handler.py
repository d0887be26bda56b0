"""GET /api/v1/me and /api/v1/workspaces...: the caller, their workspaces, and the members."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.accounts import answers as accounts
from easel.doors.canonical.accounts import words
from easel.doors.canonical.accounts.requests import WorkspaceId
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.paging import LISTING, CursorText, Limit
from easel.http import answers, callers, gateway
from easel.http.parse import resource_id
from easel.wiring import cursors
from easel.wiring.accounts import workspaces as wiring
from easel.wiring.env import CoreTable, SigningKey


class Env(CoreTable, SigningKey):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.get("/api/v1/me", **words.ME)
def read_caller(caller: callers.Anyone) -> Response[accounts.CallerBody]:
    return answers.as_json(accounts.caller_body(caller, *wiring.read_workspaces(settings.load(Env)).about(caller)))


@app.get("/api/v1/workspaces", **words.LIST_WORKSPACES)
def list_workspaces(
    caller: callers.WorkspaceRead, limit: Limit = None, cursor: CursorText = None
) -> Response[accounts.WorkspacePage]:
    env = settings.load(Env)
    pages = LISTING.of(cursors.cursor_signer(env), caller.user_id, "workspaces")
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.read_workspaces(env).of_caller(caller, limit=asked.limit, after=asked.after)
    return answers.as_json(accounts.workspace_page(found, asked.limit, pages))


@app.get("/api/v1/workspaces/<workspaceId>", **words.READ_WORKSPACE)
def read_workspace(caller: callers.WorkspaceRead, workspace_id: WorkspaceId) -> Response[accounts.WorkspaceBody]:
    wanted = resource_id(workspace_id, "workspace")
    return answers.as_json(accounts.workspace_body(*wiring.read_workspaces(settings.load(Env)).get(caller, wanted)))


@app.get("/api/v1/workspaces/<workspaceId>/members", **words.LIST_MEMBERS)
def list_members(
    caller: callers.WorkspaceRead, workspace_id: WorkspaceId, limit: Limit = None, cursor: CursorText = None
) -> Response[accounts.MemberPage]:
    env = settings.load(Env)
    pages = LISTING.of(cursors.cursor_signer(env), wanted := resource_id(workspace_id, "workspace"), "members")
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.read_workspaces(env).members(caller, wanted, limit=asked.limit, after=asked.after)
    return answers.as_json(accounts.member_page(found, asked.limit, pages))


lambda_handler = gateway.entry(app)

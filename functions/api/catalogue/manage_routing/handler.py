"""GET and PUT /api/v1/workspaces/{workspaceId}/routing: a workspace's routing defaults."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.canonical.accounts import requests
from easel.doors.canonical.catalogue import routing, words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, callers, gateway, parse
from easel.wiring.catalogue import manage_routing as wiring
from easel.wiring.env import CoreTable as Env

app = gateway.resolver(CANONICAL)


@app.get("/api/v1/workspaces/<workspaceId>/routing", **words.READ_ROUTING)
def read_routing(caller: callers.WorkspaceRead, workspace_id: requests.WorkspaceId) -> Response[routing.RoutingBody]:
    wanted = parse.resource_id(workspace_id, "workspace")
    return answers.as_json(routing.body(wiring.manage_routing(settings.load(Env)).get(caller, wanted)))


@app.put("/api/v1/workspaces/<workspaceId>/routing", **words.SET_ROUTING)
def set_routing(
    caller: callers.WorkspaceAdmin, workspace_id: requests.WorkspaceId, body: Annotated[routing.RoutingRequest, Body()]
) -> Response[routing.RoutingBody]:
    wanted = parse.resource_id(workspace_id, "workspace")
    replaced = wiring.manage_routing(settings.load(Env)).replace(caller, wanted, routing.command(body))
    return answers.as_json(routing.body(replaced))


lambda_handler = gateway.entry(app)

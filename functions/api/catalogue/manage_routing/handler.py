"""GET and PUT /api/v1/workspaces/{workspaceId}/routing: which provider a workspace prefers, and who may stand in."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.domain.access import WORKSPACE_ADMIN, WORKSPACE_READ
from easel.http import answers, contract, gateway, identity, parameters
from easel.http.dialects import routing
from easel.http.schemas.routing import RoutingBody, RoutingRequest
from easel.observability import instrumented
from easel.wiring.catalogue import manage_routing as wiring
from easel.wiring.env import CoreTable as Env

app = gateway.resolver()


@app.get("/api/v1/workspaces/<workspaceId>/routing", **contract.READ_ROUTING)
def read_routing(workspace_id: parameters.WorkspaceId) -> Response[RoutingBody]:
    caller, wanted = identity.principal(app, WORKSPACE_READ), parameters.resource_id(workspace_id, "workspace")
    return answers.as_json(routing.body(wiring.manage_routing(settings.load(Env)).get(caller, wanted)))


@app.put("/api/v1/workspaces/<workspaceId>/routing", **contract.SET_ROUTING)
def set_routing(workspace_id: parameters.WorkspaceId, body: Annotated[RoutingRequest, Body()]) -> Response[RoutingBody]:
    caller, wanted = identity.principal(app, WORKSPACE_ADMIN), parameters.resource_id(workspace_id, "workspace")
    replaced = wiring.manage_routing(settings.load(Env)).replace(caller, wanted, routing.command(body))
    return answers.as_json(routing.body(replaced))


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)

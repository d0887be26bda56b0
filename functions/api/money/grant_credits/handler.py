"""POST /api/v1/wallet/grants: give a workspace credits, or take some back. For operators' keys."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.domain.access import WALLET_GRANT
from easel.http import contract, gateway, identity, parameters
from easel.http.dialects import money
from easel.http.schemas.money import GiveCreditsRequest, GrantBody
from easel.observability import instrumented, logger
from easel.wiring.env import Accounts as Env
from easel.wiring.money import grant_credits as wiring

app = gateway.resolver()


@app.post("/api/v1/wallet/grants", status_code=201, **contract.GIVE_CREDITS)
def grant_credits(body: Annotated[GiveCreditsRequest, Body()]) -> Response[GrantBody]:
    caller = identity.principal(app, WALLET_GRANT)
    wanted = money.grant_request(body)
    named = parameters.resource_id(body.workspace_id, "workspace") if body.workspace_id else caller.workspace_id
    given = wiring.grant_credits(settings.load(Env))(caller, named, wanted)
    facts = {"to_workspace": given.workspace_id, "grant_id": given.grant.id, "milli_credits": given.grant.amount}
    logger.info("credits given", extra={**facts, "replayed": given.replayed})
    return money.given_answer(given)


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)

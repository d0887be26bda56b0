"""POST /api/v1/wallet/grants: grant or withdraw credits, for operators' keys."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.money import answers as money
from easel.doors.canonical.money import requests, words
from easel.http import callers, gateway, parse
from easel.observability import logger
from easel.wiring.env import Accounts as Env
from easel.wiring.money import grant_credits as wiring

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/wallet/grants", status_code=201, **words.GIVE_CREDITS)
def grant_credits(
    caller: callers.WalletGrant, body: Annotated[requests.GiveCreditsRequest, Body()]
) -> Response[money.GrantBody]:
    wanted = requests.grant_request(body)
    named = parse.resource_id(body.workspace_id, "workspace") if body.workspace_id else caller.workspace_id
    given = wiring.grant_credits(settings.load(Env))(caller, named, wanted)
    facts = {"to_workspace": given.workspace_id, "grant_id": given.grant.id, "milli_credits": given.grant.amount}
    logger.info("credits given", extra={**facts, "replayed": given.replayed})
    return money.given_answer(given)


lambda_handler = gateway.entry(app)

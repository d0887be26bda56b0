"""GET /api/v1/usage and /api/v1/usage/me: what a workspace used, and what the caller may still do."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.domain.access import WALLET_READ
from easel.http import answers, contract, gateway, identity, money_parameters
from easel.http.dialects import money
from easel.http.schemas.money import OwnUsageBody, UsageBody
from easel.observability import instrumented
from easel.wiring.env import Accounts as Env
from easel.wiring.money import usage as wiring

app = gateway.resolver()


@app.get("/api/v1/usage", **contract.READ_USAGE)
def read_usage(
    first: money_parameters.FirstDay = None,
    last: money_parameters.LastDay = None,
    group_by: money_parameters.UsageGroup = None,
) -> Response[UsageBody]:
    caller = identity.principal(app, WALLET_READ)
    since, until = money_parameters.days(first, last)
    report = wiring.read_usage(settings.load(Env)).report(caller, first=since, last=until, group_by=group_by or "day")
    return answers.as_json(money.usage_body(report))


@app.get("/api/v1/usage/me", **contract.READ_OWN_USAGE)
def read_own_usage() -> Response[OwnUsageBody]:
    caller = identity.principal(app, identity.READ)
    usage = wiring.read_usage(settings.load(Env)).own(caller)
    return answers.as_json(money.own_usage_body(usage, app.current_event.raw_event))


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)

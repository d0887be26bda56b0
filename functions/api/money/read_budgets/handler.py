"""GET /api/v1/budgets/workspace and /api/v1/budgets/keys/{keyId}: what may be spent this month, and what was."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.domain.access import WALLET_READ
from easel.http import answers, contract, gateway, identity, money_parameters, parameters
from easel.http.dialects import money
from easel.http.schemas.money import BudgetBody
from easel.observability import instrumented
from easel.wiring.env import Money as Env
from easel.wiring.money import budgets as wiring

app = gateway.resolver()


@app.get("/api/v1/budgets/workspace", **contract.READ_WORKSPACE_BUDGET)
def read_workspace_budget() -> Response[BudgetBody]:
    caller = identity.principal(app, WALLET_READ)
    return answers.as_json(money.budget_body(wiring.read_budgets(settings.load(Env))(caller)))


@app.get("/api/v1/budgets/keys/<keyId>", **contract.READ_KEY_BUDGET)
def read_key_budget(key_id: money_parameters.BudgetKeyId) -> Response[BudgetBody]:
    caller, named = identity.principal(app, WALLET_READ), parameters.resource_id(key_id, "key")
    return answers.as_json(money.budget_body(wiring.read_budgets(settings.load(Env))(caller, named)))


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)

"""PUT and DELETE /api/v1/budgets/workspace and /api/v1/budgets/keys/{keyId}: limit what may be spent in a month."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.domain.access import WORKSPACE_ADMIN
from easel.http import answers, contract, gateway, identity, money_parameters, parameters
from easel.http.dialects import money
from easel.http.schemas.money import BudgetBody, SetBudgetRequest
from easel.observability import instrumented
from easel.wiring.env import Money as Env
from easel.wiring.money import budgets as wiring

app = gateway.resolver()


@app.put("/api/v1/budgets/workspace", **contract.SET_WORKSPACE_BUDGET)
def set_workspace_budget(body: Annotated[SetBudgetRequest, Body()]) -> Response[BudgetBody]:
    return _set(money.budget_limit(body))


@app.delete("/api/v1/budgets/workspace", **contract.REMOVE_WORKSPACE_BUDGET)
def remove_workspace_budget() -> Response[BudgetBody]:
    return _set(None)


@app.put("/api/v1/budgets/keys/<keyId>", **contract.SET_KEY_BUDGET)
def set_key_budget(
    key_id: money_parameters.BudgetKeyId, body: Annotated[SetBudgetRequest, Body()]
) -> Response[BudgetBody]:
    return _set(money.budget_limit(body), parameters.resource_id(key_id, "key"))


@app.delete("/api/v1/budgets/keys/<keyId>", **contract.REMOVE_KEY_BUDGET)
def remove_key_budget(key_id: money_parameters.BudgetKeyId) -> Response[BudgetBody]:
    return _set(None, parameters.resource_id(key_id, "key"))


def _set(limit: int | None, key_id: str | None = None) -> Response[BudgetBody]:
    caller = identity.principal(app, WORKSPACE_ADMIN)
    return answers.as_json(money.budget_body(wiring.set_budgets(settings.load(Env))(caller, limit, key_id)))


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)

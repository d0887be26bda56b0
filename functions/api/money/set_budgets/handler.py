"""PUT and DELETE /api/v1/budgets/workspace and /api/v1/budgets/keys/{keyId}: set and remove monthly budgets."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.money import budget_answers as budgets
from easel.doors.canonical.money import requests, words
from easel.http import answers, callers, gateway, parse
from easel.services.accounts.principal import Principal
from easel.wiring.env import Accounts as Env
from easel.wiring.money import budgets as wiring

app = gateway.resolver(CANONICAL)


@app.put("/api/v1/budgets/workspace", **words.SET_WORKSPACE_BUDGET)
def set_workspace_budget(
    caller: callers.WorkspaceAdmin, body: Annotated[requests.SetBudgetRequest, Body()]
) -> Response[budgets.BudgetBody]:
    return _set(caller, requests.budget_limit(body))


@app.delete("/api/v1/budgets/workspace", **words.REMOVE_WORKSPACE_BUDGET)
def remove_workspace_budget(caller: callers.WorkspaceAdmin) -> Response[budgets.BudgetBody]:
    return _set(caller, None)


@app.put("/api/v1/budgets/keys/<keyId>", **words.SET_KEY_BUDGET)
def set_key_budget(
    caller: callers.WorkspaceAdmin, key_id: requests.KeyId, body: Annotated[requests.SetBudgetRequest, Body()]
) -> Response[budgets.BudgetBody]:
    return _set(caller, requests.budget_limit(body), parse.resource_id(key_id, "key"))


@app.delete("/api/v1/budgets/keys/<keyId>", **words.REMOVE_KEY_BUDGET)
def remove_key_budget(caller: callers.WorkspaceAdmin, key_id: requests.KeyId) -> Response[budgets.BudgetBody]:
    return _set(caller, None, parse.resource_id(key_id, "key"))


def _set(caller: Principal, limit: int | None, key_id: str | None = None) -> Response[budgets.BudgetBody]:
    return answers.as_json(budgets.budget_body(wiring.set_budgets(settings.load(Env))(caller, limit, key_id)))


lambda_handler = gateway.entry(app)

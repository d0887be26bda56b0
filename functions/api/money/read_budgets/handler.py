"""GET /api/v1/budgets/workspace and /api/v1/budgets/keys/{keyId}: monthly budgets."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.money import budget_answers as budgets
from easel.doors.canonical.money import requests, words
from easel.http import answers, callers, gateway, parse
from easel.wiring.env import Money as Env
from easel.wiring.money import budgets as wiring

app = gateway.resolver(CANONICAL)


@app.get("/api/v1/budgets/workspace", **words.READ_WORKSPACE_BUDGET)
def read_workspace_budget(caller: callers.WalletRead) -> Response[budgets.BudgetBody]:
    return answers.as_json(budgets.budget_body(wiring.read_budgets(settings.load(Env)).of_workspace(caller)))


@app.get("/api/v1/budgets/keys/<keyId>", **words.READ_KEY_BUDGET)
def read_key_budget(caller: callers.WalletRead, key_id: requests.KeyId) -> Response[budgets.KeyBudgetBody]:
    named = parse.resource_id(key_id, "key")
    return answers.as_json(budgets.key_budget_body(*wiring.read_budgets(settings.load(Env)).of_key(caller, named)))


lambda_handler = gateway.entry(app)

"""GET and PUT /api/ai/cache: whether a workspace reuses results."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.workspace import result_cache as cache
from easel.doors.workspace.door import WORKSPACE
from easel.http import answers, callers, gateway
from easel.wiring.env import CoreTable as Env
from easel.wiring.generations import manage_result_cache as wiring

app = gateway.resolver(WORKSPACE)


@app.get("/api/ai/cache", **cache.READ_RESULT_CACHE)
def read_result_cache(caller: callers.WorkspaceRead) -> Response[cache.ResultCacheBody]:
    return answers.as_json(cache.policy_body(wiring.manage_result_cache(settings.load(Env)).get(caller)))


@app.put("/api/ai/cache", **cache.SET_RESULT_CACHE)
def set_result_cache(caller: callers.WorkspaceAdmin, body: cache.ResultCacheChoice) -> Response[cache.ResultCacheBody]:
    chosen = wiring.manage_result_cache(settings.load(Env)).replace(caller, cache.policy_of(body))
    return answers.as_json(cache.policy_body(chosen))


lambda_handler = gateway.entry(app)

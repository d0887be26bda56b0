"""GET /api/v1/models, /api/v1/models/{modelId} and /api/v1/sizes: what can be asked for. Public."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.clock import system_clock
from easel.domain.catalogue import load_catalogue
from easel.http import answers, contract, gateway, parameters
from easel.http.dialects import catalogue
from easel.http.schemas.catalogue import ModelBody, ModelList, SizeList
from easel.observability import instrumented
from easel.wiring.catalogue import provider_health as wiring
from easel.wiring.env import EphemeralTable, PublicAddress


class Env(EphemeralTable, PublicAddress):
    """Environment of this function."""


app = gateway.resolver()


@app.get("/api/v1/models", **contract.LIST_MODELS)
def list_models() -> Response[ModelList]:
    return answers.shared_json(catalogue.model_list(load_catalogue(), settings.load(Env).PUBLIC_BASE_URL))


@app.get("/api/v1/models/<modelId>", **contract.READ_MODEL)
def read_model(model_id: parameters.ModelId) -> Response[ModelBody]:
    env, model = settings.load(Env), catalogue.find_model(load_catalogue(), model_id)
    observed = wiring.model_latencies(env).of(model.id, system_clock())
    body = catalogue.model_body(load_catalogue(), model, env.PUBLIC_BASE_URL, observed)
    return answers.shared_json(body, headers=catalogue.lifecycle_headers(model))


@app.get("/api/v1/sizes", **contract.LIST_SIZES)
def list_sizes(model: parameters.NamedModel = None) -> Response[SizeList]:
    return answers.shared_json(catalogue.size_list(load_catalogue(), model or catalogue.GENERAL_SIZES_MODEL))


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context)

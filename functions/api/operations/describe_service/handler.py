"""GET /, /api/v1/health, /api/v1/info, /openapi.json, /docs: the service about itself. Public."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.clock import system_clock
from easel.domain.catalogue import load_catalogue
from easel.http import answers, contract, documentation, gateway
from easel.http.dialects import service
from easel.http.schemas.service import HealthBody, InfoBody, RootBody
from easel.observability import instrumented, request_id
from easel.wiring.env import PublicAddress


class Env(PublicAddress):
    """Environment of this function."""

    EASEL_VERSION: settings.Text
    EASEL_STAGE: settings.Text


app = gateway.resolver()


@app.get("/", **contract.ROOT)
def read_root() -> Response[RootBody]:
    env = settings.load(Env)
    return answers.shared_json(service.root_body(env.EASEL_VERSION, env.PUBLIC_BASE_URL))


@app.get("/api/v1/health", **contract.HEALTH)
def read_health() -> Response[HealthBody]:
    env = settings.load(Env)
    return answers.as_json(service.health_body(env.EASEL_VERSION, env.EASEL_STAGE, system_clock(), request_id()))


@app.get("/api/v1/info", **contract.INFO)
def read_info() -> Response[InfoBody]:
    env = settings.load(Env)
    body = service.info_body(env.EASEL_VERSION, env.EASEL_STAGE, env.PUBLIC_BASE_URL, load_catalogue())
    return answers.shared_json(body)


@app.get("/openapi.json", **contract.OPENAPI)
def read_openapi() -> Response[str]:
    return answers.text(documentation.openapi(settings.load(Env).PUBLIC_BASE_URL), "application/json")


@app.get("/docs", **contract.DOCS)
def read_docs() -> Response[str]:
    return answers.text(documentation.page(), "text/html; charset=utf-8", headers=documentation.page_headers())


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context)

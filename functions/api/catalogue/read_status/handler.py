"""GET /api/v1/status: how the providers are doing, by the circuits that all workers share. Public."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.clock import system_clock
from easel.domain.catalogue import load_catalogue
from easel.http import answers, contract, gateway
from easel.http.dialects import routing
from easel.http.schemas.routing import StatusBody
from easel.observability import instrumented
from easel.wiring.catalogue import provider_health as wiring
from easel.wiring.env import EphemeralTable as Env

app = gateway.resolver()


@app.get("/api/v1/status", **contract.STATUS)
def read_status() -> Response[StatusBody]:
    circuits = wiring.provider_health(settings.load(Env)).all()
    return answers.as_json(routing.status_body(load_catalogue(), circuits, system_clock()))


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context)

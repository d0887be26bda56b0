"""GET /api/v1/status: the health of the providers, by the shared circuits. Public."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.domain.catalogue import load_catalogue
from easel.doors.canonical.catalogue import routing, words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, gateway
from easel.wiring.catalogue import provider_health as wiring
from easel.wiring.env import EphemeralTable as Env

app = gateway.resolver(CANONICAL)


@app.get("/api/v1/status", **words.STATUS)
def read_status() -> Response[routing.StatusBody]:
    circuits = wiring.provider_health(settings.load(Env)).all()
    return answers.as_json(routing.status_body(load_catalogue(), circuits, system_clock()))


lambda_handler = gateway.entry(app)

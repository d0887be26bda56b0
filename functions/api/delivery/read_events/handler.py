"""GET /api/v1/events, GET .../{eventId}: what has happened."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.delivery import answers as events
from easel.doors.canonical.delivery import parameters, words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, callers, gateway, parse
from easel.http.pagination import limit_of
from easel.wiring.delivery import read_events as wiring
from easel.wiring.env import CoreTable as Env

app = gateway.resolver(CANONICAL)


@app.get("/api/v1/events", **words.LIST_EVENTS)
def list_events(
    caller: callers.GenerationsRead,
    after: parameters.After = None,
    types: parameters.Types = None,
    limit: parameters.Limit = None,
) -> Response[events.EventPageBody]:
    position, wanted = parameters.position_after(after), parameters.event_types(types)
    size = limit_of(parameters.LISTING, limit)
    page = wiring.read_events(settings.load(Env)).page(caller, after=position, types=wanted, limit=size)
    return answers.as_json(events.event_page(page, shows_costs=caller.sees_provider_costs))


@app.get("/api/v1/events/<eventId>", **words.READ_EVENT)
def read_event(caller: callers.GenerationsRead, event_id: parameters.EventId) -> Response[events.EventBody]:
    found = wiring.read_events(settings.load(Env)).get(caller, parse.resource_id(event_id, "event"))
    return answers.as_json(events.event_body(found, shows_costs=caller.sees_provider_costs))


lambda_handler = gateway.entry(app)

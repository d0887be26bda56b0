"""GET /api/v1/generations/{generationId}/events: one generation as server-sent events, in slices of 25 seconds."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.generations.parameters import GenerationId
from easel.doors.canonical.realtime import answers as realtime
from easel.doors.canonical.realtime import parameters, words
from easel.http import callers, gateway, parse
from easel.services.realtime.follow_generation import SLICE_SECONDS
from easel.wiring.realtime import follow_generation as wiring
from easel.wiring.realtime import tickets

Env = wiring.FollowEnv

app = gateway.resolver(CANONICAL)


@app.get("/api/v1/generations/<generationId>/events", **words.FOLLOW_GENERATION)
def follow_generation(
    caller: callers.GenerationsReadOrTicket,
    generation_id: GenerationId,
    after: parameters.After = None,
    last_event_id: parameters.LastEventId = None,
    ticket: parameters.TicketText = None,
) -> Response[Any]:
    env, found = settings.load(Env), parse.resource_id(generation_id, "generation")
    position = parameters.position(after, last_event_id)
    workspace_id = caller.workspace_id if caller else tickets.tickets(env).redeem(ticket or "").workspace_id
    if position and position.is_last:
        return realtime.nothing_more()
    events = wiring.follow_generation(env)(workspace_id, found, position, seconds=0 if app.is_head else SLICE_SECONDS)
    return realtime.stream(events)


lambda_handler = gateway.entry(app)

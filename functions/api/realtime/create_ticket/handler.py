"""POST /api/v1/realtime/tickets: a ticket for a connection that cannot send a header."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.realtime import answers as realtime
from easel.doors.canonical.realtime import words
from easel.http import answers, callers, gateway
from easel.wiring.env import RealtimeAddress
from easel.wiring.realtime import tickets as wiring


class Env(wiring.TicketEnv, RealtimeAddress):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.post("/api/v1/realtime/tickets", **words.CREATE_TICKET)
def create_ticket(caller: callers.GenerationsRead) -> Response[realtime.TicketBody]:
    env = settings.load(Env)
    ticket = wiring.tickets(env).create(caller)
    return answers.as_json(realtime.ticket_body(ticket, env.REALTIME_URL), status=201)


lambda_handler = gateway.entry(app)

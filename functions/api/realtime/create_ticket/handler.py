"""POST /api/v1/realtime/tickets: a ticket for a connection that cannot send a header."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.realtime import answers as realtime
from easel.doors.canonical.realtime import words
from easel.http import answers, callers, gateway
from easel.wiring.realtime import tickets as wiring

Env = wiring.TicketEnv

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/realtime/tickets", **words.CREATE_TICKET)
def create_ticket(caller: callers.GenerationsRead) -> Response[realtime.TicketBody]:
    ticket = wiring.tickets(settings.load(Env)).create(caller)
    return answers.as_json(realtime.ticket_body(ticket), status=201)


lambda_handler = gateway.entry(app)

"""POST /api/v1/batches: submit a batch of requests."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.domain.credits import MILLI
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.generations import batch_answers as batches
from easel.doors.canonical.generations import batch_requests as requests
from easel.doors.canonical.generations import batch_words as words
from easel.doors.canonical.generations import parameters
from easel.http import answers, callers, gateway, parse
from easel.http.incoming import Incoming
from easel.observability import request_id
from easel.wiring.generations import batches as wiring

Env = wiring.SubmitBatchEnv

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/batches", status_code=201, **words.SUBMIT_BATCH)
def submit_batch(
    caller: callers.GenerationsWrite,
    name: requests.Name = None,
    budget_credits: requests.BudgetCredits = None,
    start: requests.Start = None,
    idempotency_key: parameters.IdempotencyKey = None,
) -> Response[batches.BatchBody]:
    lines = requests.read_lines(Incoming(app.current_event.raw_event))
    submitted = wiring.submit_batch(settings.load(Env))(
        caller,
        lines,
        name=name,
        budget=None if budget_credits is None else budget_credits * MILLI,
        start=parse.flag("start", start),
        request_id=request_id(),
        idempotency_key=parse.idempotency_key(idempotency_key),
    )
    applied = parse.Preferences().applied(replayed=submitted.replayed)
    headers = {"Location": f"{batches.BATCHES_PATH}/{submitted.batch.id}", **applied}
    return answers.as_json(batches.batch_body(submitted.batch, None, submitted.faults), status=201, headers=headers)


lambda_handler = gateway.entry(app)

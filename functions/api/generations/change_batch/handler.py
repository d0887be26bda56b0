"""POST /api/v1/batches/{batchId}/start, /pause and /cancel."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.generations import batch_answers as batches
from easel.doors.canonical.generations import batch_requests as requests
from easel.doors.canonical.generations import batch_words as words
from easel.http import answers, callers, gateway, parse
from easel.observability import request_id
from easel.wiring.generations import batches as wiring

Env = wiring.ChangeEnv

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/batches/<batchId>/start", **words.START_BATCH)
def start_batch(caller: callers.GenerationsWrite, batch_id: requests.BatchId) -> Response[batches.BatchBody]:
    change = wiring.change_batch(settings.load(Env))
    batch = change.start(caller, parse.resource_id(batch_id, "batch"), request_id=request_id())
    return answers.as_json(batches.batch_body(batch))


@app.post("/api/v1/batches/<batchId>/pause", **words.PAUSE_BATCH)
def pause_batch(caller: callers.GenerationsWrite, batch_id: requests.BatchId) -> Response[batches.BatchBody]:
    change = wiring.change_batch(settings.load(Env))
    batch = change.pause(caller, parse.resource_id(batch_id, "batch"), request_id=request_id())
    return answers.as_json(batches.batch_body(batch))


@app.post("/api/v1/batches/<batchId>/cancel", **words.CANCEL_BATCH)
def cancel_batch(caller: callers.GenerationsWrite, batch_id: requests.BatchId) -> Response[batches.BatchBody]:
    change = wiring.change_batch(settings.load(Env))
    batch = change.cancel(caller, parse.resource_id(batch_id, "batch"), request_id=request_id())
    return answers.as_json(batches.batch_body(batch))


lambda_handler = gateway.entry(app)

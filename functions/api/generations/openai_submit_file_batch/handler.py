"""POST /v1/batches and /v1/batches/{batchId}/cancel, as OpenAI's own."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.openai import batches, requests, words
from easel.doors.openai.door import OPENAI
from easel.http import answers, callers, gateway, parse
from easel.observability import request_id
from easel.wiring.generations import batches as wiring

Env = wiring.SubmitBatchEnv

app = gateway.resolver(OPENAI)


@app.post("/v1/batches", **words.CREATE_BATCH)
def create_batch(
    caller: callers.GenerationsWrite,
    body: batches.CreateBatchBody,
    idempotency_key: requests.IdempotencyKey = None,
    retry_count: requests.RetryCount = None,
) -> Response[batches.OpenAIBatch]:
    origin, turn = body.origin(), parse.small_number(retry_count) or 0
    create = wiring.submit_file_batch(settings.load(Env))
    read_lines = batches.line_reader(origin.endpoint)
    key = parse.idempotency_key(idempotency_key)
    made = create(caller, origin, read_lines, turn=turn, request_id=request_id(), idempotency_key=key)
    headers = parse.Preferences().applied(replayed=made.replayed)
    return answers.as_json(batches.batch_body(made.batch), headers=headers)


@app.post("/v1/batches/<batchId>/cancel", **words.CANCEL_BATCH)
def cancel_batch(caller: callers.GenerationsWrite, batch_id: batches.BatchId) -> Response[batches.OpenAIBatch]:
    change = wiring.change_batch(settings.load(Env))
    batch = change.cancel(caller, batches.batch_id(batch_id), request_id=request_id())
    return answers.as_json(batches.batch_body(batch))


lambda_handler = gateway.entry(app)

"""GET /api/v1/batches, /api/v1/batches/{batchId} and .../results: list and read batches."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical import paging
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.generations import batch_answers as batches
from easel.doors.canonical.generations import batch_requests as requests
from easel.doors.canonical.generations import batch_words as words
from easel.http import answers, callers, gateway, parse
from easel.wiring import cursors
from easel.wiring.env import SigningKey
from easel.wiring.generations import batches as wiring


class Env(wiring.ReadEnv, SigningKey):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.get("/api/v1/batches", **words.LIST_BATCHES)
def list_batches(
    caller: callers.GenerationsRead, limit: paging.Limit = None, cursor: paging.CursorText = None
) -> Response[batches.BatchPage]:
    env = settings.load(Env)
    pages = paging.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, "batches")
    requested = pages.request(limit=limit, cursor=cursor)
    listed = wiring.read_batches(env).list(caller, limit=requested.limit, after=requested.after)
    return answers.as_json(batches.batch_page(listed, requested, pages))


@app.get("/api/v1/batches/<batchId>", **words.READ_BATCH)
def read_batch(caller: callers.GenerationsRead, batch_id: requests.BatchId) -> Response[batches.BatchBody]:
    reading = wiring.read_batches(settings.load(Env))
    batch = reading.get(caller, parse.resource_id(batch_id, "batch"))
    return answers.as_json(batches.batch_body(batch, reading.results_url(batch)))


@app.get("/api/v1/batches/<batchId>/results", **words.LIST_BATCH_RESULTS)
def list_results(
    caller: callers.GenerationsRead,
    batch_id: requests.BatchId,
    limit: paging.Limit = None,
    cursor: paging.CursorText = None,
) -> Response[batches.BatchResultPage]:
    env, found = settings.load(Env), parse.resource_id(batch_id, "batch")
    pages = paging.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, f"results of {found}")
    requested = pages.request(limit=limit, cursor=cursor)
    page = wiring.read_batches(env).results(caller, found, limit=requested.limit, after=requested.after)
    return answers.as_json(batches.result_page(page, requested, pages))


lambda_handler = gateway.entry(app)

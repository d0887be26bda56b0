"""GET /v1/files, /v1/batches and single ones of them, as OpenAI's own."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.openai import batches, files, words
from easel.doors.openai.door import OPENAI
from easel.http import answers, callers, gateway
from easel.wiring.generations import batches as wiring

Env = wiring.ReadEnv
app = gateway.resolver(OPENAI)


@app.get("/v1/files", **words.LIST_FILES)
def list_files(
    caller: callers.GenerationsRead,
    purpose: files.Purpose = None,
    limit: files.Limit = None,
    order: files.Order = None,
    after: files.After = None,
) -> Response[files.FileRows]:
    asked = files.FileQuery.of(purpose, limit, after, order)
    found, more = wiring.manage_batch_files(settings.load(Env)).list(
        caller, purpose=asked.purpose, limit=asked.limit, after=asked.after, newest_first=asked.newest_first
    )
    return answers.as_json(files.file_rows(found, more=more))


@app.get("/v1/files/<fileId>/content", **words.READ_FILE_CONTENT)
def read_file_content(caller: callers.GenerationsRead, file_id: files.FileId) -> Response[Any]:
    link = wiring.manage_batch_files(settings.load(Env)).link(caller, files.file_id(file_id))
    return answers.redirect(link, cache=answers.PRIVATE)


@app.get("/v1/files/<fileId>", **words.READ_FILE)
def read_file(caller: callers.GenerationsRead, file_id: files.FileId) -> Response[files.FileBody]:
    file = wiring.manage_batch_files(settings.load(Env)).get(caller, files.file_id(file_id))
    return answers.as_json(files.file_body(file))


@app.get("/v1/batches", **words.LIST_BATCHES)
def list_batches(
    caller: callers.GenerationsRead, limit: files.Limit = None, after: files.After = None
) -> Response[batches.BatchRows]:
    size = files.size_of_page(limit, default=batches.DEFAULT_LISTED)
    start = batches.batch_id(after) if after else None
    page = wiring.read_batches(settings.load(Env)).list_after(caller, limit=size, batch_id=start)
    return answers.as_json(batches.batch_rows(page.items, more=page.next_after is not None))


@app.get("/v1/batches/<batchId>", **words.READ_BATCH)
def read_batch(caller: callers.GenerationsRead, batch_id: batches.BatchId) -> Response[batches.OpenAIBatch]:
    batch = wiring.read_batches(settings.load(Env)).get(caller, batches.batch_id(batch_id))
    return answers.as_json(batches.batch_body(batch))


lambda_handler = gateway.entry(app)

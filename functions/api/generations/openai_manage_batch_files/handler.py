"""POST /v1/files and DELETE /v1/files/{fileId}: files for batches, as OpenAI's own."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.openai import files, requests, words
from easel.doors.openai.door import OPENAI
from easel.http import answers, callers, gateway
from easel.http.incoming import Incoming
from easel.wiring.generations import batches as wiring

Env = wiring.ReadEnv

app = gateway.resolver(OPENAI)


@app.post("/v1/files", **words.UPLOAD_FILE)
def upload_file(
    caller: callers.GenerationsWrite,
    version: requests.ApiVersion = None,  # noqa: ARG001 - Azure's clients send it
) -> Response[files.FileBody]:
    sent = files.read_upload(Incoming(app.current_event.raw_event))
    file = wiring.manage_batch_files(settings.load(Env)).add(caller, sent.name, sent.data, sent.kept)
    return answers.as_json(files.file_body(file))


@app.delete("/v1/files/<fileId>", **words.DELETE_FILE)
def delete_file(caller: callers.GenerationsWrite, file_id: files.FileId) -> Response[files.DeletedFile]:
    found = files.file_id(file_id)
    wiring.manage_batch_files(settings.load(Env)).delete(caller, found)
    return answers.as_json(files.DeletedFile(id=f"{files.FILE_PREFIX}{found}"))


lambda_handler = gateway.entry(app)

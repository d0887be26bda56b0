"""POST /api/v1/uploads: a ticket for a file, or files within a form."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.uploads import answers as uploads
from easel.doors.canonical.uploads import requests, words
from easel.http import answers, callers, gateway
from easel.http.incoming import Incoming
from easel.http.multipart import Form
from easel.wiring.uploads import accept_upload as wiring
from easel.wiring.uploads.create_upload import create_upload as tickets
from easel.wiring.uploads.upload_store import upload_links

Env = wiring.AcceptEnv

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/uploads", status_code=201, **words.CREATE_UPLOAD)
def create_upload(
    caller: callers.GenerationsWrite,
) -> Response[uploads.UploadTicketBody | uploads.AcceptedUploadsBody]:
    sent = requests.read(Incoming(app.current_event.raw_event))
    env = settings.load(Env)
    if isinstance(sent, Form):
        accepted = wiring.accept_upload(env)(caller, sent.files, size=sent.size)
        return answers.as_json(uploads.accepted_body(accepted, upload_links(env)), status=201)
    ticket = tickets(env)(caller, sent.content_type, filename=sent.filename, size=sent.bytes)
    return answers.as_json(uploads.ticket_body(ticket), status=201)


lambda_handler = gateway.entry(app)

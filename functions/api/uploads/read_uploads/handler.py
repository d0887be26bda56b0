"""GET /api/v1/uploads, GET /api/v1/uploads/{uploadId}: list and read uploads."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical import paging
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.uploads import answers as uploads
from easel.doors.canonical.uploads import requests, words
from easel.http import answers, callers, gateway
from easel.wiring import cursors
from easel.wiring.env import ImagesBucket, SigningKey
from easel.wiring.uploads import read_uploads as wiring
from easel.wiring.uploads.upload_store import upload_links


class Env(wiring.ReadUploadsEnv, ImagesBucket, SigningKey):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.get("/api/v1/uploads", **words.LIST_UPLOADS)
def list_uploads(
    caller: callers.GenerationsRead, limit: paging.Limit = None, cursor: paging.CursorText = None
) -> Response[uploads.UploadPage]:
    env = settings.load(Env)
    pages = paging.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, "uploads")
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.read_uploads(env).list(caller, limit=asked.limit, after=asked.after)
    return answers.as_json(uploads.upload_page(found, asked.limit, pages, upload_links(env)))


@app.get("/api/v1/uploads/<uploadId>", **words.READ_UPLOAD)
def read_upload(caller: callers.GenerationsRead, upload_id: requests.UploadId) -> Response[uploads.UploadBody]:
    env = settings.load(Env)
    found = wiring.read_uploads(env).get(caller, requests.upload_id(upload_id))
    return uploads.upload_answer(found, upload_links(env))


lambda_handler = gateway.entry(app)

"""DELETE /api/v1/uploads/{uploadId}: delete an upload that nothing uses."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.uploads import requests, words
from easel.http import answers, callers, gateway
from easel.wiring.uploads import remove_uploads as wiring

Env = wiring.RemoveUploadsEnv

app = gateway.resolver(CANONICAL)


@app.delete("/api/v1/uploads/<uploadId>", status_code=204, **words.DELETE_UPLOAD)
def delete_upload(caller: callers.GenerationsWrite, upload_id: requests.UploadId) -> Response[None]:
    wiring.delete_upload(settings.load(Env))(caller, requests.upload_id(upload_id))
    return answers.no_content()


lambda_handler = gateway.entry(app)

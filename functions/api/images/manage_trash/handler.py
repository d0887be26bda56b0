"""POST /api/v1/gallery/trash and /api/v1/gallery/restore: put images into the trash, and restore them."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.images import trash, words
from easel.http import answers, callers, gateway
from easel.wiring.images import trash as wiring

Env = wiring.ManageTrashEnv

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/gallery/trash", **words.TRASH_IMAGES)
def put_into_trash(
    caller: callers.GenerationsWrite, body: Annotated[trash.TrashRequest, Body()]
) -> Response[trash.TrashResultsBody]:
    ids = trash.named_ids(body)
    return answers.as_json(trash.trash_results(wiring.manage_trash(settings.load(Env)).put(caller, ids)))


@app.post("/api/v1/gallery/restore", **words.RESTORE_IMAGES)
def restore(
    caller: callers.GenerationsWrite, body: Annotated[trash.TrashRequest, Body()]
) -> Response[trash.TrashResultsBody]:
    ids = trash.named_ids(body)
    return answers.as_json(trash.trash_results(wiring.manage_trash(settings.load(Env)).restore(caller, ids)))


lambda_handler = gateway.entry(app)

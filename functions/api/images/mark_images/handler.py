"""POST /api/v1/gallery/marks: mark images as favourites, and with tags."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.images import marks, words
from easel.http import answers, callers, gateway
from easel.wiring.env import CoreTable as Env
from easel.wiring.images import gallery as wiring

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/gallery/marks", **words.MARK_IMAGES)
def mark_images(
    caller: callers.GenerationsWrite, body: Annotated[marks.MarkImagesRequest, Body()]
) -> Response[marks.MarkedImagesBody]:
    ids, change = marks.marked_ids(body), marks.mark_change(body)
    return answers.as_json(marks.marked_images(wiring.mark_images(settings.load(Env))(caller, ids, change)))


lambda_handler = gateway.entry(app)

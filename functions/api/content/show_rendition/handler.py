"""GET /media/draft-images/{contentItemId}/{filename}/{rendition}: a file for pages, made of a picture. Public."""

from functools import partial
from typing import Any

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.content import answers as content
from easel.doors.content import files, parameters, words
from easel.doors.content.door import CONTENT
from easel.http import gateway
from easel.wiring import renditions as wiring

Env = wiring.RenditionEnv

app = gateway.resolver(CONTENT)


@app.get("/media/draft-images/<contentItemId>/<filename>/<rendition>", **words.READ_RENDITION)
def show_rendition(
    item: parameters.ContentItemId,
    name: parameters.FileName,
    rendition_name: parameters.RenditionName,
    part: parameters.ByteRange = None,
    tag: parameters.IfNoneMatch = None,
) -> Response[Any]:
    rendition = parameters.rendition(rendition_name)
    show = wiring.show_rendition(settings.load(Env))
    view = show.find(parameters.item_id(item), name)
    stored = content.finished(view)
    if stored is None:
        return content.pending_answer(view)
    asked = files.FileRequest(head=app.is_head, byte_range=part, if_none_match=tag)
    return files.rendition_answer(view, stored, rendition, asked, partial(show.data, view, stored, rendition))


lambda_handler = gateway.entry(app)

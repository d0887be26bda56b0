"""GET /media/draft-images/{contentItemId}/{filename}: the file of a content item's picture. Public."""

from functools import partial
from typing import Any

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.content import answers as content
from easel.doors.content import files, parameters, words
from easel.doors.content.door import CONTENT
from easel.http import gateway
from easel.wiring import content as wiring
from easel.wiring.env import CoreTable, Links
from easel.wiring.images import read_images


class Env(CoreTable, Links):
    """Environment of this function."""


app = gateway.resolver(CONTENT)


@app.get("/media/draft-images/<contentItemId>/<filename>", **words.READ_FILE)
def read_file(
    item: parameters.ContentItemId,
    name: parameters.FileName,
    part: parameters.ByteRange = None,
    tag: parameters.IfNoneMatch = None,
) -> Response[Any]:
    env = settings.load(Env)
    view = wiring.read_content_file(env)(parameters.item_id(item), name)
    stored = content.finished(view)
    if stored is None or view.picture is None:
        return content.pending_answer(view)
    link = partial(read_images.links(env).download_url, view.picture.image, "original")
    asked = files.FileRequest(head=app.is_head, byte_range=part, if_none_match=tag)
    read = partial(wiring.file_reader(env).read, stored.original_key)
    return files.file_answer(files.original(view, stored), asked, read=read, link=link)


lambda_handler = gateway.entry(app)

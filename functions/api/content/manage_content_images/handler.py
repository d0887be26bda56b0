"""Delete a content item's picture (at three spellings of its address), or make it the item's current one."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.content import answers as content
from easel.doors.content import parameters, words
from easel.doors.content.door import CONTENT
from easel.http import answers, callers, gateway
from easel.observability import request_id
from easel.services.accounts.principal import Principal
from easel.wiring import content as wiring
from easel.wiring.env import PublicAddress
from easel.wiring.images.deletion import DeleteEnv


class Env(DeleteEnv, PublicAddress):
    """Environment of this function."""


app = gateway.resolver(CONTENT)
Item = parameters.ContentItemId
Name = parameters.FileName
Deleted = Response[content.ContentDeletedBody]


@app.delete("/api/v1/images/<contentItemId>/<filename>", **words.DELETE_IMAGE)
def delete_image(caller: callers.GenerationsWrite, item: Item, name: Name) -> Deleted:
    return _deleted(caller, parameters.item_id(item), name)


@app.delete("/api/images/<contentItemId>/<filename>", **words.DELETE_IMAGE_UNVERSIONED)
def delete_unversioned(caller: callers.GenerationsWrite, item: Item, name: Name) -> Deleted:
    return _deleted(caller, parameters.item_id(item), name)


@app.delete("/api/images/<contentImageId>", **words.DELETE_IMAGE_BY_ID)
def delete_by_id(caller: callers.GenerationsWrite, image_id: parameters.ContentImageId) -> Deleted:
    return _deleted(caller, *parameters.parts_of_id(image_id))


@app.put("/api/v1/content-items/<contentItemId>/images/<filename>/current", **words.CHOOSE_VERSION)
def choose_version(caller: callers.GenerationsWrite, item: Item, name: Name) -> Response[content.ContentImageBody]:
    env = settings.load(Env)
    view = wiring.manage_content_images(env).choose(caller, parameters.item_id(item), name)
    return answers.as_json(content.content_image_body(view, env.PUBLIC_BASE_URL))


def _deleted(caller: Principal, item_id: str, name: str) -> Deleted:
    deleted = wiring.manage_content_images(settings.load(Env)).delete(caller, item_id, name, request_id() or "")
    return answers.as_json(content.ContentDeletedBody(id=deleted.id))


lambda_handler = gateway.entry(app)

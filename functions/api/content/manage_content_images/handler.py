"""Delete a picture of a content item (at three spellings of its address), change its texts, or make it current."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.content import answers as content
from easel.doors.content import parameters, requests, words
from easel.doors.content.door import CONTENT
from easel.http import answers, callers, gateway, internal_callers
from easel.observability import request_id
from easel.wiring import content as wiring
from easel.wiring.accounts.internal_callers import signers
from easel.wiring.env import ContentAddress
from easel.wiring.images.deletion import DeleteEnv


class Env(DeleteEnv, ContentAddress):
    """Environment of this function."""


app = gateway.resolver(CONTENT)
Item = parameters.ContentItemId
Name = parameters.FileName
Deleted = Response[content.ContentDeletedBody]
Changed = Response[content.ContentImageBody]


@app.delete("/api/v1/images/<contentItemId>/<filename>", **words.DELETE_IMAGE)
@app.delete("/api/images/<contentItemId>/<filename>", **words.DELETE_IMAGE_UNVERSIONED)
@app.delete("/internal/api/images/<contentItemId>/<filename>", **words.DELETE_IMAGE_SIGNED)
def delete_image(caller: callers.GenerationsWrite, item: Item, name: Name) -> Deleted:
    manage = wiring.manage_content_images(settings.load(Env))
    return content.deleted_answer(manage.delete(caller, parameters.item_id(item), name, request_id() or "").id)


@app.delete("/api/images/<contentImageId>", **words.DELETE_IMAGE_BY_ID)
def delete_by_id(caller: callers.GenerationsWrite, image_id: parameters.ContentImageId) -> Deleted:
    if picture_id := parameters.picture_id(image_id):
        wiring.manage_content_images(settings.load(Env)).delete_picture(caller, picture_id, request_id() or "")
        return content.deleted_answer(picture_id)
    return delete_image(caller, *parameters.parts_of_id(image_id))


@app.patch("/api/v1/content-items/<contentItemId>/images/<filename>", **words.DESCRIBE_VERSION)
def describe_version(caller: callers.GenerationsWrite, item: Item, name: Name, body: requests.TextsBody) -> Changed:
    env, texts = settings.load(Env), requests.changed_texts(body)
    view = wiring.manage_content_images(env).describe(caller, parameters.item_id(item), name, texts)
    return answers.as_json(content.content_image_body(view, env.CONTENT_BASE_URL))


@app.put("/api/v1/content-items/<contentItemId>/images/<filename>/current", **words.CHOOSE_VERSION)
def choose_version(caller: callers.GenerationsWrite, item: Item, name: Name) -> Changed:
    env = settings.load(Env)
    view = wiring.manage_content_images(env).choose(caller, parameters.item_id(item), name)
    return answers.as_json(content.content_image_body(view, env.CONTENT_BASE_URL))


lambda_handler = internal_callers.signed_entry(app, signers(Env))

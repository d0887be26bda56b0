"""GET /api/v1/images/{imageId}/exports: an image ready for the places where it is sold."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.images import exports, parameters, words
from easel.http import callers, gateway, parse
from easel.wiring.images import export_image as wiring

Env = wiring.ExportEnv

app = gateway.resolver(CANONICAL)


@app.get("/api/v1/images/<imageId>/exports", **words.EXPORT_IMAGE)
def export_image(
    caller: callers.GenerationsRead, image_id: parameters.ImageId, channel: exports.ChannelChoice = None
) -> Response[exports.ExportsBody]:
    channels = exports.chosen_channels(channel)
    found = parse.resource_id(image_id, "image")
    return exports.exports_answer(wiring.export_image(settings.load(Env))(caller, found, channels))


lambda_handler = gateway.entry(app)

"""GET /api/ai/pictures/{token}: an image for a page that loads its address before it is made."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.workspace import links
from easel.doors.workspace.door import WORKSPACE
from easel.doors.workspace.images import words
from easel.http import gateway, parse
from easel.wiring.env import CoreTable
from easel.wiring.env import Links as LinksEnv
from easel.wiring.images import await_image as wiring
from easel.wiring.images import read_images


class Env(CoreTable, LinksEnv):
    """Environment of this function."""


app = gateway.resolver(WORKSPACE)


@app.get("/api/ai/pictures/<token>", **words.AWAIT_IMAGE)
def await_image(token: links.Token, turn: links.Turn = None) -> Response[links.AwaitedImage | None]:
    env = settings.load(Env)
    view = wiring.await_image(env)(token, 0 if app.is_head else parse.LONGEST_WAIT)
    return links.awaited_answer(view, token, turn or 0, links=read_images.links(env), base_url=env.PUBLIC_BASE_URL)


lambda_handler = gateway.entry(app)

"""GET /api/ai/images/{generationId}: the images of a request that was answered 202."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.workspace.door import WORKSPACE
from easel.doors.workspace.images import answers as images
from easel.doors.workspace.images import requests, words
from easel.doors.workspace.links import WorkspaceLinks
from easel.http import callers, gateway, parse
from easel.services.generations.generate_images import Generated
from easel.wiring.accounts import enter_workspace
from easel.wiring.env import CoreTable, Links
from easel.wiring.generations import read_generations as wiring
from easel.wiring.images import read_images


class Env(CoreTable, Links):
    """Environment of this function."""


app = gateway.resolver(WORKSPACE)


@app.get("/api/ai/images/<generationId>", **words.READ_IMAGES)
def read_generated_images(
    caller: callers.GenerationsRead, generation_id: requests.GenerationId, in_query: requests.WorkspaceQuery = None
) -> Response[images.Answer]:
    env = settings.load(Env)
    named = requests.workspace_of_read(app.current_event.headers, in_query, caller.workspace_id)
    member = enter_workspace.enter_workspace(env)(caller, named)
    found = wiring.read_generations(env).get(member, parse.resource_id(generation_id, "generation"))
    return images.generated_answer(Generated(found), WorkspaceLinks(read_images.links(env), env.PUBLIC_BASE_URL))


lambda_handler = gateway.entry(app)

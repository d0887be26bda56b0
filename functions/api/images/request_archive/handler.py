"""GET /api/v1/generations/{generationId}/archive: all pictures of a generation as one ZIP file."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.images import archives, parameters, words
from easel.http import callers, gateway, parse, pictures
from easel.observability import request_id
from easel.wiring.env import Links
from easel.wiring.images import archives as wiring
from easel.wiring.images import read_images


class Env(wiring.RequestEnv, Links):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.get("/api/v1/generations/<generationId>/archive", **words.READ_ARCHIVE)
def read_archive(
    caller: callers.GenerationsRead,
    generation_id: parameters.GenerationOfArchive,
    described: pictures.FormatChoice = None,
    accept: pictures.Accept = None,
) -> Response[archives.ArchiveAnswer | None]:
    env = settings.load(Env)
    as_json = pictures.chosen_json(described, accept)
    found = parse.resource_id(generation_id, "generation")
    view = wiring.request_archive(env)(caller, found, request_id() or "")
    link = read_images.links(env).archive_link(view, wiring.key_of, head=app.is_head and not as_json)
    return archives.archive_answer(view, link, as_json=as_json)


lambda_handler = gateway.entry(app)

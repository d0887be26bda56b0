"""GET /api/v1/admin/generations/{generationId}/timeline: a generation of any workspace, for operators."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.generations import parameters, timeline, words
from easel.http import answers, callers, gateway, parse
from easel.wiring.env import CoreTable as Env
from easel.wiring.generations import read_generations as wiring

app = gateway.resolver(CANONICAL)


@app.get("/api/v1/admin/generations/<generationId>/timeline", **words.SHOW_TIMELINE)
def show_timeline(
    caller: callers.DebugRead, generation_id: parameters.GenerationId, workspace_id: timeline.InWorkspace = None
) -> Response[timeline.TimelineBody]:
    found = parse.resource_id(generation_id, "generation")
    workspace = parse.resource_id(workspace_id or caller.workspace_id, "workspace")
    generation = wiring.show_timeline(settings.load(Env))(workspace, found)
    return answers.as_json(timeline.timeline_body(generation))


lambda_handler = gateway.entry(app)

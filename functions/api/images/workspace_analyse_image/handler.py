"""GET /api/ai/images/{imageId}/analysis: measures, colours, text and tags of an image."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.workspace.door import WORKSPACE
from easel.doors.workspace.images import analysis
from easel.http import answers, callers, gateway, parse
from easel.wiring.images import analyse_image as wiring

Env = wiring.AnalyseEnv

app = gateway.resolver(WORKSPACE)


@app.get("/api/ai/images/<imageId>/analysis", **analysis.ANALYSE_IMAGE)
def analyse_image(caller: callers.GenerationsRead, image_id: analysis.ImageId) -> Response[analysis.AnalysisBody]:
    analysed = wiring.analyse_image(settings.load(Env))(caller, parse.resource_id(image_id, "image"))
    return answers.as_json(analysis.analysis_body(analysed))


lambda_handler = gateway.entry(app)

"""POST /api/v1/shares and DELETE /api/v1/shares/{shareId}: create links to images, and revoke them."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.clock import system_clock
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.images import shares, words
from easel.http import answers, callers, gateway, parse
from easel.wiring.env import CoreTable, PublicAddress
from easel.wiring.images import shares as wiring


class Env(CoreTable, PublicAddress):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.post("/api/v1/shares", status_code=201, **words.CREATE_SHARE)
def create_share(
    caller: callers.GenerationsWrite, body: Annotated[shares.CreateShareRequest, Body()]
) -> Response[shares.NewShareBody]:
    env, now = settings.load(Env), system_clock()
    share, token = wiring.manage_shares(env).create(caller, shares.share_order(body, now))
    headers = {"Location": f"{env.PUBLIC_BASE_URL}/api/v1/shares/{share.id}"}
    return answers.as_json(shares.new_share(share, token, env.PUBLIC_BASE_URL, now), status=201, headers=headers)


@app.delete("/api/v1/shares/<shareId>", status_code=204, **words.REVOKE_SHARE)
def revoke_share(caller: callers.GenerationsWrite, share_id: shares.ShareId) -> Response[None]:
    wiring.manage_shares(settings.load(Env)).revoke(caller, parse.resource_id(share_id, "share"))
    return answers.no_content()


lambda_handler = gateway.entry(app)

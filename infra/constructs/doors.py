"""The front doors beside the canonical one: the rooms whose functions answer their addresses."""

from collections.abc import Collection
from typing import Final

from infra.constructs import api, delivery, library, realtime
from infra.constructs.authorizer import Authorizer
from infra.constructs.foundation import Foundation
from infra.constructs.functions.bot import BotGenerations, BotImages, BotMoney
from infra.constructs.functions.content import Content
from infra.constructs.functions.openai import OpenAIGenerations, OpenAIModels
from infra.constructs.functions.room import Room, Route
from infra.constructs.functions.shop import ShopGenerations, ShopProducts, ShopUploads
from infra.constructs.functions.shop_images import ShopImages
from infra.constructs.functions.studio import Studio
from infra.constructs.functions.workspace import WorkspaceGenerations, WorkspaceImages, WorkspaceMoney, WorkspacePage
from infra.constructs.routes import RoutedStack

from constructs import Construct

ROOMS: Final[tuple[type[Room], ...]] = (
    ShopProducts,
    ShopUploads,
    ShopImages,
    ShopGenerations,
    WorkspaceGenerations,
    WorkspaceImages,
    WorkspaceMoney,
    WorkspacePage,
    Content,
    BotGenerations,
    BotImages,
    BotMoney,
    Studio,
    OpenAIGenerations,
    OpenAIModels,
)

_OWN: Final[tuple[Route, ...]] = tuple(route for room in ROOMS for route in room.routes)

ROUTES: Final = (
    *api.ROUTES,
    *delivery.ROUTES,
    *library.ROUTES,
    *(route for room in realtime.ROOMS for route in room.routes),
    *_OWN,
)
"""Every route of the HTTP API, whichever stack holds it."""


class Doors(RoutedStack):
    """The addresses of the seeds' clients."""

    def __init__(self, scope: Construct, id: str, *, foundation: Foundation, authorizer: Authorizer) -> None:
        super().__init__(scope, id, foundation=foundation, authorizer=authorizer, rooms=ROOMS)


def wanted(opened: Collection[str]) -> bool:
    """Whether a deployment with these doors has any of the routes of `Doors`: a template needs a resource."""
    return any(route.is_open(opened) for route in _OWN)

"""Rooms for which the template of their door has no space, such as products, batches (two doors) and galleries."""

from typing import Final

from infra.constructs.authorizer import Authorizer
from infra.constructs.foundation import Foundation
from infra.constructs.functions.batches import Batches
from infra.constructs.functions.gallery import Gallery
from infra.constructs.functions.openai import OpenAIBatches
from infra.constructs.functions.products import Products
from infra.constructs.functions.prompt_templates import PromptTemplates
from infra.constructs.functions.public_gallery import PublicGallery
from infra.constructs.functions.shares import Shares
from infra.constructs.functions.timelines import Timelines
from infra.constructs.routes import RoutedStack

from constructs import Construct

ROOMS: Final = (Products, PromptTemplates, Batches, OpenAIBatches, Gallery, Shares, PublicGallery, Timelines)

ROUTES: Final = tuple(route for room in ROOMS for route in room.routes)


class Library(RoutedStack):
    """What requests are made of, and many of them at once."""

    def __init__(self, scope: Construct, id: str, *, foundation: Foundation, authorizer: Authorizer) -> None:
        super().__init__(scope, id, foundation=foundation, authorizer=authorizer, rooms=ROOMS)

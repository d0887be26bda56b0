"""The canonical API: its routes, and the rooms whose functions answer them."""

from typing import Final

from infra.constructs.authorizer import Authorizer
from infra.constructs.foundation import Foundation
from infra.constructs.functions.accounts import Accounts
from infra.constructs.functions.catalogue import Catalogue
from infra.constructs.functions.generations import Generations
from infra.constructs.functions.images import Images
from infra.constructs.functions.money import Money
from infra.constructs.functions.operations import Operations
from infra.constructs.functions.uploads import Uploads
from infra.constructs.routes import RoutedStack

from constructs import Construct

ROOMS: Final = (Generations, Images, Uploads, Catalogue, Money, Accounts, Operations)

ROUTES: Final = tuple(route for room in ROOMS for route in room.routes)
"""Each stands in its room, beside the function that serves it."""


class Api(RoutedStack):
    """The canonical door, and what all doors need."""

    def __init__(self, scope: Construct, id: str, *, foundation: Foundation, authorizer: Authorizer) -> None:
        super().__init__(
            scope,
            id,
            foundation=foundation,
            authorizer=authorizer,
            rooms=ROOMS,
            default="describe_service",
        )

"""What workspaces are told, in a stack of its own: the canonical API's template is full."""

from typing import Final

from infra.constructs.authorizer import Authorizer
from infra.constructs.foundation import Foundation
from infra.constructs.functions.delivery import Delivery as Room
from infra.constructs.routes import RoutedStack

from constructs import Construct

ROUTES: Final = Room.routes


class Delivery(RoutedStack):
    """The log of events."""

    def __init__(self, scope: Construct, id: str, *, foundation: Foundation, authorizer: Authorizer) -> None:
        super().__init__(scope, id, foundation=foundation, authorizer=authorizer, rooms=(Room,))

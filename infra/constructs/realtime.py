"""The nested stack of real time: WebSockets, tickets for them, and server-sent events over HTTP."""

from infra.constructs.authorizer import Authorizer
from infra.constructs.foundation import Foundation
from infra.constructs.functions.realtime import RealtimeRoutes
from infra.constructs.live_functions import LiveFunctions
from infra.constructs.routes import RoutedStack

from constructs import Construct

ROOMS = (RealtimeRoutes,)


class Realtime(RoutedStack):
    """What clients follow live. A stack of its own: that of the canonical door has no room for it."""

    def __init__(self, scope: Construct, id: str, *, foundation: Foundation, authorizer: Authorizer) -> None:
        super().__init__(scope, id, foundation=foundation, authorizer=authorizer, rooms=ROOMS)
        self.functions = (*self.functions, *LiveFunctions(self, "Live", foundation=foundation).functions)

"""The routes of one function at one door, on Powertools' resolver."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from easel.http import bodies, query, refusals, validation
from easel.http.description import OPEN_QUERY, OR_TICKET, TAKES_BYTES
from easel.http.door import Door
from easel.http.incoming import Incoming
from easel.observability import bind

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.api_gateway import Route
    from aws_lambda_powertools.utilities.typing import LambdaContext

CALLER: Final = "caller"
"""Where `callers` finds the principal in the resolver's context."""
TICKET: Final = "ticket"
"""The query parameter that holds a ticket."""
_INCOMING: Final = "incoming"
_PLACEHOLDER: Final = re.compile(r"(<\w+>)")
_WHOLE: Final = r"^{}\Z"


class Resolver(APIGatewayHttpResolver):
    """Routes are held to their types both ways, and every failure leaves as the door writes it."""

    def __init__(self, door: Door) -> None:
        super().__init__(
            enable_validation=True,
            response_validation_error_http_code=500,
            json_body_deserializer=self._json_body,
        )
        self.door = door
        self.exception_handler(Exception)(self._refuse)

    @staticmethod
    def _compile_regex(rule: str, base_regex: str = _WHOLE) -> re.Pattern[str]:
        """The pattern of a route: a placeholder takes any text of one segment, as at the gateway.

        The framework's own pattern knows a list of characters, so that an address with others (an emoji) has no route.
        """
        return re.compile(base_regex.format(_PLACEHOLDER.sub(r"(?P\1[^/]+)", rule)))

    @property
    def routes(self) -> list[Route]:
        """Every route, those without placeholders first, as the framework tries them."""
        return [*self._static_routes, *self._dynamic_routes]

    @property
    def is_head(self) -> bool:
        """Whether the request that is being served is a HEAD, which routes see as a GET."""
        incoming: Incoming | None = self.context.get(_INCOMING)
        return incoming is not None and incoming.method == "HEAD"

    def prepare(self) -> None:
        """Make what the framework would make of each route at its first request: the models of its parameters."""
        for route in self.routes:
            _ = route.dependant, route.body_field

    def serve(self, incoming: Incoming, context: LambdaContext) -> dict[str, Any]:
        """Check the caller, then the body, and run the route.

        Identity comes before the body, so that a stranger learns nothing from what validation says. An address without
        a route wants a caller where any route of the function does.
        """
        route = self._route_at(incoming.route_method, incoming.path)
        wanted = any(not is_public(known) for known in ([route] if route else self.routes))
        by_ticket = route is not None and takes_ticket(route) and TICKET in incoming.query
        caller = incoming.caller if wanted and not by_ticket else None
        if caller:
            bind(workspace_id=caller.workspace_id, key_id=caller.key_id)
        event = {**incoming.event, **incoming.as_get()}
        # Without a route there is nothing that a body could be wrong for: the answer is 404 or 405.
        if route and incoming.method in bodies.METHODS_WITH_BODY and not takes_bytes(route):
            incoming.json()
            event = _announced_plainly(event)
        if route and not has_open_query(route):
            event = query.with_known_names(event, query_names(route))
        if incoming.contradiction:
            raise incoming.contradiction
        # Set for every request, so that a caller never outlives it; the framework clears them afterwards.
        self.context |= {CALLER: caller, _INCOMING: incoming}
        return self.resolve(event, context)

    def _route_at(self, method: str, path: str) -> Route | None:
        return next((route for route in self.routes if route.method == method and route.rule.match(path)), None)

    def _json_body(self, text: str) -> Any:
        """What was parsed before, so that a body is parsed once."""
        incoming: Incoming | None = self.context.get(_INCOMING)
        return incoming.json() if incoming else json.loads(text)

    def _refuse(self, error: Exception) -> Response[str]:
        incoming = self.context.get(_INCOMING) or Incoming(self.current_event.raw_event)
        return refusals.answer(self.door, error, incoming, validation.body_model(self))


def is_public(route: Route) -> bool:
    """Whether a route is described as one that wants no credential."""
    return _extensions(route).get("security") == []


def takes_bytes(route: Route) -> bool:
    """Whether a route reads its body itself, of any type."""
    return bool(_extensions(route).get(TAKES_BYTES))


def takes_ticket(route: Route) -> bool:
    """Whether a ticket in the query may stand for the credential."""
    return bool(_extensions(route).get(OR_TICKET))


def has_open_query(route: Route) -> bool:
    """Whether a route may be asked with query parameters that it does not know."""
    return bool(_extensions(route).get(OPEN_QUERY))


def query_names(route: Route) -> list[str]:
    """The names of a route's query parameters."""
    return [parameter.alias for parameter in route.dependant.query_params]


def _extensions(route: Route) -> Mapping[str, Any]:
    return route.openapi_extensions or {}


def _announced_plainly(event: dict[str, Any]) -> dict[str, Any]:
    """The event with its content type as the framework spells it: it compares media types with their case."""
    headers = {name: value for name, value in (event.get("headers") or {}).items() if name.lower() != "content-type"}
    return {**event, "headers": headers | {"content-type": "application/json"}}

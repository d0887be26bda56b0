"""Functions at addresses that several doors share: one resolver for each door, chosen for each request.

By itself, so that the functions of one door, which are most, load none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from easel.errors import EaselError
from easel.http import gateway
from easel.http.addresses import DOOR_HEADERS, RequestFacts, door_of
from easel.http.door import ALL_DOORS, DoorName
from easel.http.incoming import Incoming
from easel.http.resolver import Resolver
from easel.observability import instrumented

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def entry(
    *apps: Resolver,
    opened: Callable[[], Collection[DoorName]] = lambda: ALL_DOORS,
    prepare: Callable[[], object] | None = None,
) -> gateway.Entry:
    """The Lambda entry point of a function with a resolver for each door.

    `opened` says which doors the deployment opens, `prepare` runs at the start of a process. The first resolver answers
    where there is none for the chosen door.
    """

    def choose(incoming: Incoming) -> Resolver:
        choice = door_of(facts_of(incoming), opened())
        incoming.contradiction = choice.refusal
        return next((app for app in apps if app.door.name is choice.door), apps[0])

    def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        answer = gateway.respond(apps[0], event, context, choose=choose)
        if len(apps) > 1 and str(answer["headers"].get("Cache-Control", "")).startswith("public"):
            # A cache must not give one door's clients what it keeps for those of another.
            answer["headers"]["Vary"] = ", ".join(filter(None, (answer["headers"].get("Vary"), *DOOR_HEADERS)))
        return answer

    return instrumented(lambda_handler, gateway.preparation(apps, prepare))


def facts_of(incoming: Incoming) -> RequestFacts:
    """What the choice of a door depends on."""
    try:
        channel = incoming.caller.channel
    except EaselError:
        channel = None
    return RequestFacts(
        method=incoming.route_method,
        path=incoming.path,
        query=frozenset(incoming.query),
        headers=frozenset(incoming.headers),
        fields=frozenset(incoming.fields),
        channel=channel,
    )

"""The edge of every API function: what comes in is checked before the framework sees it, what goes out is complete.

In: request id, door, identity (where the route wants one), body. Out: failures as the door writes them, `X-Request-ID`
on every answer, caching headers, and 304 for a caller that has the answer already.
"""

from __future__ import annotations

import time
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from easel.clock import system_clock
from easel.errors import Forbidden
from easel.http import answers, compression, refusals
from easel.http.door import Door, Served
from easel.http.events import begin, came_through_the_edge
from easel.http.incoming import Incoming
from easel.http.resolver import Resolver
from easel.observability import instrumented, logger, request_id

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Entry = Callable[[dict[str, Any], "LambdaContext"], dict[str, Any]]

_ALWAYS: Final = {"X-Content-Type-Options": "nosniff"}


def resolver(door: Door) -> Resolver:
    """The routes of one function at this door."""
    return Resolver(door)


def entry(app: Resolver, prepare: Callable[[], object] | None = None) -> Entry:
    """The Lambda entry point of a function with these routes. `prepare` runs at the start of a process."""

    def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        return respond(app, event, context)

    return instrumented(lambda_handler, preparation([app], prepare))


def preparation(apps: Iterable[Resolver], prepare: Callable[[], object] | None) -> Callable[[], None]:
    """What a function with these resolvers does at the start of its process."""

    def run() -> None:
        for app in apps:
            app.prepare()
        if prepare:
            prepare()

    return run


def respond(
    app: Resolver,
    event: dict[str, Any],
    context: LambdaContext,
    *,
    choose: Callable[[Incoming], Resolver] | None = None,
) -> dict[str, Any]:
    """Serve one HTTP API event (payload 2.0). Never raises.

    `choose` picks the resolver where several doors share an address; `app` answers when that fails.
    """
    started = time.perf_counter()
    begin(event)
    incoming = Incoming(event)
    try:
        _check_origin(event)
        app = choose(incoming) if choose else app
        answer = app.serve(incoming, context)
    except Exception as error:  # noqa: BLE001 - the outer edge: API Gateway would answer without a body
        refusal = refusals.answer(app.door, error, incoming)
        answer = {"statusCode": refusal.status_code, "headers": refusal.headers, "body": refusal.body}
    milliseconds = round((time.perf_counter() - started) * 1000)
    finished = _finish(answer, incoming, app.door, milliseconds)
    facts = {"method": incoming.method, "status": finished["statusCode"], "ms": milliseconds}
    logger.info("request served", extra=facts)
    return finished


def _check_origin(event: dict[str, Any]) -> None:
    if not came_through_the_edge(event):
        raise Forbidden("Requests have to come through the public address of this API.")


def _finish(answer: dict[str, Any], incoming: Incoming, door: Door, milliseconds: int) -> dict[str, Any]:
    served = Served(incoming.event, answer["statusCode"], system_clock(), milliseconds)
    own = {"Cache-Control": "no-store"} | (answer.get("headers") or {})
    headers = _later(own, door.headers(served)) | _ALWAYS | {"X-Request-ID": request_id()}
    # The framework says None for "no body", and not every gateway takes that for a text.
    answer = {**answer, "headers": headers, "body": answer.get("body") or ""}
    unchanged = incoming.route_method == "GET" and served.status == HTTPStatus.OK
    if unchanged and answers.has_tag(incoming.headers.get("if-none-match"), headers.get("ETag")):
        # API Gateway gives an answer without a type one of its own, and a cache would take it over from a 304.
        return {"statusCode": HTTPStatus.NOT_MODIFIED.value, "headers": headers, "body": ""}
    complete = compression.compressed(answer, incoming.headers.get("accept-encoding"))
    return _without_body(complete) if incoming.method == "HEAD" else complete


def _without_body(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to HEAD: the length is that of the body which GET has, because a gateway would name that of none.

    A route that names the length itself has not made the body.
    """
    body = str(answer["body"])
    length = len(b64decode(body)) if answer.get("isBase64Encoded") else len(body.encode())
    headers = {"Content-Length": str(length), **answer["headers"]}
    return {**answer, "headers": headers, "body": "", "isBase64Encoded": False}


def _later(own: Mapping[str, Any], added: Mapping[str, str]) -> dict[str, Any]:
    """An answer's headers with those that the door adds where it has none. Of two pauses the longer one is right."""
    pauses = [int(headers["Retry-After"]) for headers in (own, added) if "Retry-After" in headers]
    return {**added, **own, **({"Retry-After": str(max(pauses))} if pauses else {})}

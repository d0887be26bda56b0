"""The edge of every API function: what comes in is checked before the framework sees it, what goes out is complete.

In: request id, identity (where the route wants one), body. Out: problem bodies for whatever went wrong, `X-Request-ID`
on every answer, caching headers, and 304 for a caller that has the answer already.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from easel.clock import system_clock
from easel.http import bodies, problems, rates
from easel.http.events import begin, header
from easel.observability import logger, request_id

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Check = Callable[[Mapping[str, Any]], object]

_ALWAYS: Final = {"X-Content-Type-Options": "nosniff"}


def resolver() -> APIGatewayHttpResolver:
    """The routes of one function: held to their types both ways, and every failure leaves in our shape."""
    app = APIGatewayHttpResolver(enable_validation=True, response_validation_error_http_code=500)
    problems.install(app)
    return app


def respond(
    app: APIGatewayHttpResolver,
    event: dict[str, Any],
    context: LambdaContext,
    *,
    check: Check | None = None,
    reads_json: bool = True,
) -> dict[str, Any]:
    """Serve one HTTP API event (payload 2.0). Never raises.

    `check` sees the event first; what it raises is answered as a problem. Identity goes here, so that a stranger
    learns nothing from what validation says. Without `reads_json` the body is the function's own affair.
    """
    started = time.perf_counter()
    begin(event)
    http = event.get("requestContext", {}).get("http", {})
    method, path = str(http.get("method", "GET")).upper(), str(event.get("rawPath", "/"))
    try:
        if check is not None:
            check(event)
        if reads_json and method in bodies.METHODS_WITH_BODY:
            bodies.check_json(event, header(event, "content-type"))
            event = _announced_plainly(event)
        answer = app.resolve(event, context)
    except Exception as error:  # noqa: BLE001 - the outer edge: API Gateway would answer without a body
        refusal = problems.answer(error, path, method)
        answer = {"statusCode": refusal.status_code, "headers": refusal.headers, "body": refusal.body}
    finished = _finish(answer, event, method)
    elapsed = round((time.perf_counter() - started) * 1000)
    logger.info("request served", extra={"method": method, "status": finished["statusCode"], "ms": elapsed})
    return finished


def _announced_plainly(event: dict[str, Any]) -> dict[str, Any]:
    """The event with its content type as the framework spells it: it compares media types with their case."""
    headers = {name: value for name, value in (event.get("headers") or {}).items() if name.lower() != "content-type"}
    return {**event, "headers": headers | {"content-type": "application/json"}}


def _finish(answer: dict[str, Any], event: Mapping[str, Any], method: str) -> dict[str, Any]:
    said = _later({"Cache-Control": "no-store"} | (answer.get("headers") or {}), rates.headers(event, system_clock()))
    headers = said | _ALWAYS | {"X-Request-ID": request_id()}
    # The framework says None for "no body", and not every gateway takes that for a text.
    answer = {**answer, "headers": headers, "body": answer.get("body") or ""}
    if method == "GET" and answer["statusCode"] == HTTPStatus.OK and _has_it_already(event, headers.get("ETag")):
        kept = {name: value for name, value in headers.items() if name != "Content-Type"}
        return {"statusCode": HTTPStatus.NOT_MODIFIED.value, "headers": kept, "body": ""}
    return answer


def _later(said: dict[str, Any], counted: dict[str, str]) -> dict[str, Any]:
    """An answer's headers with those about rates. Of two pauses the longer one is the right one."""
    pauses = [int(headers["Retry-After"]) for headers in (said, counted) if "Retry-After" in headers]
    return said | counted | ({"Retry-After": str(max(pauses))} if pauses else {})


def _has_it_already(event: Mapping[str, Any], etag: str | None) -> bool:
    """RFC 9110 13.1.2: one of the caller's tags is this one; weak and strong tags compare alike."""
    wanted = header(event, "if-none-match")
    if etag is None or wanted is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags

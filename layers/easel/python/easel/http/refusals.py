"""From an exception to the answer: the framework's errors in our classes, then as the door writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from easel.clock import system_clock
from easel.errors import EaselError, FieldError, GrantIdReused, InvalidRequest, Unauthenticated, UnsupportedMediaType
from easel.http import documentation, validation
from easel.http.door import Door, Failure
from easel.http.failures import InternalError, MethodNotAllowed, RouteNotFound
from easel.http.incoming import Incoming
from easel.http.problems import kind_of
from easel.observability import describe_error, logger, request_id


def answer(door: Door, error: Exception, incoming: Incoming, body: type[BaseModel] | None = None) -> Response[str]:
    """The answer to a failed request, logged once: refusals as events, faults of ours with where they happened."""
    known = _as_sent(_classify(error, incoming, body), door, incoming.fields)
    kind = kind_of(known)
    if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("request failed", extra={"code": known.code, **describe_error(error)})
    else:
        logger.info("request refused", extra={"code": known.code, "status": kind.status.value})
    failure = Failure(
        error=known,
        kind=kind,
        method=incoming.method,
        path=incoming.path,
        request_id=request_id(),
        at=system_clock(),
        headers=incoming.headers,
        fields=incoming.fields,
        query=incoming.query,
    )
    written = door.write_failure(failure)
    return Response(
        written.status or kind.status.value,
        content_type=written.media_type,
        headers={**_headers(failure), **written.headers},
        # Escaped to ASCII, so that any character of a caller's path or field name can be written.
        body=json.dumps(written.body, separators=(",", ":")),
    )


def _classify(error: Exception, incoming: Incoming, body: type[BaseModel] | None) -> EaselError:
    if isinstance(error, RequestValidationError):
        return validation.to_invalid_request(error.errors(), body)
    if isinstance(error, RequestUnsupportedContentType):
        return UnsupportedMediaType("Send the body as application/json.")
    if isinstance(error, NotFoundError | RouteNotFound):
        allowed = documentation.methods_at(incoming.path)
        if allowed and incoming.route_method not in allowed:
            return MethodNotAllowed(incoming.method, [*allowed, *(["HEAD"] if "GET" in allowed else [])])
        return error if isinstance(error, RouteNotFound) else RouteNotFound("There is nothing at this address.")
    return error if isinstance(error, EaselError) else InternalError("Something went wrong on our side.")


def _as_sent(error: EaselError, door: Door, sent: Mapping[str, Any]) -> EaselError:
    """Name fields as the door does, in the caller's spelling: requests may come in camelCase or in snake_case."""
    if not isinstance(error, InvalidRequest | GrantIdReused) or not error.fields:
        return error
    # What the caller did send under such a name is at fault under this name: the door has no such field.
    names = {name: own for name, own in door.field_names.items() if name not in sent}
    own = [replace(fault, field=names.get(fault.field, fault.field)) for fault in error.fields]
    renamed = [_renamed(fault, _spelling(fault.field, sent)) for fault in own]
    first = error.fields[0].message
    return type(error)(renamed[0].message if error.message == first else error.message, renamed)


def _renamed(fault: FieldError, field: str) -> FieldError:
    """The fault under another name of its field, in its message too."""
    if field == fault.field:
        return fault
    message = re.sub(rf"(?<![\w']){re.escape(fault.field)}(?![\w'])", lambda _: field, fault.message)
    return FieldError(field, message, fault.allowed)


def _spelling(field: str, sent: Mapping[str, Any]) -> str:
    """Of `referenceFileIds[0]` it is the name of the list that is spelled one way or the other."""
    name = re.split(r"[.\[]", field, maxsplit=1)[0]
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    known = next((one for one in (name, snake, to_camel(name)) if one in sent), name)
    return known + field[len(name) :]


def _headers(failure: Failure) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if isinstance(failure.error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="easel"'
    if isinstance(failure.error, MethodNotAllowed):
        headers["Allow"] = ", ".join(failure.error.allowed)
    if failure.retry_after:
        headers["Retry-After"] = str(failure.retry_after)
    return headers

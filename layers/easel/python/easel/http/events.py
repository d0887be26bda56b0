"""Reading HTTP API events without the framework, so that the authorizer starts fast."""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from typing import Any, Final

from easel.observability import bind, bind_request_id, sane_request_id

ORIGIN_HEADER: Final = "x-easel-origin"
"""Carries the secret that CloudFront and our functions share (infra/constructs/edge.py)."""
VIEWER_HEADER: Final = "x-easel-viewer"
"""Carries the client's address; CloudFront replaces what a client sends."""


def begin(event: Mapping[str, Any]) -> None:
    """Bind the request id: the caller's where it is valid. The gateway's own id is logged too, for the access log."""
    bind_request_id(sane_request_id(header(event, "x-request-id")))
    bind(gateway_request_id=event.get("requestContext", {}).get("requestId"))


def header(event: Mapping[str, Any], name: str) -> str | None:
    """A header of an event by its lower-case name, in any case."""
    headers: Mapping[str, str] = event.get("headers") or {}
    return next((value for key, value in headers.items() if key.lower() == name), None)


def came_through_the_edge(event: Mapping[str, Any]) -> bool:
    """Whether the request may come: from CloudFront, or from anywhere where the API is open to direct requests.

    A client that knows the API's own address could go around the limits before it. A signature names the API's
    own host, so requests that API Gateway has checked one of come directly.
    """
    if os.environ.get("ORIGIN_REQUIRED") != "true" or signer(event) is not None:
        return True
    return _is_from_cloudfront(event)


def signer(event: Mapping[str, Any]) -> str | None:
    """The unique id of the IAM user or role whose signature API Gateway has checked; None for other requests.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html (payload 2.0,
    `requestContext.authorizer.iam`); an assumed role is followed by the name of its session.
    """
    signed = (event.get("requestContext", {}).get("authorizer") or {}).get("iam") or {}
    return str(signed["userId"]).partition(":")[0] if signed.get("userId") else None


def source_address(event: Mapping[str, Any]) -> str:
    """The address that the request came from, as the gateway saw it; headers that a client could write do not count.

    Behind CloudFront the gateway sees CloudFront, which names the client in a header.
    """
    if _is_from_cloudfront(event):
        return header(event, VIEWER_HEADER) or ""
    return str(event.get("requestContext", {}).get("http", {}).get("sourceIp", ""))


def _is_from_cloudfront(event: Mapping[str, Any]) -> bool:
    expected = os.environ.get("ORIGIN_SECRET")
    if not expected:
        return False
    return hmac.compare_digest(expected.encode(), (header(event, ORIGIN_HEADER) or "").encode())

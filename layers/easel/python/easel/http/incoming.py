"""One HTTP API event (payload 2.0) as the machinery passes it on: each part is read at most once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from easel.errors import EaselError
from easel.http import bodies, identity
from easel.services.accounts.principal import Principal


class Incoming:
    """A request. What is wrong with its caller or its body is raised where they are asked for, each time the same."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        http = event.get("requestContext", {}).get("http", {})
        self.event = event
        self.method = str(http.get("method", "GET")).upper()
        self.path = str(event.get("rawPath", "/"))
        self.route_method = "GET" if self.method == "HEAD" else self.method
        """The method of the route that serves it: HEAD is a GET whose answer is sent without its body."""
        self.contradiction: EaselError | None = None
        """What the request is refused for because the facts of two doors meet in it."""

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """By lower-case names."""
        return {name.lower(): value for name, value in (self.event.get("headers") or {}).items()}

    @property
    def query(self) -> Mapping[str, str]:
        """The query parameters, as they were sent."""
        return self.event.get("queryStringParameters") or {}

    def as_get(self) -> Mapping[str, Any]:
        """For HEAD, what makes the event one of a GET; nothing for any other method."""
        if self.method == self.route_method:
            return {}
        context = self.event.get("requestContext", {})
        return {"requestContext": {**context, "http": {**context.get("http", {}), "method": self.route_method}}}

    @cached_property
    def caller(self) -> Principal:
        """Who is calling. Raises what `identity.require_principal` raises."""
        return identity.require_principal(self.event)

    def json(self) -> Mapping[str, Any] | None:
        """The JSON body, None where there is none. Raises what `bodies.read_json` raises."""
        body, error = self._body
        if error:
            raise error
        return body

    @property
    def fields(self) -> Mapping[str, Any]:
        """The fields of the JSON body; none where there is no readable one."""
        return self._body[0] or {}

    @cached_property
    def _body(self) -> tuple[Mapping[str, Any] | None, EaselError | None]:
        try:
            return bodies.read_json(self.event, self.headers), None
        except EaselError as error:
            return None, error

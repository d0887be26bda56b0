"""OpenAI's own client as it is, whose requests become events of the functions."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx2  # the HTTP library of OpenAI's client
import openai

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.functions.api.world import World


class OverWorld(httpx2.BaseTransport):
    """Requests to Easel become events of its functions; all others, such as those for links, go to the network."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._network = httpx2.HTTPTransport()

    def close(self) -> None:
        self._network.close()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host != "easel.example":
            return self._network.handle_request(request)
        content = request.read()
        answer = self._world.call(
            request.method,
            request.url.path,
            headers={name.lower(): value for name, value in request.headers.items()},
            query=request.url.query.decode(),
            form=content or None,
        )
        return httpx2.Response(answer.status, headers=dict(answer.headers), content=answer.body, request=request)


@contextmanager
def client_of(world: World, key: str, **options: Any) -> Iterator[openai.OpenAI]:
    """A client with this key. It repeats nothing unless it is told to."""
    options = {"max_retries": 0, **options}
    with openai.DefaultHttpxClient(transport=OverWorld(world)) as http:
        yield openai.OpenAI(
            base_url="https://easel.example/v1", api_key=key, http_client=http, **{"max_retries": 0, **options}
        )

"""`make trace ID=` and `make logs ID=`: what happened to a generation, and what the functions logged about it."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from infra.local.api_client import ApiClient, credits_text
from infra.local.clients import Clients
from infra.local.failures import ToolError
from rich.console import Console
from rich.text import Text

_SHOWN: Final = ("generation_id", "image_id", "provider", "model", "outcome", "duration_ms", "error_code", "status")
"""Fields of a log line that are worth a place on the terminal; the line itself has more."""
_LONGEST_ID: Final = 128


def named(environment: Mapping[str, str]) -> str:
    """The id that the command was given. Raises ToolError when there is none."""
    found = environment.get("ID", "").strip()
    if not found or len(found) > _LONGEST_ID or '"' in found:
        raise ToolError(
            "Name a generation: ID=019a9f1c-... (`make run` prints it; `make logs` also takes a request id)."
        )
    return found


def trace(record: Mapping[str, Any], generation_id: str, console: Console) -> None:
    """Print the timeline of a generation. Raises ToolError."""
    with ApiClient(record["apiUrl"], record["apiKey"]) as api:
        generation = api.generation(generation_id)
    moments = sorted(_moments(generation), key=lambda moment: moment[0])
    first = moments[0][0]
    for when, what in moments:
        seconds = (when - first).total_seconds()
        console.print(Text(f"{when:%H:%M:%S}  {seconds:+7.1f} s  {what}"), soft_wrap=True)


def logs(record: Mapping[str, Any], wanted: str, console: Console) -> None:
    """Print every log line that names this id, in order of time. Raises ToolError when there is none."""
    client = Clients(record["awsEndpointUrl"]).logs
    lines = sorted(_lines(client, wanted), key=lambda line: str(line.get("timestamp", "")))
    if not lines:
        raise ToolError(f"No function has logged {wanted}.")
    for line in lines:
        details = " ".join(f"{name}={line[name]}" for name in _SHOWN if line.get(name) is not None)
        when, level = str(line.get("timestamp", ""))[11:23], str(line.get("level", ""))
        console.print(
            Text(f"{when} {level:<7} {line['function']:<34} {line.get('message', '')}  {details}"), soft_wrap=True
        )


def _moments(generation: dict[str, Any]) -> Iterator[tuple[datetime, str]]:
    price = credits_text((generation.get("price") or {}).get("credits"))
    yield _time(generation["createdAt"]), f"accepted  {generation['n']} of {generation['model']}, price {price}"
    if generation.get("startedAt"):
        yield _time(generation["startedAt"]), "started"
    for image in generation["images"]:
        yield from _of_image(image, f"image {image['index'] + 1}")
    if generation.get("completedAt"):
        charged, cost = credits_text(generation.get("chargedCredits") or 0), generation.get("providerCostMicroUsd")
        paid = "" if cost is None else f", provider cost ${cost / 1e6:.4f}"
        yield _time(generation["completedAt"]), f"{generation['status'].lower()}, charged {charged}{paid}"


def _of_image(image: dict[str, Any], name: str) -> Iterator[tuple[datetime, str]]:
    for attempt in image.get("attempts") or []:
        yield _time(attempt["startedAt"]), f"{name}  sent to {attempt['provider']} as {attempt['upstreamModel']}"
        if attempt.get("endedAt"):
            error = f" ({attempt['errorCode']})" if attempt.get("errorCode") else ""
            seconds = (attempt.get("durationMs") or 0) / 1000
            yield (
                _time(attempt["endedAt"]),
                f"{name}  {attempt['provider']}: {attempt['outcome']}{error} in {seconds:.1f} s",
            )
    if image.get("completedAt"):
        size = f", {image['width']}x{image['height']}, {image['byteCount']:,} bytes" if image.get("width") else ""
        yield _time(image["completedAt"]), f"{name}  {image['status'].lower()}{size}"


def _lines(client: Any, wanted: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            found = client.filter_log_events(logGroupName=group["logGroupName"], filterPattern=f'"{wanted}"')
            for event in found["events"]:
                yield _line(event["message"]) | {"function": _function(group["logGroupName"])}


def _line(message: str) -> dict[str, Any]:
    try:
        line = json.loads(message)
    except ValueError:
        line = None
    return line if isinstance(line, dict) else {"message": message.strip()}


def _function(group: str) -> str:
    """The end of a log group's name without the suffixes that CloudFormation adds."""
    return group.rpartition("/")[2].partition("Logs")[0]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)

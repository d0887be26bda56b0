"""Lines of batches: each is read as the door reads whose address it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from easel.domain.request import ImageRequest
from easel.doors.canonical.generations.batch_requests import BatchLineReader, DoorReader
from easel.doors.openai import edits
from easel.doors.openai import requests as openai
from easel.doors.studio import requests as studio
from easel.doors.workspace.images import requests as workspace
from easel.errors import InvalidRequest, NotFound
from easel.http.addresses import doors_named
from easel.http.batch_lines import LINE_ADDRESSES
from easel.http.validation import validated
from easel.wiring.env import OpenDoors, Studio, TrustedOrigins

_NO_STREAM: Final = "A batch has no stream: leave stream and partial_images out."


class LineEnv(OpenDoors, Studio, TrustedOrigins):
    """Environment of whatever reads lines of batches."""


def line_reader(env: LineEnv) -> BatchLineReader:
    """Reads lines of the canonical door, and of the others that this deployment opens."""

    def studio_line(sent: Mapping[str, Any], _workspace_id: str) -> ImageRequest:
        body = validated(studio.StudioGenerateRequest, sent)
        return studio.image_request(body, sent=sent, model=env.STUDIO_MODEL, trusted=env.REFERENCE_TRUSTED_ORIGINS)

    def edit_line(sent: Mapping[str, Any], _workspace_id: str) -> ImageRequest:
        _refuse_stream(sent)
        return edits.read_line(sent, env.REFERENCE_TRUSTED_ORIGINS)

    readers: Mapping[str, DoorReader] = {
        "/api/ai/images": _workspace_line,
        "/api/v1/images/generate": studio_line,
        "/v1/images/generations": _openai_line,
        "/v1/images/edits": edit_line,
    }
    opened = doors_named(env.EASEL_DOORS)
    others = {address: read for address, read in readers.items() if LINE_ADDRESSES[address] in opened}
    return BatchLineReader(env.REFERENCE_TRUSTED_ORIGINS, env.WEBHOOK_TRUSTED_ORIGINS, others)


def _workspace_line(sent: Mapping[str, Any], workspace_id: str) -> ImageRequest:
    body = validated(workspace.GenerateImagesRequest, sent)
    if body.workspace_id is not None and workspace.workspace_named({}, body.workspace_id) != workspace_id:
        raise NotFound("The line names another workspace than that of its batch.")
    return workspace.image_request(body, sent)


def _openai_line(sent: Mapping[str, Any], _workspace_id: str) -> ImageRequest:
    body = validated(openai.ImagesRequest, sent)
    _refuse_stream(sent)
    return openai.image_request(body, sent, {})


def _refuse_stream(sent: Mapping[str, Any]) -> None:
    if sent.get("stream") or sent.get("partial_images"):
        raise InvalidRequest.of("stream", _NO_STREAM, [False])

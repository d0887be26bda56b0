"""Items as the records of a DynamoDB stream have them when Lambda delivers them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any


def in_stream_record(item: Mapping[str, Any]) -> dict[str, Any]:
    """The client's form of an item, with bytes as base64, because the event is JSON."""
    return {name: _in_json(attribute) for name, attribute in item.items()}


def _in_json(attribute: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"B": base64.b64encode(attribute["B"]).decode()} if "B" in attribute else attribute

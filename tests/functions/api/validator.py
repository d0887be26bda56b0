"""Compares answers with the OpenAPI document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types

if TYPE_CHECKING:
    from tests.functions.api.harness import Answer


def check_answer(document: dict[str, Any], method: str, path: str, answer: Answer) -> None:
    """Fail unless the status is described for this operation and the body is of the described type and shape."""
    responses = document["paths"][path][method]["responses"]
    assert str(answer.status) in responses, f"{method} {path} answers {answer.status}, which is not described"
    assert answer.header("X-Request-ID")
    content = responses[str(answer.status)].get("content", {})
    if not content:
        assert answer.body == ""
        return
    media_type = (answer.header("Content-Type") or "").partition(";")[0]
    assert media_type in content
    if media_type.endswith("json"):
        # Definitions are found from the schema's own root.
        schema = {**content[media_type]["schema"], "components": document["components"]}
        jsonschema.Draft202012Validator(schema).validate(json.loads(answer.body))

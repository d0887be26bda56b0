"""The OpenAPI document of the whole API, merged from the functions' own routes.

    python -m tests.support.openapi          # write layers/easel/python/easel/http/openapi.json anew
    python -m tests.support.openapi --check  # fail when it is stale

The framework describes failures in its own way; here they become ours.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any, Final, cast

from aws_lambda_powertools.event_handler.openapi.merge import OpenAPIMerge
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer
from pydantic.json_schema import models_json_schema

from easel.http.problems import KINDS
from easel.http.schemas.failures import Problem

REPOSITORY: Final = Path(__file__).resolve().parents[2]
SHIPPED: Final = REPOSITORY / "layers/easel/python/easel/http/openapi.json"
FUNCTIONS: Final = REPOSITORY / "functions/api"

_HAS_ROUTES: Final = "app = gateway.resolver()"

_DESCRIPTION: Final = """\
Ask for images by prompt, follow them until they are there, fetch them by link.

Send an API key as `Authorization: Bearer <key>`. Every answer carries `X-Request-ID`; send your own and it is used.
Every failure has one shape, `Problem`: switch on `error.code`. Requests may use camelCase or snake_case."""

_TAGS: Final = (
    *("Generations", "Images", "Prompts", "Money", "Catalogue"),
    *("Workspaces", "API keys", "Telegram", "Operations", "Service"),
)
_FRAMEWORK_SCHEMAS: Final = ("HTTPValidationError", "ValidationError", "ResponseValidationError")
_PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}

_REQUEST_ID: Final = {
    "name": "X-Request-ID",
    "in": "header",
    "required": False,
    "description": "An id of yours: up to 128 of letters, digits and `._:/+=@~-`. It is echoed and logged, "
    "anything else is replaced.",
    "schema": {"type": "string"},
}
_HEADERS: Final = {
    "X-Request-ID": {"description": "The id of this request.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds until it is worth asking again.", "schema": {"type": "integer"}},
    "Location": {"description": "Where to go.", "schema": {"type": "string", "format": "uri-reference"}},
}
_HEADERS_OF_STATUS: Final = {"202": ("Retry-After",), "302": ("Location",), "503": ("Retry-After",)}


def document() -> dict[str, Any]:
    """Merge the routes of every function under `functions/api`.

    Raises:
        Warning: a function that cannot be imported, or an operation id that is given twice.
    """
    merge = OpenAPIMerge(
        title="Easel",
        version="v1",
        description=_DESCRIPTION,
        tags=list(_TAGS),
        security_schemes={"apiKey": HTTPBearer(description="An API key of a workspace.")},
        security=[{"apiKey": []}],
        on_conflict="error",
    )
    for handler in sorted(FUNCTIONS.rglob("handler.py")):
        if _HAS_ROUTES in handler.read_text(encoding="utf-8"):
            merge.add_file(handler)
    with warnings.catch_warnings():
        # The merge leaves out what it cannot load and only warns.
        warnings.simplefilter("error")
        merged: dict[str, Any] = json.loads(merge.get_openapi_json_schema())
    components = merged["components"]
    components["schemas"] = _schemas(components["schemas"])
    components["parameters"] = {"RequestId": _REQUEST_ID}
    components["headers"] = _HEADERS
    merged["paths"] = {path: _path(item) for path, item in sorted(merged["paths"].items(), key=_reading_order)}
    merged["x-problems"] = _problems()
    return cast(dict[str, Any], _tidy(merged))


def as_text(merged: dict[str, Any]) -> str:
    """The document as it is stored."""
    return json.dumps(merged, indent=1, ensure_ascii=False) + "\n"


def _reading_order(entry: tuple[str, dict[str, Any]]) -> tuple[int, str]:
    path, item = entry
    return min(_TAGS.index(operation["tags"][0]) for operation in item.values()), path


def _path(item: dict[str, Any]) -> dict[str, Any]:
    return {method: _operation(operation) for method, operation in sorted(item.items(), reverse=True)}


def _operation(operation: dict[str, Any]) -> dict[str, Any]:
    responses = dict(operation["responses"])
    if "HTTPValidationError" in json.dumps(responses.get("422", {})):
        del responses["422"]
    responses["500"] = {"description": "Internal Server Error", "content": _PROBLEM}
    parameters = [_parameter(parameter) for parameter in operation.get("parameters", [])]
    return operation | {
        "parameters": [*parameters, {"$ref": "#/components/parameters/RequestId"}],
        "responses": {status: _response(status, said) for status, said in sorted(responses.items())},
    }


def _response(status: str, said: dict[str, Any]) -> dict[str, Any]:
    names = ("X-Request-ID", *_HEADERS_OF_STATUS.get(status, ()))
    content = {media_type: _without_null(body) for media_type, body in said.get("content", {}).items()}
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    return {"description": said["description"], "headers": headers} | ({"content": content} if content else {})


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    # A parameter is absent or there; only bodies know null. The framework also writes header names in lower case.
    name = parameter["name"].title() if parameter["in"] == "header" else parameter["name"]
    schema = {key: value for key, value in parameter["schema"].items() if key != "description"}
    return _without_null({**parameter, "name": name, "schema": schema})


def _without_null(holder: dict[str, Any]) -> dict[str, Any]:
    """`{"schema": anyOf(X, null)}` as `{"schema": X}`."""
    schema = holder.get("schema", {})
    options = [option for option in schema.get("anyOf", []) if option != {"type": "null"}]
    if len(options) != 1:
        return holder
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    if "enum" in rest:
        rest["enum"] = [value for value in rest["enum"] if value is not None]
    return holder | {"schema": options[0] | rest}


def _schemas(merged: dict[str, Any]) -> dict[str, Any]:
    _, problem = models_json_schema(
        [(Problem, "serialization")], ref_template="#/components/schemas/{model}", by_alias=True
    )
    ours = {name: schema for name, schema in merged.items() if name not in _FRAMEWORK_SCHEMAS} | problem["$defs"]
    return dict(sorted(ours.items()))


def _tidy(value: Any) -> Any:
    """Without the titles that the generator makes of field names, and with whole numbers written as such."""
    if isinstance(value, list):
        return [_tidy(entry) for entry in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, dict):
        return value
    is_schema = bool(value.keys() & {"type", "anyOf", "$ref", "allOf", "enum"}) and isinstance(value.get("title"), str)
    return {key: _tidy(entry) for key, entry in value.items() if not (is_schema and key == "title")}


def _problems() -> list[dict[str, Any]]:
    """Every code that an answer may carry."""
    return [
        {
            "code": error.code,
            "status": kind.status.value,
            "meaning": f"{kind.title}.",
            "retryable": kind.retryable,
        }
        for error, kind in sorted(KINDS.items(), key=lambda entry: (entry[1].status, entry[0].code))
    ]


def main(arguments: list[str]) -> int:
    """Write the document, or compare it with the shipped one."""
    fresh = as_text(document())
    if "--check" in arguments:
        return 0 if SHIPPED.is_file() and SHIPPED.read_text("utf-8") == fresh else 1
    SHIPPED.write_text(fresh, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

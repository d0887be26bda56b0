"""The OpenAPI document of the whole API, merged from the functions' own routes.

    python -m tests.support.openapi          # write layers/easel/python/easel/http/openapi.json anew
    python -m tests.support.openapi --check  # fail when it is stale

A route names the errors of its use case; what the machinery itself answers is added here, from the route's signature.
Statuses, codes and examples of failures come from the error classes, the one table of errors and the door of the route;
examples of bodies and of successful answers from `request_examples.json` and `answer_examples.json`.
"""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from aws_lambda_powertools.event_handler.openapi.merge import OpenAPIMerge
from aws_lambda_powertools.event_handler.openapi.models import APIKey, APIKeyIn, HTTPBearer
from pydantic.json_schema import models_json_schema
from tests.support.answer_examples import add_examples
from tests.support.failures import by_code, by_status, code_at, example, samples, status_at
from tests.support.shared_operations import shared_operation

from easel import errors
from easel.doors.canonical.door import CANONICAL
from easel.errors import EaselError
from easel.http import callers
from easel.http.bodies import METHODS_WITH_BODY
from easel.http.description import ERRORS, OPEN_QUERY, OR_TICKET, SIGNED, TAKES_BYTES
from easel.http.failures import InternalError, MalformedBody, RouteNotFound
from easel.http.problems import KINDS, kind_of
from easel.http.resolver import Resolver, has_open_query, is_public, takes_bytes

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.api_gateway import Route

    from easel.http.door import Door

REPOSITORY: Final = Path(__file__).resolve().parents[2]
SHIPPED: Final = REPOSITORY / "layers/easel/python/easel/http/openapi.json"
FUNCTIONS: Final = REPOSITORY / "functions/api"

_SCHEME: Final = "apiKey"
_JSON: Final = "application/json"
_EXAMPLES: Final = json.loads(Path(__file__).with_name("request_examples.json").read_text(encoding="utf-8"))
"""A request body for each operation that takes JSON, which forms of the documentation page begin with."""
_SIGNATURE: Final = "awsSigV4"

_OURS: Final = frozenset({ERRORS, TAKES_BYTES, OPEN_QUERY, OR_TICKET, SIGNED})
"""What `description.route` says for this module alone."""

_DESCRIPTION: Final = """\
Generate images by prompt, follow them until they are there, fetch them by link.

Send an API key as `Authorization: Bearer <key>`; each operation names the scope that the key needs. Every answer has
`X-Request-ID`; send your own and it is used. Every failure has one shape, `Problem`: switch on `error.code`. Requests
may use camelCase or snake_case."""

_TAGS: Final = (
    *(
        "Generations",
        "Batches",
        "Real time",
        "Images",
        "Shares",
        "Public gallery",
        "Uploads",
        "Products",
        "Prompts",
        "Money",
        "Events",
        "Webhooks",
        "Catalogue",
    ),
    *("Workspaces", "API keys", "Telegram", "Operations", "Service", "Shop", "Workspace API", "Content", "Studio"),
    "OpenAI API",
)
_FRAMEWORK_SCHEMAS: Final = ("HTTPValidationError", "ValidationError", "ResponseValidationError")
_GATEWAY_REFUSAL: Final = {
    "type": "object",
    "required": ["message"],
    "properties": {"message": {"type": "string"}},
    "description": "Of API Gateway: no signature, or one that it does not accept.",
}
_HEX: Final = "[0-9a-fA-F]"
_OF_PRIVATE_ROUTES: Final = {
    "WorkspaceHeader": {
        "name": "X-Workspace-Id",
        "in": "header",
        "required": False,
        "description": "The workspace to act in, for people who belong to several; the caller's own when left out or "
        "empty.",
        # One string, not a choice of two: generators of clients take no choice in a header.
        "schema": {"type": "string", "pattern": f"^({_HEX}{{8}}(-{_HEX}{{4}}){{3}}-{_HEX}{{12}})?$"},
    },
    "ActAsHeader": {
        "name": "X-Act-As",
        "in": "header",
        "required": False,
        "description": "`telegram:<id>`: act for a person whom the bot brought (`POST /api/v1/users/sync`), with their "
        "wallet. Only for keys with the scope `act_as:telegram`. Empty is the same as left out.",
        "schema": {"type": "string", "pattern": "^(telegram:[1-9][0-9]{0,15})?$"},
    },
}
"""Headers that the authorizer reads."""
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

_OF_CALLERS: Final = (
    *(errors.Unauthenticated, errors.Forbidden, errors.NotFound),
    *(errors.RateLimited, errors.StorageUnavailable),
)
"""What may be wrong with a caller: 404 is for a workspace or a person in the headers that they do not have."""
_OF_TABLES: Final = (errors.DatabaseUnavailable, errors.DatabaseRefused)
"""Every private route reads one."""
_OF_BODIES: Final = (
    *(errors.PayloadTooLarge, errors.UnsupportedMediaType),
    *(MalformedBody, errors.InvalidRequest),
)
_BY_CODE: Final[Mapping[str, type[EaselError]]] = by_code()


def document() -> dict[str, Any]:
    """Merge the routes of every function under `functions/api`.

    Raises:
        Warning: an operation id that is given twice.
    """
    merge = OpenAPIMerge(
        title="Easel",
        version="v1",
        description=_DESCRIPTION,
        tags=list(_TAGS),
        security_schemes={
            _SCHEME: HTTPBearer(description="An API key of a workspace."),
            _SIGNATURE: APIKey(
                name="Authorization",
                in_=APIKeyIn.header,
                description="A signature with AWS credentials (SigV4, service `execute-api`).",
            ),
        },
        security=[{_SCHEME: []}],
        on_conflict="error",
    )
    routes: dict[tuple[str, str], tuple[Route, Door]] = {}
    first, further = split(apps())
    for app in first:
        merge.add_schema(app.get_openapi_schema())  # type: ignore[arg-type] # it takes models too, and dumps them
        routes |= {(route.openapi_path, route.method.lower()): (route, app.door) for route in app.routes}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        merged: dict[str, Any] = json.loads(merge.get_openapi_json_schema())
    declared: set[type[EaselError]] = set()
    shown: set[tuple[Door, type[EaselError]]] = set()
    failures: dict[str, dict[str, Any]] = {}
    for (path, method), (route, door) in routes.items():
        answered = errors_of(route)
        failed = _failures_of(route, answered, door)
        merged["paths"][path][method] = _operation(merged["paths"][path][method], route, failed)
        failures |= failed
        declared |= answered
        shown |= {(door, error) for error in answered}
    for app in further:
        schema = app.get_openapi_schema().model_dump(mode="json", by_alias=True, exclude_none=True)
        merged["components"]["schemas"] |= schema["components"]["schemas"]
        for route in app.routes:
            path, method, answered = route.openapi_path, route.method.lower(), errors_of(route)
            failed = _failures_of(route, answered, app.door)
            described = _operation(schema["paths"][path][method], route, failed)
            failures |= failed
            known = merged["paths"].setdefault(path, {})
            known[method] = (
                shared_operation(known[method], described, app.door, failures) if method in known else described
            )
            declared |= answered
            shown |= {(app.door, error) for error in answered}
    components = merged["components"]
    components["responses"] = dict(sorted(failures.items()))
    components["schemas"] = _schemas(components["schemas"], {door for door, _ in shown})
    components["parameters"] = {"RequestId": _REQUEST_ID, **_OF_PRIVATE_ROUTES}
    components["headers"] = _HEADERS
    merged["paths"] = {
        path: dict(sorted(item.items(), reverse=True))
        for path, item in sorted(merged["paths"].items(), key=_reading_order)
    }
    merged["x-problems"] = _problems(declared | KINDS.keys(), shown)
    tidy = cast(dict[str, Any], _tidy(merged))
    add_examples(tidy["paths"])
    tidy["components"]["examples"] = {
        _name(sample, door): {"value": example(sample, door)}
        for door, error in sorted(
            shown, key=lambda entry: (entry[0].name is not CANONICAL.name, entry[0].name, entry[1].code)
        )
        for sample in samples(error)
    }
    return tidy


def apps() -> list[Resolver]:
    """The resolvers of all functions that have routes: one for each door of a function, the home door's first."""
    return [
        value
        for path in sorted(FUNCTIONS.rglob("handler.py"))
        for value in vars(
            importlib.import_module(".".join(path.relative_to(REPOSITORY).with_suffix("").parts))
        ).values()
        if isinstance(value, Resolver)
    ]


def split(resolvers: Sequence[Resolver]) -> tuple[list[Resolver], list[Resolver]]:
    """Resolvers of home doors, and those that share an address with one of them."""
    home: set[tuple[str, str]] = set()
    first: list[Resolver] = []
    further: list[Resolver] = []
    for resolver in sorted(resolvers, key=lambda resolver: resolver.door.name is not CANONICAL.name):
        addresses = {(route.openapi_path, route.method) for route in resolver.routes}
        (further if addresses & home else first).append(resolver)
        home |= addresses
    return first, further


def errors_of(route: Route) -> set[type[EaselError]]:
    """What a route may answer: the errors that it names, and those of the machinery before and around it."""
    extensions = route.openapi_extensions or {}
    answered: set[type[EaselError]] = {InternalError, *(_BY_CODE[code] for code in extensions[ERRORS])}
    if not is_public(route):
        answered.update((*_OF_CALLERS, *_OF_TABLES))
    if route.method in METHODS_WITH_BODY and not takes_bytes(route):
        answered.update(_OF_BODIES)
    parameters = [*route.dependant.query_params, *route.dependant.header_params]
    if not has_open_query(route) or any(_may_be_refused(parameter.field_info) for parameter in parameters):
        # At least for a query parameter that the route does not know.
        answered.add(errors.InvalidRequest)
    if any(parameter.alias == "cursor" for parameter in parameters):
        answered |= {errors.InvalidCursor, errors.SecretUnavailable}
    if route.dependant.path_params:
        # A segment may have characters that the framework does not take for one.
        answered.add(RouteNotFound)
    return answered


def as_text(merged: dict[str, Any]) -> str:
    """The document as it is stored."""
    return json.dumps(merged, indent=1, ensure_ascii=False) + "\n"


def _may_be_refused(parameter: Any) -> bool:
    described = parameter.json_schema_extra or {}
    return bool({"enum", "format", "minimum"} & described.keys())


def _reading_order(entry: tuple[str, dict[str, Any]]) -> tuple[int, str]:
    path, item = entry
    return min(_TAGS.index(operation["tags"][0]) for operation in item.values()), path


def _operation(operation: dict[str, Any], route: Route, failed: Mapping[str, Any]) -> dict[str, Any]:
    answers = {status: _answer(status, said) for status, said in operation["responses"].items() if status < "400"}
    references = {name.partition("-")[0]: {"$ref": f"#/components/responses/{name}"} for name in failed}
    caller, signed = callers.required(route.func), SIGNED in operation
    described = {key: value for key, value in operation.items() if key not in _OURS}
    if "requestBody" in described:
        described["requestBody"] = _body(described["requestBody"], _EXAMPLES.get(operation["operationId"]))
    parameters = [_parameter(parameter) for parameter in operation.get("parameters", [])]
    shared = ["RequestId", *(() if is_public(route) else _OF_PRIVATE_ROUTES)]
    return (
        described
        | ({"security": [{_SIGNATURE: []} if signed else {_SCHEME: [caller.scope]}]} if caller and caller.scope else {})
        | {
            "parameters": [*parameters, *({"$ref": f"#/components/parameters/{name}"} for name in shared)],
            "responses": dict(sorted((answers | references).items())),
        }
    )


def _body(described: dict[str, Any], example: Any) -> dict[str, Any]:
    """A body that may be left out is described as such: as `null` it would be refused, since it is no object."""
    content = described["content"]
    if example is not None and _JSON in content:
        content = {**content, _JSON: {"example": example, **content[_JSON]}}
    for media_type, one in content.items():
        branches = [branch for branch in one["schema"].get("anyOf", []) if branch.get("type") != "null"]
        if len(branches) == 1:
            content = {**content, media_type: {**one, "schema": branches[0]}}
    return {**described, "content": content}


def _failures_of(route: Route, answered: set[type[EaselError]], door: Door) -> dict[str, dict[str, Any]]:
    """The failed responses of a route.

    Where requests are signed, a 403 may also be API Gateway's own, which answers a signature that it does not accept:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
    """
    failed = _failures(answered, door)
    if SIGNED not in (route.openapi_extensions or {}):
        return failed
    (name,) = (name for name in failed if name.startswith("403-"))
    ours = failed.pop(name)
    content = {
        media_type: {**one, "schema": {"anyOf": [one["schema"], _GATEWAY_REFUSAL]}}
        for media_type, one in ours["content"].items()
    }
    return {**failed, f"{name}-signed": {**ours, "content": content}}


def _failures(answered: set[type[EaselError]], door: Door) -> dict[str, dict[str, Any]]:
    """The failed responses of a route, by status and codes: those of many routes are the same."""
    model = {"$ref": f"#/components/schemas/{door.failure_model.__name__}"}
    failures = {}
    for status, found in by_status(answered, door).items():
        given = {code_at(error, door) for error in found}
        codes = sorted(given.union(*(door.further_codes.get(code, ()) for code in given)))
        coded: dict[str, Any] = {"properties": {"code": {"enum": codes}}}
        if isinstance(example(found[0], door)["error"], dict):
            coded = {"properties": {"error": coded}}
        names = [_name(error, door) for error in found]
        examples = {name: {"$ref": f"#/components/examples/{name}"} for name in names}
        content = {door.failure_media_type: {"schema": {"allOf": [model, coded]}, "examples": examples}}
        described = {"description": HTTPStatus(status).phrase, "content": content}
        failures[f"{status}-{'.'.join(codes)}{_of(door)}"] = _answer(str(status), described)
    return failures


def _name(sample: EaselError, door: Door) -> str:
    several = len(samples(type(sample))) > 1
    name = f"{sample.code}_{kind_of(sample).status.value}" if several else sample.code
    return f"{name}{_of(door)}"


def _of(door: Door) -> str:
    """What tells components of a door apart from those of the canonical door."""
    return "" if door.name is CANONICAL.name else f"-{door.name.value}"


def _answer(status: str, said: dict[str, Any]) -> dict[str, Any]:
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


def _schemas(merged: dict[str, Any], doors: set[Door]) -> dict[str, Any]:
    _, failure = models_json_schema(
        [(door.failure_model, "serialization") for door in sorted(doors, key=lambda door: door.name)],
        ref_template="#/components/schemas/{model}",
        by_alias=True,
    )
    ours = {name: schema for name, schema in merged.items() if name not in _FRAMEWORK_SCHEMAS} | failure["$defs"]
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


def _problems(declared: set[type[EaselError]], shown: set[tuple[Door, type[EaselError]]]) -> list[dict[str, Any]]:
    """Every code that an answer may carry, with the doors that answer it by status: some have one of their own."""
    problems = []
    for error in declared:
        kind = kind_of(samples(error)[0])
        statuses = _statuses(error, [door for door, answered in shown if answered is error])
        # What no route names may still come from the machinery, with the status of the table.
        usual = str(kind.status.value)
        problems.append(
            {
                "code": error.code,
                "status": int(usual if usual in statuses or not statuses else min(statuses)),
                "statuses": statuses or {usual: []},
                "meaning": f"{kind.title}.",
                "retryable": kind.retryable,
            }
        )
    return sorted(problems, key=lambda problem: (problem["status"], problem["code"]))


def _statuses(error: type[EaselError], doors: Sequence[Door]) -> dict[str, list[str]]:
    """The names of the doors by the statuses that they answer an error with."""
    answers = sorted({(status_at(sample, door), door.name.value) for door in doors for sample in samples(error)})
    return {str(status): [name for one, name in answers if one == status] for status, _ in answers}


def main(arguments: list[str]) -> int:
    """Write the document, or compare it with the shipped one."""
    fresh = as_text(document())
    if "--check" in arguments:
        return 0 if SHIPPED.is_file() and SHIPPED.read_text("utf-8") == fresh else 1
    SHIPPED.write_text(fresh, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""One operation of the OpenAPI document for an address that two doors share: each answer has the forms of both."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from easel.http.door import Door

_RESPONSES: Final = "#/components/responses/"


def shared_operation(
    home: Mapping[str, Any], other: Mapping[str, Any], door: Door, components: MutableMapping[str, Any]
) -> dict[str, Any]:
    """The home door's operation with what the other door takes and answers. New responses go into `components`."""
    statuses = sorted(home["responses"].keys() | other["responses"].keys())
    joined = {
        **home,
        "description": f"{home['description']}\n\nAt the {door.name.value} door: {other['description']}",
        "parameters": _parameters(home["parameters"], other["parameters"]),
        "responses": {
            status: _response(home["responses"].get(status), other["responses"].get(status), components)
            for status in statuses
        },
    }
    bodies = [operation["requestBody"] for operation in (home, other) if "requestBody" in operation]
    if bodies:
        joined["requestBody"] = {**bodies[0], "content": _contents(*(body["content"] for body in bodies))}
    security = [
        *home.get("security", []),
        *(entry for entry in other.get("security", ()) if entry not in home["security"]),
    ]
    return joined | ({"security": security} if "security" in home else {})


def _parameters(home: list[dict[str, Any]], other: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of both; what only one of the doors wants is not required."""
    by_name = [{_name(parameter): parameter for parameter in parameters} for parameters in (home, other)]
    names = list(dict.fromkeys([*by_name[0], *by_name[1]]))
    return [
        by_name[0][name]
        if name in by_name[0]
        else {key: value for key, value in by_name[1][name].items() if key != "required" or name in by_name[0]}
        for name in names
    ]


def _name(parameter: Mapping[str, Any]) -> tuple[str, str]:
    return ("$ref", parameter["$ref"]) if "$ref" in parameter else (parameter["in"], parameter["name"])


def _response(
    home: dict[str, Any] | None, other: dict[str, Any] | None, components: MutableMapping[str, Any]
) -> dict[str, Any]:
    if home is None or other is None or home == other:
        return home or other or {}
    if "$ref" not in home and "$ref" not in other:
        return _joined(home, other)
    names = [response["$ref"].removeprefix(_RESPONSES) for response in (home, other)]
    name = ".or.".join(names)
    components[name] = _joined(*(components[one] for one in names))
    return {"$ref": f"{_RESPONSES}{name}"}


def _joined(home: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    content = _contents(home.get("content", {}), other.get("content", {}))
    return {**home, **({"content": content} if content else {})}


def _contents(*contents: Mapping[str, Any]) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for content in contents:
        for media_type, described in content.items():
            known = joined.get(media_type)
            if known is None or known == described:
                joined[media_type] = dict(described)
            else:
                schemas = [*known["schema"].get("anyOf", [known["schema"]]), described["schema"]]
                joined[media_type] = {**known, "schema": {"anyOf": schemas}}
    return joined

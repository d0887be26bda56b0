"""Every template, of the root and of the nested stacks, keeps clear of CloudFormation's limits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.infra.synthesized import Synthesized

# CloudFormation refuses a template beyond 500 resources, 200 parameters, 200 outputs or 1 MB; a stack that reaches a
# limit can no longer be deployed at all, so these leave room for the next group of functions.
MOST_RESOURCES = 300
MOST_PARAMETERS = 100
MOST_OUTPUTS = 100
MOST_BYTES = 700_000


@pytest.fixture(params=["production", "dev", "local"])
def templates(request: pytest.FixtureRequest) -> Mapping[str, Mapping[str, Any]]:
    stack: Synthesized = request.getfixturevalue(request.param)
    return stack.templates


def test_every_template_has_room_to_grow(templates: Mapping[str, Mapping[str, Any]]) -> None:
    for name, template in templates.items():
        assert len(template["Resources"]) <= MOST_RESOURCES, name
        assert len(template.get("Parameters", {})) <= MOST_PARAMETERS, name
        assert len(template.get("Outputs", {})) <= MOST_OUTPUTS, name
        assert len(json.dumps(template, indent=1)) <= MOST_BYTES, name


def test_the_routes_of_the_api_are_nested(templates: Mapping[str, Mapping[str, Any]]) -> None:
    routed = {
        name
        for name, template in templates.items()
        if any(resource["Type"] == "AWS::ApiGatewayV2::Route" for resource in template["Resources"].values())
    }
    assert routed == set(templates) - {"root"}

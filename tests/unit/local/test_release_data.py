"""The step after a deployment that lays down its data, and the switch that skips it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from infra.local.display import Display
from infra.local.failures import ToolError
from infra.local.release_data import lay_down

OUTPUTS = {"FunctionNames": json.dumps({"operator/lay_down_data": "easel-dev-lay-down-data"})}


class Functions:
    """The deployed functions: what was invoked, and what they say."""

    def __init__(self, said: Any, **more: str) -> None:
        self.invoked: list[str] = []
        self._answer = {"Payload": io.BytesIO(json.dumps(said).encode()), **more}

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - as boto3 names them
        assert Payload == b"{}"
        self.invoked.append(FunctionName)
        return self._answer


@pytest.mark.requirement("S001-78")
@pytest.mark.parametrize("environment", [{}, {"RUN_MIGRATIONS": "true"}, {"RUN_MIGRATIONS": ""}])
def test_every_deployment_lays_down_its_data(environment: dict[str, str]) -> None:
    functions = Functions({"prices": {"version": "2026-11-21", "outcome": "laid down"}})

    lay_down(Display(), functions, OUTPUTS, environment)  # type: ignore[arg-type]  # `invoke` only

    assert functions.invoked == ["easel-dev-lay-down-data"]


@pytest.mark.requirement("S001-79")
@pytest.mark.parametrize("word", ["false", "False", "0", "no", " off "])
def test_the_switch_of_seed_001_skips_it(word: str) -> None:
    functions = Functions({})

    lay_down(Display(), functions, OUTPUTS, {"RUN_MIGRATIONS": word})  # type: ignore[arg-type]  # `invoke` only

    assert functions.invoked == []


def test_a_failure_is_said_and_ends_the_command() -> None:
    functions = Functions({"errorMessage": "no table"}, FunctionError="Unhandled")

    with pytest.raises(ToolError, match="no table"):
        lay_down(Display(), functions, OUTPUTS, {})  # type: ignore[arg-type]  # `invoke` only

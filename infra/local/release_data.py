"""Lays down the data of a release after its deployment: a versioned step that may be repeated."""

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from infra.local.display import Display
from infra.local.failures import ToolError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

SWITCH: Final = "RUN_MIGRATIONS"
"""`false` in the environment skips the step, as in seed 001."""
_FUNCTION: Final = "operator/lay_down_data"
_OFF: Final = frozenset({"false", "0", "no", "off"})


def lay_down(
    display: Display, functions: "LambdaClient", outputs: Mapping[str, str], environment: Mapping[str, str] = os.environ
) -> None:
    """Have the deployed function lay down its data. Raises ToolError when it fails."""
    if environment.get(SWITCH, "").strip().lower() in _OFF:
        display.say(f"  The data of the release is left as it is, since {SWITCH} says so.")
        return
    with display.step("Data of the release") as step:
        step.note = ", ".join(f"{name} {facts['outcome']}" for name, facts in _invoke(functions, outputs).items())


def _invoke(functions: "LambdaClient", outputs: Mapping[str, str]) -> dict[str, dict[str, str]]:
    name = json.loads(outputs["FunctionNames"])[_FUNCTION]
    try:
        answer = functions.invoke(FunctionName=name, Payload=b"{}")
        laid_down: dict[str, Any] = json.loads(answer["Payload"].read())
    except (ClientError, BotoCoreError, ValueError) as error:
        raise ToolError(f"{name} did not answer ({type(error).__name__}: {error}).") from error
    if answer.get("FunctionError"):
        raise ToolError(f"{name} failed: {laid_down.get('errorMessage', laid_down)}")
    return laid_down

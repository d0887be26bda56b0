"""A deployed stack for what is measured through the public API: its real functions, queues and simulated vendors."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from infra.local.options import PROVIDER_KEY_VARIABLES
from tests.support.cloud import REPOSITORY, LocalCloud, Workspace

from easel.domain.circuits import caller_key

_FOLDER: Final = REPOSITORY / ".build" / "bench"
_CREDITS: Final = 1_000_000


@contextmanager
def own_stack() -> Iterator[LocalCloud]:
    """Up for as long as it is needed, apart from the one of `make up`, and never with a vendor's real key.

    What breaks on purpose here leaves open circuits, and it would cost money at a real vendor.
    """
    folder = REPOSITORY / os.environ.get("EASEL_DIR", _FOLDER)
    _tool("up", folder)
    try:
        yield LocalCloud.from_file(folder / "local.json")
    finally:
        _tool("down", folder)


def _tool(command: str, folder: Path) -> None:
    keys = set(PROVIDER_KEY_VARIABLES.values())
    environment = {name: value for name, value in os.environ.items() if name not in keys} | {"EASEL_DIR": str(folder)}
    arguments = [sys.executable, "-m", "infra.local", command]
    subprocess.run(arguments, cwd=REPOSITORY, env=environment, check=True)  # noqa: S603 - our own words


def new_workspace(cloud: LocalCloud, name: str) -> Workspace:
    """One with room for everything that a measurement asks for."""
    return cloud.new_workspace(name, credits=_CREDITS)


def calls_to(cloud: LocalCloud, vendor: str, prompt: str) -> int:
    """How often this vendor was asked for a picture of such a prompt, answered or not."""
    origin = httpx.URL(cloud.simulators[vendor]).join("/")
    answer: Any = httpx.get(origin.join("/_simulator/jobs"), trust_env=False).json()
    return sum(
        submit["count"]
        for submit in answer["submits"]
        if submit["vendor"] == vendor and submit["prompt"].startswith(prompt)
    )


def close_circuits(cloud: LocalCloud, *workspaces: Workspace) -> None:
    """Forget all failures, of these workspaces too, so that each measurement begins with the same."""
    dynamodb, table = cloud.aws.client("dynamodb"), cloud.outputs["EphemeralTableName"]
    for partition in ("CIRCUIT", *(f"CIRCUIT#{caller_key(workspace.id)}" for workspace in workspaces)):
        found = dynamodb.query(
            TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": partition}}
        )
        for item in found["Items"]:
            dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})

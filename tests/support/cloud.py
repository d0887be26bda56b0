"""A handle on a stack that `make up` has deployed: its addresses, clients for it, and waiting with a deadline."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self, TypeVar

import httpx
from tests.support.emulator import Emulator

REPOSITORY: Final = Path(__file__).resolve().parents[2]

_POLL_SECONDS: Final = 0.2
_ANSWER_SECONDS: Final = 130
"""Longer than the edge waits, so that its answer is seen."""
_Found = TypeVar("_Found")


class NotRunningError(RuntimeError):
    """No deployed stack was found; the message says how to get one."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace and the key that opens it."""

    id: str
    api_key: str = field(repr=False)


@dataclass(frozen=True)
class LocalCloud:
    """One deployed local stack, as `local.json` describes it (infra/local/README.md).

    `simulators` has per vendor the address that the vendor's own SDK takes; `aws` makes clients for the emulated AWS.
    """

    api_url: str
    workspace: Workspace
    simulators: dict[str, str]
    outputs: dict[str, str]
    aws: Emulator
    iam_enforced: bool

    @classmethod
    def from_file(cls, file: Path | None = None) -> Self:
        """The stack of this file, else of the folder that EASEL_DIR names, else of `.easel`.

        Raises NotRunningError when there is no such file.
        """
        file = file or REPOSITORY / os.environ.get("EASEL_DIR", ".easel") / "local.json"
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise NotRunningError(
                f"{file} is not there: start a stack with `make up`, or use `make test-e2e`."
            ) from error
        return cls(
            api_url=record["apiUrl"],
            workspace=Workspace(record["workspaceId"], record["apiKey"]),
            simulators=record["simulators"],
            outputs=record["stackOutputs"],
            aws=Emulator(record["awsEndpointUrl"]),
            iam_enforced=record["iamEnforced"],
        )

    def api(self, workspace: Workspace | None = None) -> httpx.Client:
        """A client of the public API with the key of `workspace`, the demo one by default. Close it after use."""
        key = (workspace or self.workspace).api_key
        return self._http(headers={"Authorization": f"Bearer {key}"})

    def anonymous_api(self) -> httpx.Client:
        """A client of the public API that shows no key. Close it after use."""
        return self._http(headers={})

    def new_workspace(self, name: str, *, credits: int = 0) -> Workspace:
        """A workspace of its own with wide limits, so that tests need not share one."""
        wanted = {"workspaceName": name, "ownerName": "A test", "keyName": "test", "credits": credits, "plan": "scale"}
        function = self.outputs["ProvisionWorkspaceFunctionName"]
        answer = self.aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(wanted).encode())
        made = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, made
        return Workspace(made["workspaceId"], made["apiKey"])

    def output_map(self, name: str) -> dict[str, str]:
        """A stack output that is a JSON object, such as RenderQueueUrls."""
        found: dict[str, str] = json.loads(self.outputs[name])
        return found

    def _http(self, headers: dict[str, str]) -> httpx.Client:
        return httpx.Client(base_url=self.api_url, headers=headers, timeout=_ANSWER_SECONDS, trust_env=False)


def wait_for(look: Callable[[], _Found | None], *, within_seconds: float, what: str) -> _Found:
    """Look again and again until there is something true, and return it.

    Raises AssertionError, naming `what` and the last thing seen, when the time is over.
    """
    deadline = time.monotonic() + within_seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {within_seconds:.0f} s; last seen: {found!r}")
        time.sleep(_POLL_SECONDS)

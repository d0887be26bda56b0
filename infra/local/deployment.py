"""Deploys the real stack with the real CDK command line onto the emulator, and only when something has changed."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from infra.local import environments, recovery
from infra.local.clients import Clients
from infra.local.failures import ToolError
from infra.local.files import read_object, write_privately
from infra.local.options import TOOL_VARIABLES, Options
from infra.local.packages import CDK
from infra.local.places import NODE_TOOLS, REPOSITORY, Places
from infra.local.ports import Ports
from infra.local.programs import run

from infra import linked_layers

STACK: Final = "easel-local"
_TOOLKIT_STACK: Final = "CDKToolkit"
_TOOLKIT_BUCKET: Final = f"cdk-hnb659fds-assets-{environments.ACCOUNT}-{environments.REGION}"
"""The name that `cdk bootstrap` gives to the bucket of files to be deployed: a fixed one in each account and region."""
_BOOTSTRAP_SECONDS: Final = 120
_DEPLOY_SECONDS: Final = 300
_REPAIR_SECONDS: Final = 120
_SOURCES: Final = ("functions", "layers", "infra", "cdk.json", "pyproject.toml", "requirements.txt")
_NOT_DEPLOYED: Final = (REPOSITORY / "infra" / "local",)


_SIMULATOR_PATHS: Final = {
    "wavespeed": "/wavespeed",
    "openai": "/openai/v1",
    "google": "/google",
    "nanobanana": "/nanobanana",
}


@dataclass(frozen=True, slots=True)
class Deployment:
    """One stack in one emulator: its inputs, and the file of its outputs."""

    places: Places
    ports: Ports
    options: Options

    @property
    def context(self) -> dict[str, str]:
        """The stack's settings (infra/README.md). A vendor with a real key keeps the URL of its real service."""
        chosen = {
            "stage": "local",
            "publicBaseUrl": self.ports.edge_url,
            "signInKeysUrl": self.ports.emulator_url,
            "telegramApiUrl": f"{self.ports.simulators_url}/telegram",
            # The simulators receive webhooks for tests; a developer's own receivers are named in the environment.
            "webhookTrustedOrigins": ",".join([self.ports.simulators_url, *self.options.webhook_origins]),
            "intakeReplyQueues": f"arn:aws:sqs:{environments.REGION}:{environments.ACCOUNT}:{STACK}-replies",
            "referenceTrustedOrigins": ",".join(
                [
                    self.ports.simulators_url,
                    self.ports.edge_url,
                    self.ports.emulator_url,
                    *self.options.reference_origins,
                ]
            ),
        }
        simulated = {
            f"{vendor}BaseUrl": url
            for vendor, url in simulator_urls(self.ports).items()
            if vendor not in self.options.provider_keys
        }
        return chosen | simulated

    def outputs(self) -> dict[str, str]:
        """The outputs of the stack in the emulator; empty unless it is fully deployed."""
        stack = self._stack()
        if stack.get("StackStatus") not in recovery.WORKING:
            return {}
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def is_current(self) -> bool:
        """Whether the emulator has the stack that was deployed last, from the current sources and settings.

        After a crash it may have an older one: it saves its state when it stops.
        """
        current = {"fingerprint": self._fingerprint(), "stack": _version(self._stack())}
        layers = linked_layers.are_there(REPOSITORY / ".build" / "layers")
        return layers and read_object(self.places.deployed) == current and bool(self.outputs())

    def repair(self) -> str | None:
        """Repair a stack after a failed deployment; None when there is nothing to repair.

        Raises ToolError.
        """
        cloudformation = Clients(self.ports.emulator_url).cloudformation
        try:
            done = recovery.recover(cloudformation, STACK, skip_failed=True, seconds=_REPAIR_SECONDS)
        except ToolError as error:
            hint = "`make clean` forgets the emulated AWS with all its data; `make up` then starts anew."
            raise ToolError(f"{error} {hint}", log=self._log("deploy")) from error
        recovery.delete_orphans(cloudformation, STACK)
        return done

    def bootstrap(self) -> bool:
        """Run `cdk bootstrap`; False when it was done before. Raises ToolError.

        One that was interrupted leaves its stack without what belongs to it: the stack is deleted first. A crash of the
        emulator leaves its bucket without the stack, as only objects are saved at once: the bucket is deleted, too.
        """
        clients = Clients(self.ports.emulator_url)
        stack = _describe(clients, _TOOLKIT_STACK)
        if _is_bootstrapped(clients, stack):
            return False
        if stack:
            recovery.delete(clients.cloudformation, _TOOLKIT_STACK, _REPAIR_SECONDS)
        recovery.delete_bucket(clients.s3, _TOOLKIT_BUCKET)
        # Outside of the folder of cdk.json it does not build our app, which is not needed.
        where = f"aws://{environments.ACCOUNT}/{environments.REGION}"
        self._cdk("bootstrap", where, seconds=_BOOTSTRAP_SECONDS, folder=NODE_TOOLS)
        return True

    def deploy(self) -> None:
        """Raises ToolError when the stack cannot be deployed, or not in time."""
        fingerprint = self._fingerprint()
        switches = [word for key, value in self.context.items() for word in ("--context", f"{key}={value}")]
        self._cdk(
            "deploy", STACK, *switches, "--output", str(self.places.cloud_assembly),
            "--require-approval", "never", "--progress", "events", seconds=_DEPLOY_SECONDS,
        )  # fmt: skip
        if not self.outputs():
            raise ToolError(
                "The CDK reports success, but the emulator does not have the stack.", log=self._log("deploy")
            )
        write_privately(self.places.deployed, {"fingerprint": fingerprint, "stack": _version(self._stack())})

    def _stack(self) -> dict[str, Any]:
        return _describe(Clients(self.ports.emulator_url), STACK)

    def _cdk(self, command: str, *words: str, seconds: float, folder: Path = REPOSITORY) -> None:
        quiet = ("--no-notices", "--no-version-reporting", "--no-color", "--ci")
        run(
            [CDK, command, *words, *quiet],
            what=f"cdk {command}",
            log=self._log(command),
            timeout_seconds=seconds,
            environment=self._environment(),
            folder=folder,
        )

    def _log(self, command: str) -> Path:
        return self.places.logs / f"cdk-{command}.log"

    def _environment(self) -> dict[str, str]:
        return environments.emulated_cloud(self.ports.emulator_url) | _own_variables() | {
            "CI": "1",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            # The rules of the CDK and of cdk-nag are checked by tests/infra.
            "CDK_VALIDATION": "false",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20,21,23",
            "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
            "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
        }  # fmt: skip

    def _fingerprint(self) -> str:
        digest = hashlib.sha256(json.dumps([self.context, sorted(_own_variables().items())]).encode())
        for file in _sources():
            digest.update(str(file.relative_to(REPOSITORY)).encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()


def simulator_urls(ports: Ports) -> dict[str, str]:
    """Per vendor, the base URL of its simulator as the vendor's own SDK takes it."""
    return {vendor: f"{ports.simulators_url}{path}" for vendor, path in _SIMULATOR_PATHS.items()}


def _is_bootstrapped(clients: Clients, toolkit: Mapping[str, Any]) -> bool:
    if toolkit.get("StackStatus") not in recovery.WORKING:
        return False
    outputs = {output["OutputKey"]: output["OutputValue"] for output in toolkit["Outputs"]}
    try:
        clients.s3.head_bucket(Bucket=outputs["BucketName"])
    except ClientError:
        return False
    return True


def _version(stack: Mapping[str, Any]) -> str:
    """A text that changes with every change of the stack."""
    return f"{stack.get('StackId')} {stack.get('LastUpdatedTime', stack.get('CreationTime'))}"


def _own_variables(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Settings of the stack from environment variables; context keys that we pass take precedence."""
    return {
        name: value for name, value in environment.items() if name.startswith("EASEL_") and name not in TOOL_VARIABLES
    }


def _sources() -> Iterator[Path]:
    for name in _SOURCES:
        top = REPOSITORY / name
        for file in [top] if top.is_file() else sorted(top.rglob("*")):
            if file.is_file() and not _is_left_out(file):
                yield file


def _is_left_out(file: Path) -> bool:
    return (
        "__pycache__" in file.parts
        or file.name == "README.md"
        or file.suffix == ".pyc"
        or any(file.is_relative_to(folder) for folder in _NOT_DEPLOYED)
    )


def _describe(clients: Clients, stack: str) -> dict[str, Any]:
    try:
        return dict(clients.cloudformation.describe_stacks(StackName=stack)["Stacks"][0])
    except (ClientError, IndexError):
        return {}
    except BotoCoreError as error:
        raise ToolError(f"The emulator does not answer ({error}).") from error

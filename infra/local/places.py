"""Paths: the checkout, its virtual environment and the state folder of each running copy."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

REPOSITORY: Final = Path(__file__).resolve().parents[2]
VENV: Final = REPOSITORY / ".venv"
VENV_PYTHON: Final = VENV / "bin" / "python"
NODE_TOOLS: Final = REPOSITORY / ".build" / "node"
DEFAULT_STATE_FOLDER: Final = REPOSITORY / ".easel"


@dataclass(frozen=True, slots=True)
class Places:
    """The state folder of a copy. Copies with different folders share no written file."""

    state: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The folder named by EASEL_DIR (relative to the checkout), else `.easel` in the checkout."""
        return cls((REPOSITORY / environment.get("EASEL_DIR", DEFAULT_STATE_FOLDER)).resolve())

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def processes(self) -> Path:
        return self.state / "processes"

    @property
    def emulator(self) -> Path:
        return self.state / "emulator"

    @property
    def cloud_assembly(self) -> Path:
        return self.state / "cdk.out"

    @property
    def pictures(self) -> Path:
        return self.state / "out"

    @property
    def record(self) -> Path:
        return self.state / "local.json"

    @property
    def edge_target(self) -> Path:
        return self.state / "edge-target.json"

    @property
    def ports(self) -> Path:
        return self.state / "ports.json"

    @property
    def deployed(self) -> Path:
        return self.state / "deployed.json"

    @property
    def lock(self) -> Path:
        return self.state / "lock"

    @property
    def everything(self) -> tuple[Path, ...]:
        """Everything that is written below the state folder."""
        return (
            self.logs, self.processes, self.emulator, self.cloud_assembly, self.pictures, self.record, self.edge_target,
            self.ports, self.deployed, self.lock,
        )  # fmt: skip

    def make(self) -> None:
        """Create the folders. The state folder contains keys, so only its owner may read it."""
        self.state.mkdir(parents=True, exist_ok=True)
        self.state.chmod(0o700)
        for folder in (self.logs, self.processes, self.emulator):
            folder.mkdir(exist_ok=True)


def relative(path: Path) -> str:
    """A path relative to the checkout."""
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)


def running_in_the_venv() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()

"""Installs what the tools need: the virtual environment and the CDK command line. Standard library only."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from infra.local.failures import ToolError
from infra.local.places import NODE_TOOLS, REPOSITORY, VENV, VENV_PYTHON
from infra.local.programs import run

CDK: Final = NODE_TOOLS / "node_modules" / ".bin" / "cdk"
CDK_VERSION: Final = "2.1148.1"
"""Version 3.x of the CLI rejects the cloud assembly of our aws-cdk-lib."""

PIP_VERSION: Final = "26.3"
"""The one that Python 3.11 brings along takes 60 s for our requirements instead of 36."""

PAGE_PACKAGES: Final = {"axe-core": "4.11.0", "htm": "3.1.1"}
"""What the studio's pages import (htm, with preact in it), and what checks them in tests (axe-core)."""

OLDEST_NODE: Final = 20
_PIP_SECONDS: Final = 900
_NPM_SECONDS: Final = 300
_APT_SECONDS: Final = 600
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_VENV_SECONDS: Final = 120
_PIP_WORDS: Final = ("--no-compile", "--no-input", "--disable-pip-version-check", "--progress-bar", "off")
_STAMP: Final = VENV / "installed.json"
_INCLUDED = re.compile(r"^(?:-r|-c|--requirement|--constraint)[ =]*(\S+)", re.MULTILINE)


def python_packages_are_there() -> bool:
    """Whether `.venv` matches the current requirements files. Raises ToolError when one is missing."""
    return VENV_PYTHON.exists() and _installed() == fingerprint(REPOSITORY / "requirements-dev.txt")


def install_python_packages(logs: Path) -> None:
    """Create `.venv` with everything in requirements-dev.txt. Raises ToolError."""
    wanted = fingerprint(REPOSITORY / "requirements-dev.txt")
    if not VENV_PYTHON.exists():
        make_venv: list[str | Path] = [sys.executable, "-m", "venv", VENV]
        run(make_venv, what="Making .venv", log=logs / "venv.log", timeout_seconds=_VENV_SECONDS)
    # Compiling every module of the CDK library would double the time; modules are compiled on import.
    for log, words in (("pip-itself.log", [f"pip=={PIP_VERSION}"]), ("pip.log", ["-r", "requirements-dev.txt"])):
        run(
            [VENV_PYTHON, "-m", "pip", "install", *_PIP_WORDS, *words],
            what="Installing Python packages",
            log=logs / log,
            timeout_seconds=_PIP_SECONDS,
        )
    _STAMP.write_text(json.dumps({"requirements": wanted}), encoding="utf-8")


def fingerprint(requirements: Path) -> str:
    """A hash of the requirements files, included ones too. Raises ToolError when one is missing."""
    digest = hashlib.sha256()
    waiting, seen = [requirements], set[Path]()
    while waiting:
        file = waiting.pop().resolve()
        if file in seen:
            continue
        seen.add(file)
        if not file.exists():
            raise ToolError(f"{file.name} is missing from {file.parent}.")
        text = file.read_text(encoding="utf-8")
        digest.update(text.encode())
        waiting += [file.parent / name for name in _INCLUDED.findall(text)]
    return digest.hexdigest()


def node_packages_are_there() -> bool:
    """Whether the pinned CDK command line and the packages of the pages are installed.

    Raises ToolError when Node.js is not usable.
    """
    check_node()
    return CDK.exists() and all(_node_version(name) == version for name, version in _node_packages().items())


def install_node_packages(logs: Path) -> None:
    """Raises ToolError."""
    NODE_TOOLS.mkdir(parents=True, exist_ok=True)
    manifest = {"private": True, "dependencies": _node_packages()}
    (NODE_TOOLS / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
    run(
        ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"],
        what="Installing the CDK command line and the packages of the pages",
        log=logs / "npm.log",
        timeout_seconds=_NPM_SECONDS,
        folder=NODE_TOOLS,
    )


def _node_packages() -> dict[str, str]:
    return {"aws-cdk": CDK_VERSION} | PAGE_PACKAGES


def _node_version(name: str) -> str | None:
    try:
        package = NODE_TOOLS / "node_modules" / name / "package.json"
        return str(json.loads(package.read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return None


def browser_path() -> str | None:
    """The Chromium for browser tests; None when there is none on the PATH."""
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def install_browser(logs: Path) -> None:
    """Install Chromium from Debian's packages, if permitted. Raises ToolError otherwise."""
    if browser_path() is not None:
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise ToolError(f"No browser was found; install Chromium so that one of {', '.join(_BROWSERS)} is on the PATH.")
    for step, words in (("update", ["update"]), ("install", ["install", "--no-install-recommends", "-y", "chromium"])):
        run(
            ["apt-get", "-q", *words],
            what="Installing Chromium",
            log=logs / f"chromium-{step}.log",
            timeout_seconds=_APT_SECONDS,
            environment=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        )


def check_node() -> None:
    """Raises ToolError when Node.js or npm is missing or too old."""
    hint = f"Install Node.js {OLDEST_NODE} or newer (https://nodejs.org); the AWS CDK runs on it."
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise ToolError(f"Node.js with npm was not found. {hint}")
    try:
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
        major = int(version.strip().lstrip("v").split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise ToolError(f"`node --version` does not work ({error}). {hint}") from error
    if major < OLDEST_NODE:
        raise ToolError(f"Node.js is {version.strip()}. {hint}")


def continue_in_the_venv() -> None:
    """Replace this process by the same command in the virtual environment."""
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), "-m", "infra.local", *sys.argv[1:]])  # noqa: S606 - our own interpreter


def _installed() -> str | None:
    try:
        return str(json.loads(_STAMP.read_text(encoding="utf-8"))["requirements"])
    except (OSError, ValueError, KeyError):
        return None

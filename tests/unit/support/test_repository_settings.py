"""What a contributor's editor and commit hooks are told agrees with what `make lint` runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own, for this one call

ROOT = Path(__file__).parents[3]
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: {"repo": source["repo"]} | hook
    for source in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    for hook in source["hooks"]
}
LINT = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS.keys())
def test_a_hook_needs_no_network(hook: dict[str, Any]) -> None:
    assert hook["repo"] == "local"
    assert hook["language"] == "system"
    assert ".venv/bin/" in hook["entry"]


@pytest.mark.parametrize("command", ["ruff check", "ruff format", "mypy", "lint-imports"])
def test_every_check_of_the_gate_is_a_hook(command: str) -> None:
    assert LINT
    assert command in LINT[1]
    assert any(command in hook["entry"] for hook in HOOKS.values())

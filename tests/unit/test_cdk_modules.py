"""mypy reads only some modules of the CDK library: every module that is imported has to be among them."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_REPOSITORY: Final = Path(__file__).resolve().parents[2]
_LIBRARY: Final = "aws_cdk"


def imported(source: str) -> Iterator[str]:
    """The modules of the CDK library that this source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.partition(".")[0] == _LIBRARY)
        elif isinstance(node, ast.ImportFrom) and node.module == _LIBRARY:
            yield from (f"{_LIBRARY}.{name.name}" for name in node.names if name.name.startswith("aws_"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{_LIBRARY}."):
            yield node.module or ""


def read_by_mypy() -> set[str]:
    """The modules of pyproject.toml that are read, though the library's others are not."""
    overrides: list[dict[str, Any]] = tomllib.loads((_REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"][
        "mypy"
    ]["overrides"]
    modules = [each["module"] for each in overrides if each.get("follow_imports") == "normal"]
    return {module for listed in modules for module in listed}


def test_the_types_of_every_imported_module_of_the_cdk_are_checked() -> None:
    sources = [file for folder in ("infra", "tests") for file in (_REPOSITORY / folder).rglob("*.py")]
    used = {module: file for file in sources for module in imported(file.read_text("utf-8"))}
    assert len(used) > 15
    for module, file in used.items():
        where = file.relative_to(_REPOSITORY)
        assert module in read_by_mypy(), f"add {module}, which {where} imports, to the mypy overrides of pyproject.toml"

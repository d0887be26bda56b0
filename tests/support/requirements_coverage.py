"""Which requirements of `tests/requirements.csv` are proven by which tests: `make coverage-requirements`.

The markers are read from the sources of the tests, which are neither run nor imported: quick, and the same everywhere.
"""

from __future__ import annotations

import ast
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

TESTS: Final = Path(__file__).resolve().parents[1]
_LINE_LENGTH: Final = 110


class MarkerError(Exception):
    """A `requirement` marker that cannot be counted; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of the list."""

    id: str
    kind: str
    sentence: str

    @property
    def source(self) -> str:
        """The document or list that it comes from: `S001`, `X`."""
        return self.id.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Marker:
    """One id that one test claims to prove."""

    requirement_id: str
    test: str
    """`path::name`, or the path alone when the whole module is marked."""
    line: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """The list and the markers, put together."""

    requirements: Sequence[Requirement]
    tests_of: Mapping[str, Sequence[Marker]]
    unknown: Sequence[Marker]
    set_aside: Mapping[str, str] = field(default_factory=dict)
    """Why an id needs no test of its own."""

    @property
    def uncovered(self) -> list[Requirement]:
        """Neither proven nor set aside."""
        return [one for one in self.requirements if one.id not in self.tests_of and one.id not in self.set_aside]


def read_requirements(path: Path = TESTS / "requirements.csv") -> list[Requirement]:
    with path.open(encoding="utf-8", newline="") as file:
        return [Requirement(row["id"], row["kind"], row["requirement"]) for row in csv.DictReader(file)]


def read_set_aside(path: Path = TESTS / "requirements_set_aside.csv") -> dict[str, str]:
    """The ids that need no test, each with the reason: what another requirement supersedes, or no behaviour at all."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["reason"] for row in csv.DictReader(file)}


def find_markers(folder: Path = TESTS) -> Iterator[Marker]:
    """All markers below a folder.

    Raises:
        MarkerError: a marker that pytest would never see, or whose ids are not written out.
    """
    for path in sorted(folder.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "mark.requirement" in source:
            yield from _markers_of_module(ast.parse(source), str(path.relative_to(folder)))


def cover(
    requirements: Sequence[Requirement], markers: Iterable[Marker], set_aside: Mapping[str, str] | None = None
) -> Coverage:
    known = {requirement.id for requirement in requirements}
    tests_of: dict[str, list[Marker]] = defaultdict(list)
    unknown: list[Marker] = []
    for marker in markers:
        if marker.requirement_id in known:
            tests_of[marker.requirement_id].append(marker)
        else:
            unknown.append(marker)
    return Coverage(requirements, tests_of, unknown, set_aside or {})


def _markers_of_module(module: ast.Module, path: str) -> Iterator[Marker]:
    owners = _owners(module, path)
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and _is_requirement(node.func):
            test = owners.get(node, path)
            if not _is_collected(test):
                raise MarkerError(f"{path}:{node.lineno}: {test} is not a test that pytest collects.")
            yield from _ids(node, path, test)


def _is_collected(test: str) -> bool:
    path, _, name = test.partition("::")
    in_test_module = path.rpartition("/")[2].startswith("test_")
    return in_test_module and (not name or name.rpartition("::")[2].startswith(("test_", "Test")))


def _owners(module: ast.Module, path: str) -> dict[ast.AST, str]:
    """For every node within a function or class of the module: that function's or class's name."""
    owners: dict[ast.AST, str] = {}
    for top in module.body:
        if not isinstance(top, ast.FunctionDef | ast.ClassDef):
            continue
        for node in ast.walk(top):
            owners[node] = f"{path}::{top.name}"
        if isinstance(top, ast.ClassDef):
            methods = (method for method in top.body if isinstance(method, ast.FunctionDef))
            owners |= {node: f"{path}::{top.name}::{method.name}" for method in methods for node in ast.walk(method)}
    return owners


def _is_requirement(called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and ast.unparse(called) == "pytest.mark.requirement"


def _ids(call: ast.Call, path: str, test: str) -> Iterator[Marker]:
    if not call.args:
        raise MarkerError(f"{path}:{call.lineno}: a marker without an id.")
    for argument in call.args:
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            raise MarkerError(f"{path}:{call.lineno}: write the id out, so that it is found without running anything.")
        yield Marker(argument.value, test, call.lineno)


# --- the report -----------------------------------------------------------------------------------------------------


def report(coverage: Coverage, out: TextIO) -> None:
    """Shares by source and by kind, then the ids that no test proves, and those that need none."""
    _write_shares("source", [requirement.source for requirement in coverage.requirements], coverage, out)
    _write_shares("kind", [requirement.kind for requirement in coverage.requirements], coverage, out)
    print("Without a test:", file=out)
    _write_ids([requirement.id for requirement in coverage.uncovered], out)
    reasons: dict[str, list[str]] = defaultdict(list)
    for requirement_id, reason in coverage.set_aside.items():
        reasons[reason].append(requirement_id)
    for reason, ids in reasons.items():
        print(f"Set aside: {reason}", file=out)
        _write_ids(ids, out)
    for marker in coverage.unknown:
        where = f"{marker.test} (line {marker.line})"
        print(f"Unknown requirement {marker.requirement_id!r}: {where}", file=out)


def _write_ids(ids: Iterable[str], out: TextIO) -> None:
    by_source: dict[str, list[int]] = defaultdict(list)
    for requirement_id in ids:
        source, _, number = requirement_id.partition("-")
        by_source[source].append(int(number))
    for source, numbers in by_source.items():
        for line in _wrapped(_spans(numbers)):
            print(f"  {source:5} {line}", file=out)


def _write_shares(title: str, groups: Sequence[str], coverage: Coverage, out: TextIO) -> None:
    total = Counter(groups)
    pairs = zip(groups, coverage.requirements, strict=True)
    by_id = [(group, requirement.id) for group, requirement in pairs]
    proven = Counter(group for group, id_ in by_id if id_ in coverage.tests_of)
    aside = Counter(group for group, id_ in by_id if id_ in coverage.set_aside)
    print(f"{title:20} proven aside   of", file=out)
    for group, count in total.items():
        print(f"{group:20} {proven[group]:6} {aside[group]:5} {count:4}", file=out)
    print(f"{'all':20} {proven.total():6} {aside.total():5} {total.total():4}\n", file=out)


def _spans(numbers: Sequence[int]) -> list[str]:
    """`1-3, 5`: neighbours drawn together, so that the list can be read."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], number]
        else:
            spans.append([number])
    return ["-".join(map(str, span)) for span in spans]


def _wrapped(words: Sequence[str]) -> Iterator[str]:
    line = ""
    for word in words:
        if line and len(line) + len(word) + 2 > _LINE_LENGTH:
            yield line + ","
            line = ""
        line = f"{line}, {word}" if line else word
    if line:
        yield line


def main() -> int:
    """Report; 1 when a test names a requirement that does not exist, or one that cannot be read."""
    try:
        coverage = cover(read_requirements(), find_markers(), read_set_aside())
    except MarkerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    report(coverage, sys.stdout)
    return 1 if coverage.unknown else 0


if __name__ == "__main__":
    sys.exit(main())

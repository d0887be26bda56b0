"""The list of requirements is whole, and a test cannot claim to prove what is not on it."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from tests.support.requirements_coverage import (
    MarkerError,
    Requirement,
    cover,
    find_markers,
    read_requirements,
    read_set_aside,
    report,
)

COUNTS = {"S000": 80, "S001": 80, "S002": 81, "S003": 114, "S004": 84, "M": 10, "X": 40}
LIST = [
    Requirement("S001-1", "endpoint", "One"),
    Requirement("S001-2", "endpoint", "Two"),
    Requirement("X-1", "resolution", "Three"),
]


def a_test_module(folder: Path, text: str, name: str = "test_something.py") -> Path:
    (folder / name).write_text(f"import pytest\n\n{text}", encoding="utf-8")
    return folder


def test_the_list_names_every_requirement_once_with_a_kind_and_a_sentence() -> None:
    found = read_requirements()

    expected = [f"{source}-{number}" for source, count in COUNTS.items() for number in range(1, count + 1)]
    assert [requirement.id for requirement in found] == expected
    assert all(requirement.kind and requirement.sentence for requirement in found)


def test_no_test_of_ours_names_an_unknown_requirement() -> None:
    assert cover(read_requirements(), find_markers()).unknown == []


def test_an_unknown_requirement_is_refused_and_reported_with_its_place(tmp_path: Path) -> None:
    folder = a_test_module(tmp_path, '@pytest.mark.requirement("S001-1", "S009-1")\ndef test_it() -> None: ...\n')

    coverage = cover(LIST, find_markers(folder))
    report(coverage, out := StringIO())

    assert [(marker.requirement_id, marker.test) for marker in coverage.unknown] == [
        ("S009-1", "test_something.py::test_it")
    ]
    assert "'S009-1': test_something.py::test_it (line 3)" in out.getvalue()


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ('@pytest.mark.requirement("X-1")\ndef test_it() -> None: ...\n', "test_something.py::test_it"),
        ('pytestmark = pytest.mark.requirement("X-1")\n', "test_something.py"),
        (
            'class TestIt:\n    @pytest.mark.requirement("X-1")\n    def test_it(self) -> None: ...\n',
            "test_something.py::TestIt::test_it",
        ),
        (
            """
@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.requirement("X-1"))])
def test_it(n: int) -> None: ...
""",
            "test_something.py::test_it",
        ),
    ],
    ids=["function", "module", "method", "case"],
)
def test_markers_are_found_wherever_pytest_sees_them(tmp_path: Path, text: str, test: str) -> None:
    (marker,) = find_markers(a_test_module(tmp_path, text))

    assert (marker.requirement_id, marker.test) == ("X-1", test)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("helpers.py", '@pytest.mark.requirement("X-1")\ndef test_it() -> None: ...\n'),
        ("test_it.py", '@pytest.mark.requirement("X-1")\ndef prepare() -> None: ...\n'),
        ("test_it.py", "ID = 'X-1'\n@pytest.mark.requirement(ID)\ndef test_it() -> None: ...\n"),
        ("test_it.py", "@pytest.mark.requirement()\ndef test_it() -> None: ...\n"),
    ],
    ids=["not a test module", "not a test", "id not written out", "no id"],
)
def test_a_marker_that_cannot_count_is_an_error_and_not_overlooked(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(MarkerError, match=rf"{name}:\d+"):
        list(find_markers(a_test_module(tmp_path, text, name)))


def test_the_report_counts_by_source_and_kind_and_lists_what_is_unproven(tmp_path: Path) -> None:
    folder = a_test_module(tmp_path, '@pytest.mark.requirement("X-1")\ndef test_it() -> None: ...\n')

    report(cover(LIST, find_markers(folder)), out := StringIO())

    lines = [line.split() for line in out.getvalue().splitlines()]
    assert ["S001", "0", "0", "2"] in lines
    assert ["resolution", "1", "0", "1"] in lines
    assert ["all", "1", "0", "3"] in lines
    assert lines[lines.index(["Without", "a", "test:"]) + 1 :] == [["S001", "1-2"]]


def test_what_is_set_aside_is_counted_apart_and_listed_with_its_reason(tmp_path: Path) -> None:
    coverage = cover(LIST, find_markers(tmp_path), {"S001-1": "No behaviour.", "S001-2": "No behaviour."})

    report(coverage, out := StringIO())

    assert [requirement.id for requirement in coverage.uncovered] == ["X-1"]
    assert "Set aside: No behaviour.\n  S001  1-2\n" in out.getvalue()
    assert ["S001", "0", "2", "2"] in [line.split() for line in out.getvalue().splitlines()]


def test_only_a_requirement_without_a_test_is_set_aside_and_every_one_has_a_reason() -> None:
    aside = read_set_aside()
    proven = cover(read_requirements(), find_markers()).tests_of

    assert all(reason.endswith(".") for reason in aside.values())
    assert set(aside) <= {requirement.id for requirement in read_requirements()}
    assert set(aside) & set(proven) == set()

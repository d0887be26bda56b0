"""Log lines: tied to their request, and silent about what must not be in them."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest

from easel import observability
from easel.observability import bind, bind_request_id, count, describe_error, instrumented, logger

CONTEXT: Any = SimpleNamespace(
    function_name="f",
    function_version="1",
    memory_limit_in_mb=128,
    invoked_function_arn="arn",
    aws_request_id="lambda-request",
)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    written = StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", written)
    return written


def logged(lines: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_code_that_knows_only_the_standard_library_logs_into_the_same_stream(lines: StringIO) -> None:
    @instrumented
    def entry(_event: dict[str, Any], _context: Any) -> None:
        bind_request_id("r-1")
        logging.getLogger("easel.services.anything").warning("queue is slow", extra={"seconds": 3})

    entry({}, CONTEXT)

    (line,) = logged(lines)
    assert (line["message"], line["seconds"], line["request_id"]) == ("queue is slow", 3, "r-1")
    assert line["function_request_id"] == "lambda-request"


def test_times_are_in_the_format_that_lambda_reads(lines: StringIO) -> None:
    logger.warning("queue is slow")

    (line,) = logged(lines)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["timestamp"])


@pytest.mark.parametrize(
    ("level", "expected"),
    [("DEBUG", ["DEBUG", "INFO", "WARNING", "ERROR"]), ("WARN", ["WARNING", "ERROR"]), ("ERROR", ["ERROR"])],
)
def test_the_level_leaves_out_lines_but_no_metrics(level: str, expected: list[str]) -> None:
    program = """
from easel.observability import count, logger
for level in ("debug", "info", "warning", "error"):
    getattr(logger, level)(level)
count("StuckGenerations")
"""
    # What Lambda sets for a function of infra/constructs/small_function.py.
    lambda_level = {"AWS_LAMBDA_LOG_LEVEL": "DEBUG" if level == "DEBUG" else "INFO", "LOG_LEVEL": level}
    environment = os.environ | lambda_level | {"PYTHONPATH": os.pathsep.join(sys.path), "POWERTOOLS_SERVICE_NAME": "s"}

    printed = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout

    written = [json.loads(line) for line in printed.splitlines()]
    assert [line["level"] for line in written if "level" in line] == expected
    assert [line["StuckGenerations"] for line in written if "_aws" in line] == [[1.0]]


def test_a_metric_has_the_dimensions_that_it_is_counted_under(capsys: pytest.CaptureFixture[str]) -> None:
    count("GenerationsAccepted", replayed=True)
    count("CallbacksReceived", 2, provider="wavespeed", outcome="genuine")

    accepted, received = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (accepted["GenerationsAccepted"], accepted["replayed"]) == ([1.0], "true")
    assert accepted["_aws"]["CloudWatchMetrics"][0]["Dimensions"] in ([["replayed"]], [["service", "replayed"]])
    assert (received["CallbacksReceived"], received["provider"], received["outcome"]) == ([2.0], "wavespeed", "genuine")


def test_nothing_of_one_invocation_is_left_in_the_next(lines: StringIO) -> None:
    @instrumented
    def entry(event: dict[str, Any], _context: Any) -> None:
        bind(**event)
        logger.info("served")

    entry({"workspace_id": "w-1"}, CONTEXT)
    entry({}, CONTEXT)

    first, second = logged(lines)
    assert first["workspace_id"] == "w-1"
    assert "workspace_id" not in second


def test_the_event_is_not_logged_even_when_the_environment_asks_for_it(
    lines: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", "true")

    @instrumented
    def entry(_event: dict[str, Any], _context: Any) -> None:
        logger.info("served")

    entry({"body": "PRIVATE"}, CONTEXT)

    assert "PRIVATE" not in lines.getvalue()


def test_an_error_is_described_by_kind_and_place_without_its_words() -> None:
    def fail() -> None:
        try:
            dict[str, str]()["PRIVATE"]
        except KeyError as cause:
            raise ValueError("PRIVATE too") from cause

    with pytest.raises(ValueError, match="PRIVATE too") as raised:
        fail()
    described = describe_error(raised.value)

    assert described["error"] == ["builtins.ValueError", "builtins.KeyError"]
    assert described["frames"][-1].endswith("fail")
    assert "PRIVATE" not in json.dumps(described)


def test_an_aws_error_names_its_code_and_operation() -> None:
    error: Any = RuntimeError("PRIVATE")
    error.response = {"Error": {"Code": "ThrottlingException", "Message": "PRIVATE"}}
    error.operation_name = "GetItem"

    assert describe_error(error)["error"] == ["builtins.RuntimeError (ThrottlingException from GetItem)"]


def test_a_metric_goes_out_with_its_own_dimensions(capsys: pytest.CaptureFixture[str]) -> None:
    observability.count("PicturesMade", provider="sandbox")
    observability.count("PicturesLost", provider="wavespeed")

    made, lost = map(json.loads, capsys.readouterr().out.splitlines())
    assert (made["PicturesMade"], made["provider"]) == ([1.0], "sandbox")
    assert (lost["PicturesLost"], lost["provider"]) == ([1.0], "wavespeed")

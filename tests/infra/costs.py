"""What a stack costs, computed from its templates and from how often each part of it is used for one image.

Prices are AWS's list prices for us-east-1 on 2026-11-20, in dollars. Durations are estimates from the processor time
that `make bench` measures; a Lambda of 512 MB has 0.29 of a processor. infra/README.md shows the results.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from infra.constructs.workflow import DEFINITION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.infra.synthesized import Synthesized

MONTH_MINUTES: Final = 30 * 24 * 60
IMAGES: Final = 1_000

ALARM_METRIC, CUSTOM_METRIC, DASHBOARD, SECRET, KEY = 0.10, 0.30, 3.00, 0.40, 1.00
GIGABYTE_SECOND, INVOCATION = 0.0000133334, 0.20e-6
HTTP_REQUEST, TRANSITION, TRACE, EVENT, QUEUE_REQUEST = 1.00e-6, 25e-6, 5e-6, 1.00e-6, 0.40e-6
WRITE_UNIT, READ_UNIT = 0.625e-6, 0.125e-6
OBJECT_PUT, OBJECT_GET, LOG_GIGABYTE = 5e-6, 0.4e-6, 0.50

# Free for every account, for ever and by the month.
FREE_ALARM_METRICS, FREE_METRICS, FREE_DASHBOARDS, FREE_DASHBOARD_METRICS = 10, 10, 3, 50
FREE_QUEUE_REQUESTS, FREE_LOG_GIGABYTES, FREE_INVOCATIONS, FREE_GIGABYTE_SECONDS = 1e6, 5, 1e6, 400_000

POLLERS: Final = 5
POLL_SECONDS: Final = 20
"""Lambda asks a queue with five long polls at a time, whether there is something in it or not."""
SWEEP_SECONDS: Final = 0.2
SWEEP_READ_UNITS: Final = 12
SWEEP_LOG_BYTES: Final = 1_500
METRICS_OF_THE_SWEEP: Final = 3
"""Written each minute. Those of daily functions cost a twenty-fourth of a metric."""


@dataclass(frozen=True)
class Line:
    """One line of a bill: at list price, and with what is free for every account taken off."""

    listed: float
    after_free: float

    @classmethod
    def of(cls, amount: float, price: float, free: float = 0) -> Line:
        return cls(amount * price, max(0.0, amount - free) * price)


def at_rest(stack: Synthesized) -> Mapping[str, Line]:
    """A month in which nobody makes a request."""
    alarms = sum(_metrics(alarm) for alarm in stack.of_type("AWS::CloudWatch::Alarm").values())
    boards = [_dashboard_metrics(stack, board) for board in stack.of_type("AWS::CloudWatch::Dashboard").values()]
    free_boards = FREE_DASHBOARDS if all(metrics <= FREE_DASHBOARD_METRICS for metrics in boards) else 0
    queues = [each for each in stack.of_type("AWS::Lambda::EventSourceMapping").values() if "ScalingConfig" in each]
    polls = len(queues) * POLLERS * MONTH_MINUTES * 60 / POLL_SECONDS
    memory = _memory(stack, "schedules/sweep_generations")
    traced = stack.functions["schedules/sweep_generations"]["TracingConfig"]["Mode"] == "Active"
    return {
        "alarms": Line.of(alarms, ALARM_METRIC, FREE_ALARM_METRICS),
        "dashboard": Line.of(len(boards), DASHBOARD, free_boards),
        "secrets": Line.of(len(stack.of_type("AWS::SecretsManager::Secret")), SECRET),
        "keys": Line.of(len(stack.of_type("AWS::KMS::Key")), KEY),
        "metrics": Line.of(METRICS_OF_THE_SWEEP, CUSTOM_METRIC, FREE_METRICS),
        "polls": Line.of(polls, QUEUE_REQUEST, FREE_QUEUE_REQUESTS),
        "sweep": _sum(
            Line.of(MONTH_MINUTES, INVOCATION, FREE_INVOCATIONS),
            Line.of(MONTH_MINUTES * SWEEP_SECONDS * memory, GIGABYTE_SECOND, FREE_GIGABYTE_SECONDS),
            Line.of(MONTH_MINUTES * SWEEP_READ_UNITS, READ_UNIT),
            Line.of(MONTH_MINUTES * SWEEP_LOG_BYTES / 1e9, LOG_GIGABYTE, FREE_LOG_GIGABYTES),
            Line.of(MONTH_MINUTES if traced else 0, TRACE),
        ),
    }


@dataclass(frozen=True)
class Use:
    """What one image takes: runs of functions in seconds by folder, and requests to services."""

    runs: Mapping[str, tuple[float, ...]]
    http_requests: int
    queue_requests: int
    write_units: int
    """`tests/contract/test_write_units.py` measures them; the rate limits take one for each request."""
    read_units: int = 20
    puts: int = 3
    gets: int = 1
    log_bytes: int = 25_000


_API: Final = {
    "api/accounts/authorize_request": (0.015,) * 4,
    "api/generations/submit_generation": (0.045,),
    "api/generations/read_generations": (0.025,) * 3,
}
_ENGINE: Final = {
    "workers/start_generation": (0.035,),
    "workflow/settle_generation": (0.06,),
    "workers/publish_events": (0.04,),
}
VENDOR_SECONDS: Final = 10
INLINE: Final = Use(
    # One request of one image, whose caller asks three times how far it is.
    runs={**_API, **_ENGINE, "workers/render_image:openai": (VENDOR_SECONDS + 0.95,)},
    http_requests=4,
    queue_requests=7,
    write_units=37 + 4,
)
"""The vendor answers with the picture after ten seconds, and a worker waits for it."""
CALLBACK: Final = Use(
    runs={
        **_API,
        **_ENGINE,
        "workers/render_image:nanobanana": (0.9,),
        "api/images/receive_callback": (0.03,),
        "workers/collect_image:nanobanana": (1.5,),
    },
    http_requests=5,
    # The safety poll, and the callback.
    queue_requests=13,
    write_units=39 + 4,
    log_bytes=28_000,
)
"""The vendor takes a job and calls back after ten seconds."""


def per_thousand_images(stack: Synthesized, use: Use) -> Mapping[str, float]:
    """What a thousand requests of one image cost, without the vendor."""
    runs = [(folder, seconds) for folder, each in use.runs.items() for seconds in each]
    workers = {folder for folder in use.runs if folder.startswith(("workers/render_image", "workers/collect_image"))}
    traced = {folder for folder, _ in runs if stack.functions[folder]["TracingConfig"]["Mode"] == "Active"}
    traces = sum(folder in traced for folder, _ in runs) + (1 if _machine_is_traced(stack) else 0)

    def seconds_of(folders: set[str]) -> float:
        """Gigabyte-seconds."""
        return sum((_memory(stack, folder) * seconds for folder, seconds in runs if folder in folders), 0.0)

    others = set(use.runs) - workers
    one = {
        "workers": seconds_of(workers) * GIGABYTE_SECOND,
        "functions": seconds_of(others) * GIGABYTE_SECOND + len(runs) * INVOCATION,
        "transitions": _transitions() * TRANSITION,
        "tables": use.write_units * WRITE_UNIT + use.read_units * READ_UNIT,
        "bucket": use.puts * OBJECT_PUT + use.gets * OBJECT_GET,
        "requests": use.http_requests * HTTP_REQUEST + use.queue_requests * QUEUE_REQUEST + EVENT,
        "logs": use.log_bytes / 1e9 * LOG_GIGABYTE,
        "traces": traces * TRACE,
    }
    return {name: cost * IMAGES for name, cost in one.items()}


def _memory(stack: Synthesized, folder: str) -> float:
    """In gigabytes."""
    return float(stack.functions[folder]["MemorySize"]) / 1024


def _metrics(alarm: Mapping[str, object]) -> int:
    entries = alarm.get("Metrics")
    return sum("MetricStat" in entry for entry in entries) if isinstance(entries, list) else 1


def _dashboard_metrics(stack: Synthesized, board: Mapping[str, object]) -> int:
    widgets = json.loads(stack.text(board["DashboardBody"]))["widgets"]
    return sum(len(widget["properties"].get("metrics", [])) for widget in widgets)


def _machine_is_traced(stack: Synthesized) -> bool:
    (machine,) = stack.of_type("AWS::StepFunctions::StateMachine").values()
    return bool(machine["TracingConfiguration"]["Enabled"])


def _transitions() -> int:
    """Into each state of a generation of one image that goes well, and out of the last."""
    machine = json.loads(DEFINITION.read_text(encoding="utf-8"))
    name, passed = machine["StartAt"], 0
    while name:
        state = machine["States"][name]
        passed += 1
        if state["Type"] == "Map":
            passed += 1
        name = state.get("Next")
    return passed + 1


def _sum(*lines: Line) -> Line:
    return Line(sum(line.listed for line in lines), sum(line.after_free for line in lines))

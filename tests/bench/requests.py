"""What a request costs in processor time: starting the function, its first request, and later ones.

Each process is like one of Lambda: the built layers of this machine and nothing else on the path, the environment of
the deployed function, the deployed stack's tables behind it. Only the processor time of the process itself counts, so
that a busy machine and the emulator's own work say little.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.build_layers import Target, build_layers
from tests.bench import figures
from tests.bench.start_up import ROUNDS
from tests.bench.tables import show
from tests.infra.costs import GIGABYTE_SECOND, INVOCATION
from tests.support.cloud import REPOSITORY, LocalCloud

WARM: Final = 60
"""Requests after the first; their median is shown."""
FINISHED: Final = 10
PLAIN: Final = "plain handler"
"""A submit without what Easel promises, of the same libraries: `plain_handler/`."""
_PLAIN_FUNCTION: Final = "plain"
MEMORIES: Final = (512, 1024, 1769)
WHOLE_PROCESSOR: Final = 1769
"""Megabytes with which Lambda gives a function one processor; with fewer, that share of it."""
CALL: Final = 4
"""Milliseconds, of waiting."""
CALLS: Final = {"authorizer": 1, "submit": 2, "status": 1, f"list of {FINISHED}": 1}
_PROGRAM: Final = Path(__file__).with_name("one_process.py")


@dataclass(frozen=True)
class Measured:
    """Milliseconds of processor time of one process."""

    start: float
    first: float
    warm: float


@dataclass(frozen=True)
class Request:
    """A request to one function: method, address as the route has it, parameters and body."""

    function: str
    method: str
    route: str
    path: str
    body: str = ""

    def event(self, context: Mapping[str, Any], key: str) -> dict[str, Any]:
        """The event of an HTTP API, payload 2.0. `context` is what the authorizer said."""
        parameters = {
            name.strip("{}"): value
            for name, value in zip(self.route.split("/"), self.path.split("/"), strict=False)
            if name.startswith("{")
        }
        return {
            "version": "2.0",
            "type": "REQUEST",
            "routeKey": f"{self.method} {self.route}",
            "rawPath": self.path,
            "rawQueryString": "",
            "headers": {"authorization": f"Bearer {key}", "content-type": "application/json", "host": "bench.local"},
            "pathParameters": parameters,
            "body": self.body,
            "isBase64Encoded": False,
            "requestContext": {
                "http": {"method": self.method, "path": self.path, "sourceIp": "192.0.2.1", "protocol": "HTTP/1.1"},
                "requestId": "bench",
                "timeEpoch": 0,
                "stage": "$default",
                "authorizer": {"lambda": context},
            },
        }


def report(cloud: LocalCloud) -> None:
    """All four requests, in turns, each in new processes."""
    with _layers() as libraries:
        measured = measure(cloud, libraries)
    rows = [
        (name, *(f"{value:.1f}" for value in (each.start, each.first, each.start + each.first, each.warm)))
        for name, each in measured.items()
    ]
    show(
        f"Processor time of requests, ms (medians of {ROUNDS} processes; warm: of {WARM} requests each)",
        ("request", "start", "first", "start + first", "warm"),
        rows,
    )
    plain = measured.pop(PLAIN)
    figures.compare(
        "start and first request",
        f"x {PLAIN}",
        {name: (each.start + each.first) / (plain.start + plain.first) for name, each in measured.items()},
        strays=True,
    )
    later = {name: each.warm / plain.warm for name, each in measured.items()}
    figures.compare("later requests", f"x {PLAIN}", later, strays=True)
    _show_prices(measured)


def _show_prices(measured: Mapping[str, Measured]) -> None:
    """What a later request takes and costs by the memory of its function: processor time by Lambda's share of one."""
    rows = []
    for name, each in measured.items():
        cells = []
        for megabytes in MEMORIES:
            milliseconds = math.ceil(each.warm * WHOLE_PROCESSOR / min(megabytes, WHOLE_PROCESSOR) + CALLS[name] * CALL)
            dollars = milliseconds / 1000 * megabytes / 1024 * GIGABYTE_SECOND + INVOCATION
            cells.append(f"{milliseconds} ms ${dollars * 1_000_000:.2f}")
        rows.append((name, *cells))
    header = ("request", *(f"{megabytes} MB" for megabytes in MEMORIES))
    show(f"A later request and a million of them, if a call to AWS takes {CALL} ms (computed)", header, rows)


def measure(cloud: LocalCloud, libraries: Path) -> dict[str, Measured]:
    """The medians of each request over the rounds."""
    workspace = cloud.new_workspace("bench of requests", credits=100_000_000)
    body = json.dumps({"prompt": "a red fox in the snow", "model": "sandbox"})
    with cloud.api(workspace) as api:
        made = [api.post("/api/v1/generations", content=body, headers=_WAIT).json()["id"] for _ in range(FINISHED)]
    every, one = "/api/v1/generations", "/api/v1/generations/{generationId}"
    requests = {
        "authorizer": Request("api/accounts/authorize_request", "GET", one, f"/api/v1/generations/{made[-1]}"),
        "submit": Request("api/generations/submit_generation", "POST", every, every, body),
        "status": Request("api/generations/read_generations", "GET", one, f"/api/v1/generations/{made[-1]}"),
        f"list of {FINISHED}": Request("api/generations/list_generations", "GET", every, every),
        PLAIN: Request(_PLAIN_FUNCTION, "POST", every, every, body),
    }
    context: Mapping[str, Any] = {}
    seen: dict[str, list[Measured]] = {name: [] for name in requests}
    for _ in range(ROUNDS):
        for name, request in requests.items():
            event = request.event(context, workspace.api_key)
            measured, answer = _one_process(cloud, libraries, request.function, event)
            if name == "authorizer":
                context = answer["context"]
            else:
                assert answer["statusCode"] < 300, answer
            seen[name].append(measured)
    return {name: _median(all_) for name, all_ in seen.items()}


def _median(measured: list[Measured]) -> Measured:
    return Measured(
        *(statistics.median(getattr(each, part) for each in measured) for part in ("start", "first", "warm"))
    )


_WAIT: Final = {"Prefer": "wait=25", "Content-Type": "application/json"}


def _one_process(cloud: LocalCloud, libraries: Path, function: str, event: object) -> tuple[Measured, dict[str, Any]]:
    if function == _PLAIN_FUNCTION:
        name, folder, variables = function, Path(__file__).with_name("plain_handler"), _plain_variables(cloud)
    else:
        name, folder = json.loads(cloud.outputs["FunctionNames"])[function], REPOSITORY / "functions" / function
        deployed = cloud.aws.client("lambda").get_function_configuration(FunctionName=name)
        variables = deployed["Environment"]["Variables"]
    environment = variables | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{libraries}{os.pathsep}{folder}",
        "AWS_ENDPOINT_URL": cloud.aws.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SESSION_TOKEN": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    }
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-S", str(_PROGRAM), str(WARM)],
        env=environment,
        input=json.dumps(event),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout.splitlines()[-1])
    return Measured(said["start"], said["first"], said["warm"]), said["answer"]


def _plain_variables(cloud: LocalCloud) -> dict[str, str]:
    """A queue of its own, so that nobody works on its messages."""
    queue = cloud.aws.client("sqs").create_queue(QueueName="bench-plain-handler")
    return {"CORE_TABLE_NAME": cloud.outputs["CoreTableName"], "PLAIN_QUEUE_URL": queue["QueueUrl"]}


@contextmanager
def _layers() -> Iterator[Path]:
    """The layers of this machine, unpacked as Lambda does it."""
    folder = Path(tempfile.mkdtemp())
    try:
        for archive in build_layers(Target.HOST).values():
            with zipfile.ZipFile(archive) as zipped:
                zipped.extractall(folder)
        yield folder / "python"
    finally:
        shutil.rmtree(folder)

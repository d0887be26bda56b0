"""The simulator as a program, its control API, and how it treats requests that no adapter would send."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from tests.contract.providers.simulation import opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.contract.providers.simulation import Simulator

ROOT = Path(__file__).parents[3]


def call(url: str, headers: Mapping[str, str], body: bytes | None = None) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(url, data=body, headers=dict(headers))
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def submit(simulator: Simulator, form: object) -> tuple[int, dict[str, Any]]:
    body = form if isinstance(form, bytes) else json.dumps(form).encode()
    url = f"{simulator.url}/wavespeed/api/v3/bytedance/seedream-v4"
    return call(url, {"Authorization": "Bearer sim-key"}, body)


def test_the_program_says_where_it_serves_and_stops_when_told() -> None:
    command = [sys.executable, "-m", "infra.local.simulators", "--public-url", "http://edge.test"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as program:  # noqa: S603 - fixed arguments
        assert program.stdout is not None
        ready = json.loads(program.stdout.readline())
        program.send_signal(signal.SIGTERM)
        assert program.wait(20) == 0
    assert ready["url"] == "http://edge.test"
    assert ready["vendors"]["wavespeed"] == "http://edge.test/wavespeed"


def test_health_names_the_vendors_and_every_fault(simulator: Simulator) -> None:
    health = simulator.control("health")
    assert health["status"] == "ok"
    assert health["vendors"] == simulator.simulators.base_urls()
    assert health["vendors"]["wavespeed"] == f"{simulator.url}/wavespeed"
    assert health["vendors"]["openai"] == f"{simulator.url}/openai/v1"
    shown = {name for vendor in simulator.simulators.vendors.values() for name in vendor.faults}
    assert set(health["faults"]) == shown, "every fault is explained, and some vendor shows it"


@pytest.mark.parametrize(
    ("name", "size", "image_format"),
    [("1x1.png", (1, 1), "PNG"), ("640x360.jpg", (640, 360), "JPEG"), ("33x77.webp", (33, 77), "WEBP")],
)
def test_sample_pictures_have_the_size_asked(
    simulator: Simulator, name: str, size: tuple[int, int], image_format: str
) -> None:
    with urllib.request.urlopen(f"{simulator.url}/_simulator/pictures/{name}?seed=fox") as response:
        picture = opened(response.read())
    assert (picture.size, picture.format) == (size, image_format)


@pytest.mark.parametrize("path", ["pictures/0x9.png", "pictures/9999x9.png", "pictures/9x9.gif", "nothing"])
def test_other_control_paths_are_refused(simulator: Simulator, path: str) -> None:
    status, _ = call(f"{simulator.url}/_simulator/{path}", {})
    assert status in {400, 404}


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (b"{", 1401),
        ([], 1401),
        ({}, 1400),
        ({"prompt": None}, 1400),
        ({"prompt": "  "}, 1401),
        ({"prompt": 7}, 1401),
        ({"prompt": "a fox", "size": "1024x1024"}, 1401),
        ({"prompt": "a fox", "size": "512*1024"}, 1401),
        ({"prompt": "a fox", "enable_sync_mode": "yes"}, 1401),
    ],
)
def test_a_request_is_checked_as_the_vendor_checks_it(simulator: Simulator, form: object, code: int) -> None:
    status, answer = submit(simulator, form)
    assert (status, answer["code"], answer["data"]["code"]) == (400, 400, code)
    assert simulator.jobs == []


def test_only_the_bearer_scheme_is_a_key(simulator: Simulator) -> None:
    url = f"{simulator.url}/wavespeed/api/v3/balance"
    assert call(url, {"Authorization": "Bearer sim-key"})[1]["data"]["balance"] > 0
    assert call(url, {"X-API-Key": "sim-key"})[0] == 401
    assert call(url, {})[0] == 401


def test_jobs_and_submits_are_counted_apart(simulator: Simulator) -> None:
    submit(simulator, {"prompt": "a fox", "enable_sync_mode": True})
    submit(simulator, {"prompt": "a fox", "enable_sync_mode": True})
    submit(simulator, {"prompt": "a bear [fault:rate-limit]"})
    report = simulator.control("jobs")
    assert [(job["prompt"], job["status"], job["submits"]) for job in report["jobs"]] == [("a fox", "completed", 2)] * 2
    assert [(entry["prompt"], entry["count"]) for entry in report["submits"]] == [
        ("a fox", 2),
        ("a bear [fault:rate-limit]", 1),
    ]
    simulator.control("reset", "POST")
    assert simulator.control("jobs") == {"jobs": [], "submits": []}


@pytest.mark.parametrize(
    "headers", [{"Content-Length": "99999999999"}, {"Content-Length": "many"}, {"Transfer-Encoding": "chunked"}]
)
def test_a_body_that_is_too_long_or_of_unknown_length_is_refused(simulator: Simulator, headers: dict[str, str]) -> None:
    address = urlsplit(simulator.url)
    connection = http.client.HTTPConnection(address.netloc)
    connection.putrequest("POST", "/wavespeed/api/v3/bytedance/seedream-v4")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize(
    ("prompt", "status"),
    [
        ("a bear [fault:rate-limit at=wavespeed]", 429),
        ("a wolf [fault:slow-down at=openai]", 200),
        ("a fox [fault:server-error at=openai] [fault:gone at=wavespeed] [fault:rate-limit]", 404),
        ("a hare [fault:no-such at=wavespeed]", 400),
        ("a mole [fault:gone at=openai] [fault: broken", 400),
    ],
    ids=["here", "elsewhere", "the first of ours", "unknown here", "misspelt"],
)
def test_a_fault_may_be_for_one_vendor_only(simulator: Simulator, prompt: str, status: int) -> None:
    assert submit(simulator, {"prompt": prompt})[0] == status

"""Pictures of 10 MB on their way in, by ticket and all at once, beside plain copies of the same bytes to the bucket."""

from __future__ import annotations

import random
import struct
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import httpx
from tests.bench.stack import new_workspace
from tests.bench.tables import show
from tests.support.cloud import LocalCloud

AT_ONCE: Final = 40
_SIDE: Final = 1_860
"""Of a picture of noise: 10,380,000 bytes, which do not get smaller by compression."""
_READY_SECONDS: Final = 240
_POLL_SECONDS: Final = 0.5


def report(cloud: LocalCloud) -> None:
    """Copies first; then forms, alone and while they are checked, and how long until the last picture can be used."""
    data = noise_png(_SIDE, _SIDE)
    with cloud.api(new_workspace(cloud, "Uploads")) as api:
        _await_all(api, [_sent(api, data)])
        copying = _seconds(lambda number: _copy(cloud, number, data))
        with _nobody_checking(cloud):
            unchecked = [ticket(api) for _ in range(AT_ONCE)]
            alone = _seconds(lambda number: send_file(unchecked[number], data))
        _await_all(api, [given["uploadId"] for given in unchecked])
        tickets: list[dict[str, Any]] = []
        announcing = _seconds(lambda _: tickets.append(ticket(api)))
        started = time.perf_counter()
        sending = _seconds(lambda number: send_file(tickets[number], data))
        _await_all(api, [given["uploadId"] for given in tickets])
        waiting = time.perf_counter() - started
    megabytes = AT_ONCE * len(data) / 1e6
    rows = [
        ("plain copies", f"{copying:.1f}", f"{megabytes / copying:.0f}", "1.0"),
        ("tickets", f"{announcing:.1f}", "", f"{announcing / copying:.1f}"),
        ("forms alone", f"{alone:.1f}", f"{megabytes / alone:.0f}", f"{alone / copying:.1f}"),
        ("forms while they are checked", f"{sending:.1f}", f"{megabytes / sending:.0f}", f"{sending / copying:.1f}"),
        ("until all are READY", f"{waiting:.1f}", f"{megabytes / waiting:.0f}", f"{waiting / copying:.1f}"),
    ]
    title = f"{AT_ONCE} pictures of {len(data) / 1e6:.1f} MB at once; the last row begins with the forms"
    show(title, ("what", "seconds", "MB a second", "ratio"), rows)


def _seconds(work: Callable[[int], object]) -> float:
    """How long all of them take together."""
    started = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(work, range(AT_ONCE)))
    return time.perf_counter() - started


@contextmanager
def _nobody_checking(cloud: LocalCloud) -> Iterator[None]:
    """The workers check nothing meanwhile: what arrives waits in the queue."""
    client = cloud.aws.client("lambda")
    mappings = client.list_event_source_mappings()["EventSourceMappings"]
    checking = [one["UUID"] for one in mappings if "ProcessUpload" in one["FunctionArn"]]
    assert checking, "no queue feeds the worker"
    for identity in checking:
        client.update_event_source_mapping(UUID=identity, Enabled=False)
    try:
        yield
    finally:
        for identity in checking:
            client.update_event_source_mapping(UUID=identity, Enabled=True)


def _copy(cloud: LocalCloud, number: int, data: bytes) -> None:
    """To a prefix whose objects are not announced and expire."""
    bucket = cloud.outputs["ImagesBucketName"]
    cloud.aws.client("s3").put_object(Bucket=bucket, Key=f"archives/bench/{number}", Body=data)


def _sent(api: httpx.Client, data: bytes) -> str:
    given = ticket(api)
    send_file(given, data)
    upload_id: str = given["uploadId"]
    return upload_id


def _await_all(api: httpx.Client, upload_ids: Sequence[str]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    for upload_id in upload_ids:
        while (state := _state(api, upload_id)) != "READY":
            assert state != "REJECTED", upload_id
            assert time.monotonic() < deadline, f"{upload_id} is still {state}"
            time.sleep(_POLL_SECONDS)


def ticket(api: httpx.Client) -> dict[str, Any]:
    """A ticket for a png."""
    answer = api.post("/api/v1/uploads", json={"contentType": "image/png"})
    answer.raise_for_status()
    given: dict[str, Any] = answer.json()
    return given


def send_file(given: dict[str, Any], data: bytes) -> None:
    """What a browser does with a ticket."""
    answer = httpx.post(given["url"], data=given["fields"], files={"file": data}, timeout=120, trust_env=False)
    assert answer.is_success, answer.text


def _state(api: httpx.Client, upload_id: str) -> str:
    answer = api.get(f"/api/v1/uploads/{upload_id}")
    answer.raise_for_status()
    state: str = answer.json()["state"]
    return state


def noise_png(width: int, height: int) -> bytes:
    """A png that is as large as its pixels; always the same one."""
    source = random.Random(1)  # noqa: S311 - pixels
    rows = b"".join(b"\0" + source.randbytes(3 * width) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )

"""A ZIP file of pictures in the bucket, beside a plain copy of the same bytes through one process."""

from __future__ import annotations

import random
import statistics
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tests.bench import figures
from tests.bench.start_up import ROUNDS
from tests.bench.tables import show
from tests.support.emulator import emulator, unique_name

from easel.domain.archive import ArchiveFile, ArchivePlan
from easel.domain.file_names import FileName
from easel.storage.archives import S3ArchiveStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CASES: Final = {"60 of 4 MB, streamed": (60, 4_000_000), "20 of 12 MB, copied within S3": (20, 12_000_000)}
_KEY: Final = "archives/w/g/a.zip"


def report() -> None:
    """Rounds are interleaved, and medians shown."""
    with emulator() as cloud:
        client = cloud.client("s3")
        rows = [_row(client, name, count, size) for name, (count, size) in _CASES.items()]
    shown = [
        (name, megabytes, *(f"{each:.2f}" for each in (packed, copied))) for name, megabytes, packed, copied in rows
    ]
    show("Archives of pictures", ("pictures", "MB", "ZIP file s", "plain copy s"), shown)
    ratios = {name: packed / copied for name, _, packed, copied in rows}
    figures.compare("ZIP files", "x a plain copy", ratios, strays=True)


def _row(client: S3Client, name: str, count: int, size: int) -> tuple[str, int, float, float]:
    bucket = unique_name("archives")
    client.create_bucket(Bucket=bucket)
    plan = _plan(client, bucket, count, size)
    steps: dict[str, Callable[[], None]] = {
        "zip": lambda: S3ArchiveStore(client, bucket).build(_KEY, plan, lambda _: None),
        "copy": lambda: _copy(client, bucket, plan),
    }
    seconds: dict[str, list[float]] = {step: [] for step in steps}
    for _ in range(ROUNDS):
        for step, run in steps.items():
            started = time.perf_counter()
            run()
            seconds[step].append(time.perf_counter() - started)
    packed, copied = (statistics.median(seconds[step]) for step in ("zip", "copy"))
    return name, plan.size // 1_000_000, packed, copied


def _plan(client: S3Client, bucket: str, count: int, size: int) -> ArchivePlan:
    source, files = random.Random(20261128), []  # noqa: S311 - the same bytes at each run
    for number in range(count):
        data, key = source.randbytes(size), f"generated/w/g/{number}/original.png"
        client.put_object(Bucket=bucket, Key=key, Body=data)
        files.append(ArchiveFile(f"picture-{number}.png", key, size, zlib.crc32(data)))
    when = datetime(2026, 11, 28, tzinfo=UTC)
    return ArchivePlan("w", "g", FileName("a.zip", "a.zip"), b"{}", tuple(files), (), when)


def _copy(client: S3Client, bucket: str, plan: ArchivePlan) -> None:
    """Each object read and written again, one after the other."""
    for file in plan.files:
        body = client.get_object(Bucket=bucket, Key=file.key)["Body"].read()
        client.put_object(Bucket=bucket, Key=f"copies/{file.name}", Body=body)

"""Pictures of 10 MB on their way out, by the API's redirect and all at once, beside plain reads of the same objects."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import httpx
from tests.bench.stack import new_workspace
from tests.bench.tables import show
from tests.support.cloud import LocalCloud
from tests.support.stored_pictures import StoredPictures

AT_ONCE: Final = 40
_BYTES: Final = 10_000_000
_PICTURES: Final = 10
"""What one generation has; each is read by four clients."""


def report(cloud: LocalCloud) -> None:
    """Plain reads first, then the redirects alone, then redirects followed."""
    workspace, s3, bucket = new_workspace(cloud, "Downloads"), cloud.aws.client("s3"), cloud.outputs["ImagesBucketName"]
    stored = StoredPictures(
        dynamodb=cloud.aws.client("dynamodb"), table=cloud.outputs["CoreTableName"], s3=s3, bucket=bucket
    )
    generation = stored.generation(workspace.id, *[_BYTES] * _PICTURES)
    images = [generation.images[number % _PICTURES] for number in range(AT_ONCE)]
    keys = [image.stored.original_key for image in images if image.stored]
    with cloud.api(workspace) as api:
        paths = [f"/api/v1/images/{image.id}" for image in images]
        _seconds(lambda number: _location(api, paths[number]))
        reading = _seconds(lambda number: s3.get_object(Bucket=bucket, Key=keys[number])["Body"].read())
        redirecting = _seconds(lambda number: _location(api, paths[number]))
        following = _seconds(lambda number: _follow(api, paths[number]))
    megabytes = AT_ONCE * _BYTES / 1e6
    rows = [
        ("plain reads", f"{reading:.1f}", f"{megabytes / reading:.0f}", "1.0"),
        ("redirects", f"{redirecting:.1f}", "", f"{redirecting / reading:.1f}"),
        ("redirects and files", f"{following:.1f}", f"{megabytes / following:.0f}", f"{following / reading:.1f}"),
    ]
    title = f"{AT_ONCE} downloads of {_BYTES / 1e6:.0f} MB at once, through the edge of this machine"
    show(title, ("what", "seconds", "MB a second", "ratio"), rows)


def _seconds(work: Callable[[int], object]) -> float:
    """How long all of them take together."""
    started = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(work, range(AT_ONCE)))
    return time.perf_counter() - started


def _location(api: httpx.Client, path: str) -> str:
    answer = api.get(path)
    assert answer.status_code == httpx.codes.FOUND, answer.text
    return answer.headers["location"]


def _follow(api: httpx.Client, path: str) -> None:
    answer = httpx.get(_location(api, path), timeout=120, trust_env=False)
    assert len(answer.content) == _BYTES, answer.status_code

"""Archives in the bucket: made of objects that are there, readable by every program, in little memory."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.emulator import Emulator, unique_name

from easel.domain.archive import ArchiveFile, ArchivePlan
from easel.domain.file_names import FileName
from easel.errors import StorageUnavailable
from easel.storage.archives import SMALLEST_PART, S3ArchiveStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "archives/w/g/digest.zip"
MIB = 1024 * 1024
WHEN = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
MANIFEST = json.dumps({"generationId": "g"}).encode()


@pytest.fixture
def s3(emulator: Emulator) -> S3Client:
    return emulator.client("s3")


@pytest.fixture
def bucket(s3: S3Client) -> str:
    name = unique_name("archives")
    s3.create_bucket(Bucket=name)
    return name


def stored(s3: S3Client, bucket: str, sizes: list[int], *, with_checksums: bool = True) -> ArchivePlan:
    """Objects of these sizes, and the plan of their archive."""
    files, source = [], random.Random(20261128)  # noqa: S311 - the same bytes at each run
    for number, size in enumerate(sizes, start=1):
        data, key = source.randbytes(size), f"generated/w/g/{number}/original.png"
        s3.put_object(Bucket=bucket, Key=key, Body=data)
        files.append(ArchiveFile(f"shirt-{number}.png", key, size, zlib.crc32(data) if with_checksums else None))
    return ArchivePlan("w", "g", FileName("shirt.zip", "shirt.zip"), MANIFEST, tuple(files), (), WHEN)


def downloaded(s3: S3Client, bucket: str, path: Path) -> Path:
    s3.download_file(bucket, KEY, str(path))
    return path


def contents(s3: S3Client, bucket: str, plan: ArchivePlan) -> dict[str, str]:
    """What the archive has to contain, by digest."""
    found = {
        file.name: hashlib.sha256(s3.get_object(Bucket=bucket, Key=file.key)["Body"].read()).hexdigest()
        for file in plan.files
    }
    return {"manifest.json": hashlib.sha256(MANIFEST).hexdigest(), **found}


def in_python(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


@pytest.mark.parametrize(
    "sizes",
    [
        [1_000],
        [0, 1, 2],
        [4 * MIB] * 5,
        [SMALLEST_PART],
        [12 * MIB, 12 * MIB],
        [1_000, 11 * MIB, 1_000],
        [6 * MIB, 300, SMALLEST_PART + 5, 9 * MIB, 10],
    ],
    ids=str,
)
@pytest.mark.requirement("S000-27", "S000-46", "S000-47")
def test_an_archive_has_every_file_to_the_byte_and_the_size_that_was_told(
    s3: S3Client, bucket: str, tmp_path: Path, sizes: list[int]
) -> None:
    plan = stored(s3, bucket, sizes)
    told: list[int] = []

    S3ArchiveStore(s3, bucket).build(KEY, plan, told.append)

    path = downloaded(s3, bucket, tmp_path / "a.zip")
    assert path.stat().st_size == plan.size == told[-1]
    assert told == sorted(told)
    assert in_python(path) == contents(s3, bucket, plan)
    assert zipfile.ZipFile(path).namelist()[0] == "manifest.json"
    assert s3.head_object(Bucket=bucket, Key=KEY)["ContentType"] == "application/zip"


def bytes_of(body: Any) -> Any:
    return body.getbuffer() if hasattr(body, "getbuffer") else body


@pytest.mark.parametrize(
    ("sizes", "copies"),
    [([12 * MIB, 12 * MIB], True), ([6 * MIB, 300, 7 * MIB, 9 * MIB, 10], True), ([4 * MIB] * 5, False)],
)
def test_no_part_but_the_last_is_smaller_than_s3_takes(
    s3: S3Client, bucket: str, sizes: list[int], *, copies: bool
) -> None:
    # The emulator takes parts of any size, AWS answers EntityTooSmall.
    plan = stored(s3, bucket, sizes)
    parts: list[tuple[str, int]] = []

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        span = params["headers"].get("x-amz-copy-source-range")
        first, last = (
            map(int, span.removeprefix("bytes=").split("-")) if span else (0, len(bytes_of(params["body"])) - 1)
        )
        parts.append((model.name, last - first + 1))

    for operation in ("UploadPart", "UploadPartCopy"):
        s3.meta.events.register(f"before-call.s3.{operation}", note, unique_id=f"note-{operation}")
    try:
        S3ArchiveStore(s3, bucket).build(KEY, plan, lambda _: None)
    finally:
        for operation in ("UploadPart", "UploadPartCopy"):
            s3.meta.events.unregister(f"before-call.s3.{operation}", unique_id=f"note-{operation}")

    assert [size for _, size in parts[:-1] if size < SMALLEST_PART] == []
    assert ("UploadPartCopy" in {name for name, _ in parts}) == copies


def test_pictures_without_a_checksum_are_read_for_it(s3: S3Client, bucket: str, tmp_path: Path) -> None:
    plan = stored(s3, bucket, [1_000, 11 * MIB], with_checksums=False)

    S3ArchiveStore(s3, bucket).build(KEY, plan, lambda _: None)

    assert in_python(downloaded(s3, bucket, tmp_path / "a.zip")) == contents(s3, bucket, plan)


def test_without_one_of_its_pictures_there_is_no_archive_and_no_part_of_one(s3: S3Client, bucket: str) -> None:
    plan = stored(s3, bucket, [1_000, 2_000])
    s3.delete_object(Bucket=bucket, Key=plan.files[1].key)

    with pytest.raises(StorageUnavailable):
        S3ArchiveStore(s3, bucket).build(KEY, plan, lambda _: None)

    assert s3.list_objects_v2(Bucket=bucket, Prefix="archives/").get("KeyCount") == 0
    assert s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


def test_a_picture_with_other_bytes_than_its_record_says_is_not_packed(s3: S3Client, bucket: str) -> None:
    plan = stored(s3, bucket, [1_000])
    s3.put_object(Bucket=bucket, Key=plan.files[0].key, Body=bytes(1_000))

    with pytest.raises(StorageUnavailable, match="other bytes"):
        S3ArchiveStore(s3, bucket).build(KEY, plan, lambda _: None)


FORWARD = """
import java.io.*; import java.security.*; import java.util.zip.*;
public class Forward {
  public static void main(String[] a) throws Exception {
    try (ZipInputStream in = new ZipInputStream(System.in)) {
      for (ZipEntry e; (e = in.getNextEntry()) != null; ) {
        MessageDigest d = MessageDigest.getInstance("SHA-256");
        byte[] b = new byte[65536];
        for (int n; (n = in.read(b)) > 0; ) d.update(b, 0, n);
        StringBuilder s = new StringBuilder();
        for (byte x : d.digest()) s.append(String.format("%02x", x));
        System.out.println(e.getName() + " " + s);
      }
    }
  }
}
"""


@pytest.mark.parametrize("program", ["unzip", "java"])
def test_other_programs_read_it_too_also_from_the_front_to_the_end(
    s3: S3Client, bucket: str, tmp_path: Path, program: str
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    plan = stored(s3, bucket, [1_000, 0, 7 * MIB, 12 * MIB])
    S3ArchiveStore(s3, bucket).build(KEY, plan, lambda _: None)
    path = downloaded(s3, bucket, tmp_path / "a.zip")
    expected = contents(s3, bucket, plan)

    if program == "unzip":
        subprocess.run(["unzip", "-q", str(path), "-d", str(tmp_path / "out")], check=True)  # noqa: S603, S607 - installed
        files = (tmp_path / "out").iterdir()
        assert {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files} == expected
        return
    (tmp_path / "Forward.java").write_text(FORWARD)
    with path.open("rb") as archive:
        command = ["java", str(tmp_path / "Forward.java")]
        ran = subprocess.run(command, stdin=archive, capture_output=True, text=True, check=True)  # noqa: S603 - installed
    assert dict(line.split(" ") for line in ran.stdout.splitlines()) == expected


BUILDER = """
import json, resource, sys, zlib
import boto3
from tests.contract.storage.test_archives import MANIFEST, WHEN
from easel.domain.archive import ArchiveFile, ArchivePlan
from easel.domain.file_names import FileName
from easel.storage.archives import S3ArchiveStore
url, bucket, files = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
plan = ArchivePlan("w", "g", FileName("a", "a"), MANIFEST, tuple(ArchiveFile(*file) for file in files), (), WHEN)
S3ArchiveStore(client, bucket).build("archives/w/g/digest.zip", plan, lambda _: None)
print(before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.requirement("S000-47")
def test_sixty_pictures_of_four_megabytes_need_no_more_memory_than_a_few(
    s3: S3Client, bucket: str, emulator: Emulator, tmp_path: Path
) -> None:
    plan = stored(s3, bucket, [4_000_000] * 60)
    files = json.dumps([[file.name, file.key, file.size, file.crc32] for file in plan.files])

    command = [sys.executable, "-c", BUILDER, emulator.url, bucket, files]
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | paths)  # noqa: S603 - our own interpreter

    assert ran.returncode == 0, ran.stderr[-2000:]
    before, after = map(int, ran.stdout.split())
    assert after - before < 64 * 1024, "kB more than before"
    path = downloaded(s3, bucket, tmp_path / "a.zip")
    assert path.stat().st_size == plan.size
    assert in_python(path) == contents(s3, bucket, plan)

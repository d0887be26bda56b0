"""Layers carry what the tests run with, little else, and bytecode that survives Lambda's fixed file dates."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import botocore
import pytest
from infra.build_layers import BuildError, Compiler, Target
from infra.settings import REPOSITORY
from packaging.requirements import Requirement

from infra import botocore_models, build_layers

if TYPE_CHECKING:
    from tests.support.emulator import Emulator

UNCHECKED_HASH = 0b01
CALLS = """
import sys
sys.path.insert(0, sys.argv[1])
import botocore.session
from botocore.exceptions import ClientError
print(botocore.__file__)
key = {"pk": {"S": "p"}, "sk": {"S": "s"}}
for service, operation, parameters in (
    ("apigatewaymanagementapi", "post_to_connection", {"ConnectionId": "none", "Data": b"text"}),
    ("dynamodb", "get_item", {"TableName": "none", "Key": key}),
    ("events", "put_events", {"Entries": [{"Source": "test", "DetailType": "test", "Detail": "{}"}]}),
    ("kms", "decrypt", {"CiphertextBlob": b"nothing"}),
    ("s3", "get_object", {"Bucket": "none", "Key": "none"}),
    ("secretsmanager", "get_secret_value", {"SecretId": "none"}),
    ("sqs", "send_message", {"QueueUrl": "http://localhost/000000000000/none", "MessageBody": "text"}),
    ("stepfunctions", "stop_execution", {"executionArn": "arn:aws:states:us-east-1:000000000000:execution:no:no"}),
    ("sts", "get_caller_identity", {}),
):
    try:
        getattr(botocore.session.get_session().create_client(service), operation)(**parameters)
    except ClientError as error:
        # There is nothing in this account, and the service has said so in its own way.
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 404, 410), error
    print(service)
"""
LAMBDA = {
    "python_version": "3.14",
    "python_full_version": "3.14.0",
    "platform_machine": "aarch64",
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "extra": "",
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one layer of our own code in it."""
    package = tmp_path / "layers" / "easel" / "python" / "easel"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("ANSWER = 42\n")
    (package / "models.json").write_text("{}")
    (tmp_path / "infra").mkdir()
    monkeypatch.setattr(build_layers, "REPOSITORY", tmp_path)
    monkeypatch.setattr(build_layers, "BUILD", tmp_path / ".build")
    return tmp_path


def build(repository: Path) -> Path:
    return build_layers.build_layer("easel", Target.HOST, build_layers.find_compiler(Target.HOST))


@pytest.mark.parametrize("layer", ["dependencies", "imaging"])
def test_every_requirement_is_pinned_to_what_the_tests_run_with(layer: str) -> None:
    for requirement in _requirements(layer):
        assert str(requirement.specifier) == f"=={metadata.version(requirement.name)}", requirement.name


@pytest.mark.parametrize("layer", ["dependencies", "imaging"])
def test_nothing_that_a_requirement_needs_on_lambda_is_left_to_chance(layer: str) -> None:
    pinned = {_normal(requirement.name) for requirement in _requirements(layer)}
    for name in pinned:
        for needed in map(Requirement, metadata.requires(name) or []):
            if needed.marker is None or needed.marker.evaluate(LAMBDA):
                assert _normal(needed.name) in pinned, f"{name} needs {needed.name}"


def test_tracing_stays_lambdas_own_because_its_library_brings_a_second_botocore() -> None:
    assert not {"aws-xray-sdk", "aws-cdk-lib"} & {
        _normal(requirement.name) for requirement in _requirements("dependencies")
    }


def test_our_code_is_compiled_with_unchecked_hashes(repository: Path) -> None:
    with zipfile.ZipFile(build(repository)) as archive:
        tag = sys.implementation.cache_tag
        compiled = archive.read(f"python/easel/__pycache__/__init__.{tag}.pyc")
        assert {"python/easel/__init__.py", "python/easel/models.json"} < set(archive.namelist())
    magic, flags = compiled[:4], struct.unpack("<I", compiled[4:8])[0]
    assert magic == importlib.util.MAGIC_NUMBER
    assert flags == UNCHECKED_HASH
    assert b"/opt/python/easel/__init__.py" in compiled


def test_the_same_content_is_the_same_archive(repository: Path) -> None:
    first = build(repository)
    content = first.read_bytes()
    first.unlink()
    assert build(repository) == first
    assert first.read_bytes() == content
    with zipfile.ZipFile(first) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_an_archive_is_made_once_per_content(repository: Path) -> None:
    first = build(repository)
    made = first.stat().st_mtime_ns
    assert build(repository).stat().st_mtime_ns == made
    (repository / "layers" / "easel" / "python" / "easel" / "__init__.py").write_text("ANSWER = 43\n")
    assert build(repository) != first


def test_bytecode_and_notes_in_the_source_folder_change_nothing(repository: Path) -> None:
    first = build(repository)
    package = repository / "layers" / "easel" / "python" / "easel"
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "old.pyc").write_bytes(b"old")
    (package / "README.md").write_text("A map.")
    assert build(repository) == first


def test_a_layer_without_bytecode_is_built_again_once_there_is_a_compiler(repository: Path) -> None:
    without = build_layers.build_layer("easel", Target.LAMBDA, Compiler())
    compiled = build_layers.build_layer("easel", Target.LAMBDA, Compiler(interpreter=sys.executable))
    assert without != compiled
    with zipfile.ZipFile(without) as archive:
        assert not [name for name in archive.namelist() if name.endswith(".pyc")]


def test_code_that_does_not_compile_stops_the_build_and_leaves_nothing(repository: Path) -> None:
    (repository / "layers" / "easel" / "python" / "easel" / "broken.py").write_text("def (:\n")
    with pytest.raises(BuildError, match=r"broken\.py"):
        build(repository)
    assert list((repository / ".build" / "layers").iterdir()) == []


def test_only_installer_records_and_tests_are_pruned_from_packages(tmp_path: Path) -> None:
    keep = ["pkg/core.py", "pkg/testing.py", "pkg-1.dist-info/METADATA", "pkg-1.dist-info/licenses/LICENSE"]
    drop = ["pkg/tests/test_core.py", "pkg-1.dist-info/RECORD", "bin/tool"]
    for name in keep + drop:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    build_layers._prune(tmp_path)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == set(keep)


def test_a_tool_that_is_missing_is_named() -> None:
    with pytest.raises(BuildError, match="no-such-program could not be run"):
        build_layers._run(["no-such-program"])


def test_a_target_that_does_not_exist_shows_the_usage() -> None:
    with pytest.raises(SystemExit, match=r"usage: .* lambda\|host"):
        build_layers.main(["windows"])


def test_every_aws_service_that_the_code_makes_clients_for_has_its_model() -> None:
    code = REPOSITORY / "layers" / "easel" / "python"
    asked = {
        service
        for file in code.rglob("*.py")
        for service in re.findall(r"""(?:client|aws_client)\(\s*["']([a-z-]+)["']""", file.read_text(encoding="utf-8"))
    }
    assert asked
    assert asked <= set(botocore_models.SERVICES)


def test_pruned_botocore_still_calls_every_service(emulator: Emulator, tmp_path: Path) -> None:
    whole = Path(botocore.__file__).parent
    unused = {service.name for service in (whole / "data").glob("*/")} - set(botocore_models.SERVICES)
    shutil.copytree(whole, tmp_path / "botocore", ignore=lambda _, names: unused & set(names))
    build_layers._prune(tmp_path)
    called = subprocess.run(  # noqa: S603  # this interpreter with a program of our own
        [sys.executable, "-c", CALLS, str(tmp_path)],
        env={"PATH": os.environ["PATH"], **emulator.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert called.returncode == 0, called.stderr
    assert called.stdout.split() == [f"{tmp_path}/botocore/__init__.py", *botocore_models.SERVICES]


def _requirements(layer: str) -> list[Requirement]:
    lines = (REPOSITORY / "layers" / layer / "requirements.txt").read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert found
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

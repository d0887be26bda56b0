"""The stack, synthesized once per test run without building its layers."""

from __future__ import annotations

import json
import os
import zipfile
from functools import cache
from typing import TYPE_CHECKING

# The CDK's own rules take far longer than synthesis; test_rules.py runs them once.
os.environ["CDK_VALIDATION"] = "false"

import pytest
from aws_cdk import App
from infra.build_layers import LAYERS
from infra.settings import REPOSITORY, read_settings
from infra.stack import Code, EaselStack
from tests.infra.synthesized import Synthesize, Synthesized

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


# Switches that have nothing to do with each other, each at another value than its default: one stack shows them all.
VARIED = {
    "bucketVersioning": "true",
    "detailedMetrics": "true",
    "imageWorkerMemoryMb": "1024",
    "intakePrincipals": "arn:aws:iam::123456789012:role/crm",
    "intakeReplyQueues": "arn:aws:sqs:eu-central-1:123456789012:crm-pictures",
    "logLevel": "ERROR",
    "namePrefix": "team-b",
    "tracing": "all",
    "uploadScan": "true",
}


@pytest.fixture(scope="session")
def code(tmp_path_factory: pytest.TempPathFactory) -> Code:
    """The real functions, with empty layers: their content is no concern of the template."""
    folder = tmp_path_factory.mktemp("layers")
    return Code(functions=REPOSITORY / "functions", layers={name: _empty_archive(folder, name) for name in LAYERS})


@pytest.fixture(scope="session")
def flags() -> Mapping[str, object]:
    """The CDK feature flags that the real app runs with."""
    context: dict[str, object] = json.loads((REPOSITORY / "cdk.json").read_text(encoding="utf-8"))["context"]
    return context


@pytest.fixture(scope="session")
def synthesize(code: Code, flags: Mapping[str, object]) -> Synthesize:
    """Synthesizes a stack with other switches, for tests of single ones. The same switches give the same stack."""

    @cache
    def made(**switches: str) -> Synthesized:
        settings = read_settings({"stage": "dev", **switches}.get, {})
        app = App(context={**flags, "aws:cdk:enable-path-metadata": True}, analytics_reporting=False)
        return Synthesized(EaselStack(app, settings.stack_name, settings=settings, code=code), settings)

    return made


@pytest.fixture(scope="session")
def _stacks(
    code: Code, flags: Mapping[str, object], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Synthesized]:
    # One app for all stages: starting one costs more than everything that the tests then do with it.
    app = App(
        context={**flags, "aws:cdk:enable-path-metadata": True},
        analytics_reporting=False,
        outdir=str(tmp_path_factory.mktemp("assembly")),
    )
    made = {}
    for stage, switches in {
        "production": {"corsOrigins": "https://app.example.com", "alarmEmail": "on-call@example.com"},
        "dev": {},
        "local": {"publicBaseUrl": "http://127.0.0.1:8080", "wavespeedBaseUrl": "http://127.0.0.1:8081/wavespeed"},
    }.items():
        settings = read_settings({"stage": stage, **switches}.get, {})
        made[stage] = Synthesized(EaselStack(app, settings.stack_name, settings=settings, code=code), settings)
    return made


@pytest.fixture(scope="session")
def production(_stacks: dict[str, Synthesized]) -> Synthesized:
    """The stack as it is deployed to AWS for customers."""
    return _stacks["production"]


@pytest.fixture(scope="session")
def dev(_stacks: dict[str, Synthesized]) -> Synthesized:
    """The stack as a developer deploys it to AWS, with every switch at its default."""
    return _stacks["dev"]


@pytest.fixture(scope="session")
def local(_stacks: dict[str, Synthesized]) -> Synthesized:
    """The stack as it is deployed to an emulator."""
    return _stacks["local"]


@pytest.fixture(scope="session")
def varied(synthesize: Synthesize) -> Synthesized:
    """A developer's stack with many of its switches at another value."""
    return synthesize(**VARIED)


def _empty_archive(folder: Path, name: str) -> Path:
    archive = folder / f"{name}.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("python/README", name)
    return archive

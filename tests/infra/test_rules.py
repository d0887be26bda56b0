"""The rule packs that guard every deployment to AWS: cdk-nag finds nothing unanswered, cfn-lint finds nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aws_cdk import App, CloudFormationValidatePlugin, Validations
from aws_cdk.aws_sqs import Queue
from infra.app import compose
from infra.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.stack import Code
    from tests.infra.synthesized import Synthesized

pytestmark = pytest.mark.long


@pytest.fixture
def app(flags: Mapping[str, object], tmp_path: Path) -> App:
    return App(context={**flags, "aws:cdk:enable-path-metadata": True}, outdir=str(tmp_path), analytics_reporting=False)


def test_every_finding_of_the_rule_packs_is_answered(app: App, code: Code) -> None:
    # Every switch that adds something to the stack is on.
    switches = {
        "stage": "production",
        "corsOrigins": "https://app.example.com",
        "alarmEmail": "on-call@example.com",
        "googleClientId": "easel.apps.googleusercontent.com",
        "googleSecretName": "easel/google",
        "signInDomainPrefix": "easel-example",
        "signInCallbackUrls": "https://app.example.com/signed-in",
        "bucketVersioning": "true",
        "tracing": "all",
        "edge": "true",
        "edgeRateLimit": "2000",
    }
    compose(app, read_settings(switches.get, {}), code)
    # The CDK's own rules, which every deployment runs; they are switched off for all other tests.
    Validations.of(app).add_plugins(CloudFormationValidatePlugin(include_default_rules=True))
    app.synth()


def test_a_finding_that_nobody_answered_stops_the_deployment(app: App, code: Code) -> None:
    stack = compose(app, read_settings({"stage": "dev"}.get, {}), code)
    Queue(stack, "Careless")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()


def test_reasons_are_sentences(production: Synthesized) -> None:
    reasons = [
        reason
        for construct in production.stack.node.find_all()
        for entry in construct.node.metadata
        if entry.type == "aws:cdk:acknowledged-rules"
        for reason in entry.data.values()
    ]
    assert len(reasons) > len(production.functions)
    for reason in reasons:
        assert re.fullmatch(r"[A-Z/].{30,}\.", reason), reason


def test_cloudformation_lint_finds_nothing(production: Synthesized, tmp_path: Path) -> None:
    for name, template in production.templates.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(template))
    program = Path(sys.executable).with_name("cfn-lint")
    command = [program, *sorted(tmp_path.glob("*.json"))]
    lint = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # a fixed program
    assert (lint.returncode, lint.stdout, lint.stderr) == (0, "", "")


def test_the_rules_are_about_aws_and_leave_an_emulators_stack_alone(app: App, code: Code) -> None:
    compose(app, read_settings({"stage": "local"}.get, {}), code)
    app.synth()

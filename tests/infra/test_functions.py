"""Every function folder is one Lambda with its own role and logs, and exactly the environment it declares."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from aws_cdk import App
from infra.constructs.small_function import MissingHandler
from infra.settings import read_settings
from infra.stack import Code, EaselStack
from tests.support.folders import all_folders, handler_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.infra.synthesized import Resource, Synthesize, Synthesized

pytestmark = pytest.mark.long

FOLDERS = all_folders()
COMMON = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "LOG_LEVEL", "EASEL_STAGE"}
IMAGE_WORKERS = ("workers/render_image", "workers/collect_image")
IMAGING = (
    *IMAGE_WORKERS,
    *("workers/process_upload", "api/uploads/create_upload", "api/images/export_image"),
    *("api/uploads/shop_upload_images", "api/uploads/bot_upload_media"),
    *("api/images/workspace_analyse_image", "api/generations/workspace_edit_images", "api/images/show_photo"),
    "api/generations/openai_edit_images",
    "api/content/show_rendition",
    "api/products/shop_create_product",
)
GATEWAY_SECONDS = 30
"""API Gateway gives up on a function after this, and on an authorizer after ten seconds."""
LONGEST_WAIT_SECONDS = 25
"""`Prefer: wait=25`: how long a caller may wait for the images of a submit."""
IDENTITY = {"api/accounts/authorize_request", "api/accounts/exchange_telegram"}

every_function = pytest.mark.parametrize("folder", FOLDERS)


def test_every_function_folder_is_deployed_exactly_once_and_nothing_else_is(production: Synthesized) -> None:
    # The image workers are deployed once for each provider.
    assert sorted({label.partition(":")[0] for label in production.functions}) == FOLDERS
    assert len(production.of_type("AWS::Lambda::Function")) == len(production.functions)


def test_a_declared_function_without_a_handler_is_named(code: Code, tmp_path: Path) -> None:
    settings = read_settings({"stage": "dev"}.get, {})
    with pytest.raises(MissingHandler, match=r"functions/workflow/settle_generation .* no handler\.py"):
        EaselStack(App(), "easel-dev", settings=settings, code=Code(functions=tmp_path, layers=code.layers))


EDGE = {"ORIGIN_SECRET", "ORIGIN_REQUIRED"}


@every_function
def test_the_environment_is_what_the_handler_declares(production: Synthesized, folder: str) -> None:
    declared = _declared_variables(folder)
    for label in _deployed(production, folder):
        given = set(production.environment(label))
        assert given >= COMMON
        # Read for every function of the API, without its Env (easel.http.events).
        of_edge = EDGE if folder.startswith("api/") else set[str]()
        assert given - COMMON == (declared - COMMON) | of_edge, label


@every_function
@pytest.mark.parametrize("stage", ["production", "dev", "local"])
def test_the_handler_reads_the_environment_that_it_is_given(
    request: pytest.FixtureRequest, stage: str, folder: str
) -> None:
    stack: Synthesized = request.getfixturevalue(stage)
    for label in _deployed(stack, folder):
        handler_of(folder).Env.model_validate(stack.environment(label))


@every_function
@pytest.mark.parametrize("stage", ["production", "local"])
def test_only_what_a_deployment_may_do_without_may_be_empty(
    request: pytest.FixtureRequest, stage: str, folder: str
) -> None:
    stack: Synthesized = request.getfixturevalue(stage)
    for label in _deployed(stack, folder):
        empty = {name for name, value in stack.environment(label).items() if not value}
        assert empty <= {"REFERENCE_TRUSTED_ORIGINS", "WEBHOOK_TRUSTED_ORIGINS", "TOP_UP_URL", "INTERNAL_NETWORKS"}, (
            label
        )


@pytest.mark.parametrize("stage", ["production", "dev"])
def test_no_function_on_aws_trusts_an_address_that_is_not_public(request: pytest.FixtureRequest, stage: str) -> None:
    stack: Synthesized = request.getfixturevalue(stage)
    names = ("REFERENCE_TRUSTED_ORIGINS", "WEBHOOK_TRUSTED_ORIGINS")
    given = [(name, label, stack.environment(label).get(name)) for label in stack.functions for name in names]
    found = [one for one in given if one[2] is not None]
    assert {name for name, _, _ in found} == set(names)
    assert [one for one in found if one[2]] == []


@every_function
def test_every_function_runs_the_newest_python_on_arm(production: Synthesized, folder: str) -> None:
    for function in _deployed(production, folder).values():
        assert (function["Runtime"], function["Architectures"]) == ("python3.14", ["arm64"])
        assert function["Handler"] == "handler.lambda_handler"


@pytest.mark.parametrize("folder", [folder for folder in FOLDERS if folder.startswith("api/")])
def test_a_function_behind_the_api_ends_before_the_api_gives_up_on_it(production: Synthesized, folder: str) -> None:
    limit = 10 if folder.endswith("/authorize_request") else GATEWAY_SECONDS
    (function,) = _deployed(production, folder).values()
    assert 0 < function["Timeout"] < limit


def test_a_submit_may_take_as_long_as_its_caller_waits_for_the_images(production: Synthesized) -> None:
    assert production.functions["api/generations/submit_generation"]["Timeout"] > LONGEST_WAIT_SECONDS


def test_a_sweep_ends_before_the_next_one_begins(production: Synthesized) -> None:
    schedule = production.of_type("AWS::Events::Rule")["Schedules/EachMinute/Rule"]["ScheduleExpression"]
    assert schedule == "rate(1 minute)"
    assert production.functions["schedules/sweep_generations"]["Timeout"] <= 60


@every_function
def test_a_function_that_decodes_pictures_has_the_memory_for_it(production: Synthesized, folder: str) -> None:
    for function in _deployed(production, folder).values():
        assert function["MemorySize"] >= (1024 if folder in IMAGING and folder not in IMAGE_WORKERS else 512)


@pytest.mark.parametrize(("fixture", "memory_mb"), [("production", 512), ("varied", 1024)])
def test_image_workers_have_the_memory_of_the_setting_and_limit_pictures_to_it(
    request: pytest.FixtureRequest, fixture: str, memory_mb: int
) -> None:
    stack: Synthesized = request.getfixturevalue(fixture)

    workers = {label: each for label, each in stack.functions.items() if label.partition(":")[0] in IMAGE_WORKERS}

    assert len(workers) > len(IMAGE_WORKERS)
    for label, function in workers.items():
        assert (function["MemorySize"], stack.environment(label)["WORKER_MEMORY_MB"]) == (memory_mb, str(memory_mb))


@every_function
def test_only_functions_that_need_more_layers_carry_them(production: Synthesized, folder: str) -> None:
    more = {
        "Layers/Documentation": folder == "api/operations/describe_service",
        "Layers/Imaging": folder in IMAGING,
        "Layers/Identity": folder in IDENTITY,
    }
    expected = {"Layers/Dependencies", "Layers/Easel", *(layer for layer, wanted in more.items() if wanted)}
    for function in _deployed(production, folder).values():
        layers = [production.text(layer) for layer in function["Layers"]]
        assert (set(layers), len(layers)) == (expected, len(expected))


PLAIN = [folder for folder in FOLDERS if folder not in IDENTITY and folder not in IMAGING]


@pytest.mark.parametrize(
    ("folders", "missing"),
    [
        (PLAIN, ("PIL", "blurhash", "jwt", "cryptography")),
        (sorted(IDENTITY), ("PIL", "blurhash")),
        (sorted(IMAGING), ("jwt", "cryptography")),
    ],
    ids=["plain", "identity", "imaging"],
)
def test_a_function_starts_with_the_layers_that_it_carries(folders: list[str], missing: tuple[str, ...]) -> None:
    """In a process of its own that cannot import what the layers of these functions lack."""
    lines = [
        f"import sys; sys.path[:] = {sys.path!r}",
        f"sys.modules.update(dict.fromkeys({missing!r}))",
        *(f"import functions.{folder.replace('/', '.')}.handler" for folder in folders),
    ]
    environment = os.environ | {"POWERTOOLS_METRICS_NAMESPACE": "Easel"}
    ended = subprocess.run([sys.executable, "-c", "\n".join(lines)], env=environment, check=False)  # noqa: S603 - fixed text
    assert ended.returncode == 0


def test_a_variable_of_several_functions_is_declared_once() -> None:
    declared: dict[str, set[type]] = {}
    for folder in FOLDERS:
        for cls in handler_of(folder).Env.__mro__:
            for name in inspect.get_annotations(cls):
                if name.isupper():
                    declared.setdefault(name, set()).add(cls)
    assert {name: classes for name, classes in declared.items() if len(classes) > 1} == {}


def test_every_function_has_its_own_role_and_log_group(production: Synthesized) -> None:
    functions = production.functions.values()
    assert len({production.text(function["Role"]) for function in functions}) == len(functions)
    groups = {production.text(function["LoggingConfig"]["LogGroup"]) for function in functions}
    assert len(groups) == len(functions)
    assert groups < set(production.of_type("AWS::Logs::LogGroup"))


@every_function
def test_logs_are_json_and_metrics_pass_at_the_default_level(production: Synthesized, folder: str) -> None:
    for function in _deployed(production, folder).values():
        logging = function["LoggingConfig"]
        assert (logging["LogFormat"], logging["ApplicationLogLevel"]) == ("JSON", "INFO")
        assert logging["SystemLogLevel"] == "WARN"


@pytest.fixture(scope="module")
def untraced(synthesize: Synthesize) -> Synthesized:
    """Without traces and with every line of the log: two switches that have nothing to do with each other."""
    return synthesize(tracing="off", logLevel="DEBUG")


def test_metrics_pass_at_other_levels_too(untraced: Synthesized, varied: Synthesized) -> None:
    # A metric is a line without a level, which Lambda takes for INFO.
    for stack, level, passed in ((untraced, "DEBUG", "DEBUG"), (varied, "ERROR", "INFO")):
        for function in stack.functions.values():
            assert function["LoggingConfig"]["ApplicationLogLevel"] == passed
            assert function["Environment"]["Variables"]["LOG_LEVEL"] == level


SUBMITS = {
    "api/content/submit_content_image",
    "api/generations/bot_submit_generation",
    "api/generations/openai_create_images",
    "api/generations/retry_image",
    "api/generations/shop_start_generation",
    "api/generations/studio_submit_generation",
    "api/generations/submit_generation",
    "api/generations/workspace_submit_generation",
    "workers/take_intake",
}


@every_function
def test_traces_begin_with_the_submission_of_a_request(production: Synthesized, folder: str) -> None:
    for function in _deployed(production, folder).values():
        assert function["TracingConfig"]["Mode"] == ("Active" if folder in SUBMITS else "PassThrough")


def test_traces_of_everything_and_of_nothing_can_be_had(
    untraced: Synthesized, production: Synthesized, varied: Synthesized
) -> None:
    for stack, active, of_runs in (
        (untraced, set(), False),
        (production, SUBMITS, False),
        (varied, set(varied.functions), True),
    ):
        modes = {label: function["TracingConfig"]["Mode"] for label, function in stack.functions.items()}
        assert {label for label, mode in modes.items() if mode == "Active"} == active
        (machine,) = stack.of_type("AWS::StepFunctions::StateMachine").values()
        assert machine["TracingConfiguration"] == {"Enabled": of_runs}


def test_loop_detection_is_off_only_where_a_job_is_queued_again_by_its_worker(production: Synthesized) -> None:
    allowed = {label for label, function in production.functions.items() if function["RecursiveLoop"] == "Allow"}
    # A delivery that failed is queued again for its next attempt.
    assert {label.partition(":")[0] for label in allowed} == {*IMAGE_WORKERS, "workers/deliver_webhook"}


def test_links_start_with_the_address_of_cloudfront_unless_another_is_set(
    production: Synthesized, local: Synthesized
) -> None:
    assert production.environment("api/generations/submit_generation")["PUBLIC_BASE_URL"] == (
        "https://Front/Edge/Distribution#DomainName"
    )
    assert local.environment("api/generations/submit_generation")["PUBLIC_BASE_URL"] == "http://127.0.0.1:8080"


def test_metrics_of_two_stages_in_one_account_stay_apart(production: Synthesized, dev: Synthesized) -> None:
    names = {stack.environment("schedules/sweep_generations")["POWERTOOLS_SERVICE_NAME"] for stack in (production, dev)}
    assert names == {"easel-production", "easel-dev"}


def _deployed(stack: Synthesized, folder: str) -> dict[str, Resource]:
    """The functions made of a folder: one for each provider of an image worker, else one."""
    found = {label: each for label, each in stack.functions.items() if label.partition(":")[0] == folder}
    assert found
    return found


def _declared_variables(folder: str) -> set[str]:
    return set(handler_of(folder).Env.model_fields)

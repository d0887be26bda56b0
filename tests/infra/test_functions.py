"""Every function folder is one Lambda with its own role and logs, and exactly the environment it declares."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest
from aws_cdk import App
from infra.constructs.small_function import MissingHandler
from infra.settings import REPOSITORY, read_settings
from infra.stack import Code, EaselStack
from tests.support.folders import all_folders

if TYPE_CHECKING:
    from pathlib import Path

    from tests.infra.synthesized import Synthesized

FOLDERS = all_folders()
COMMON = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "LOG_LEVEL", "EASEL_STAGE"}
TIMEOUT_SECONDS = {
    "api/accounts/authorize_request": 5,
    "api/generations/cancel_generation": 10,
    "api/accounts/debug_users": 10,
    "api/catalogue/describe_models": 10,
    "api/operations/describe_service": 10,
    "api/accounts/exchange_telegram": 10,
    "api/accounts/manage_api_keys": 10,
    "api/accounts/manage_members": 10,
    "api/prompt_templates/manage_prompt_templates": 10,
    "api/catalogue/manage_routing": 10,
    "api/accounts/manage_workspaces": 10,
    "api/catalogue/read_status": 10,
    "api/accounts/read_api_keys": 10,
    "api/generations/read_generations": 10,
    "api/images/read_images": 10,
    "api/accounts/read_workspaces": 10,
    "api/money/grant_credits": 29,
    "api/money/quote_generation": 10,
    "api/money/read_budgets": 10,
    "api/prompt_templates/read_prompt_templates": 10,
    "api/money/read_usage": 10,
    "api/money/read_wallet": 10,
    "api/images/receive_callback": 10,
    "api/money/set_budgets": 10,
    "api/generations/submit_generation": 29,
    "api/accounts/sync_users": 10,
    "operator/provision_workspace": 10,
    "schedules/check_catalogue": 120,
    "schedules/reconcile_ledger": 900,
    "schedules/sweep_generations": 60,
    "workers/collect_image:nanobanana": 120,
    "workers/collect_image:wavespeed": 120,
    "workers/publish_events": 30,
    "workers/render_image:google": 240,
    "workers/render_image:nanobanana": 120,
    "workers/render_image:openai": 240,
    "workers/render_image:sandbox": 120,
    "workers/render_image:wavespeed": 120,
    "workers/start_generation": 30,
    "workflow/settle_generation": 30,
}
IMAGING = {label for label in TIMEOUT_SECONDS if label.startswith(("workers/render_image:", "workers/collect_image:"))}
IDENTITY = {"api/accounts/authorize_request", "api/accounts/exchange_telegram"}


def test_every_function_folder_is_deployed_exactly_once_and_nothing_else_is(production: Synthesized) -> None:
    # The image workers are deployed once for each provider.
    assert sorted({label.partition(":")[0] for label in production.functions}) == FOLDERS
    assert len(production.of_type("AWS::Lambda::Function")) == len(production.functions)


def test_a_declared_function_without_a_handler_is_named(code: Code, tmp_path: Path) -> None:
    settings = read_settings({"stage": "dev"}.get, {})
    with pytest.raises(MissingHandler, match=r"functions/workflow/settle_generation .* no handler\.py"):
        EaselStack(App(), "easel-dev", settings=settings, code=Code(functions=tmp_path, layers=code.layers))


@pytest.mark.parametrize("folder", TIMEOUT_SECONDS)
def test_the_environment_is_what_the_handler_declares(production: Synthesized, folder: str) -> None:
    given = set(production.environment(folder))
    assert given >= COMMON
    assert given - COMMON == _declared_variables(folder.partition(":")[0]) - COMMON


@pytest.mark.parametrize("folder", TIMEOUT_SECONDS)
def test_only_the_trusted_origins_may_be_empty(production: Synthesized, local: Synthesized, folder: str) -> None:
    for stack in (production, local):
        empty = {name for name, value in stack.environment(folder).items() if not value}
        assert empty <= {"REFERENCE_TRUSTED_ORIGINS"}


def test_every_function_runs_the_newest_python_on_arm(production: Synthesized) -> None:
    for folder, function in production.functions.items():
        assert (function["Runtime"], function["Architectures"]) == ("python3.14", ["arm64"]), folder
        assert function["Handler"] == "handler.lambda_handler", folder


def test_timeouts_and_memory_are_set_for_the_job(production: Synthesized) -> None:
    assert {folder: function["Timeout"] for folder, function in production.functions.items()} == TIMEOUT_SECONDS
    memory = {folder: function["MemorySize"] for folder, function in production.functions.items()}
    assert memory == {folder: 1024 if folder in IMAGING else 512 for folder in TIMEOUT_SECONDS}


def test_only_functions_that_touch_pixels_or_tokens_carry_more_layers(production: Synthesized) -> None:
    for folder, function in production.functions.items():
        layers = [production.text(layer) for layer in function["Layers"]]
        more = {"Layers/Imaging": folder in IMAGING, "Layers/Identity": folder in IDENTITY}
        expected = ["Layers/Dependencies", "Layers/Easel", *(layer for layer, wanted in more.items() if wanted)]
        assert layers == expected, folder


def test_every_function_has_its_own_role_and_log_group(production: Synthesized) -> None:
    functions = production.functions.values()
    assert len({production.text(function["Role"]) for function in functions}) == len(TIMEOUT_SECONDS)
    groups = {production.text(function["LoggingConfig"]["LogGroup"]) for function in functions}
    assert len(groups) == len(TIMEOUT_SECONDS)
    assert groups < set(production.of_type("AWS::Logs::LogGroup"))


def test_logs_are_json_and_traces_are_on(production: Synthesized) -> None:
    for folder, function in production.functions.items():
        assert function["LoggingConfig"]["LogFormat"] == "JSON", folder
        assert function["TracingConfig"] == {"Mode": "Active"}, folder


def test_loop_detection_is_off_only_where_a_job_is_queued_again_by_its_worker(production: Synthesized) -> None:
    allowed = {folder for folder, function in production.functions.items() if function["RecursiveLoop"] == "Allow"}
    assert allowed == IMAGING


def test_links_start_with_the_address_of_the_api_unless_another_is_set(
    production: Synthesized, local: Synthesized
) -> None:
    assert production.environment("api/generations/submit_generation")["PUBLIC_BASE_URL"] == "Front/Http#ApiEndpoint"
    assert local.environment("api/generations/submit_generation")["PUBLIC_BASE_URL"] == "http://127.0.0.1:8080"


def test_metrics_of_two_stages_in_one_account_stay_apart(production: Synthesized, dev: Synthesized) -> None:
    names = {stack.environment("schedules/sweep_generations")["POWERTOOLS_SERVICE_NAME"] for stack in (production, dev)}
    assert names == {"easel-production", "easel-dev"}


def _declared_variables(folder: str) -> set[str]:
    path = REPOSITORY / "functions" / folder / "handler.py"
    spec = importlib.util.spec_from_file_location(f"handler_of_{folder.replace('/', '_')}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return set(module.Env.model_fields)

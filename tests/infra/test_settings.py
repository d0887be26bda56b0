"""Switches are checked before anything is built, and a wrong one is named with what would be right."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError

import pytest
from infra.constructs.small_function import common_env
from infra.settings import REPOSITORY, Stage, StageSettings, read_settings
from infra.switches import SettingsError, variable_of
from tests.infra.synthesized import Synthesized


def settings(environ: dict[str, str] | None = None, /, **context: object) -> StageSettings:
    return read_settings(context.get, environ or {})


def test_the_default_is_a_trial_stack_on_aws() -> None:
    given = settings()
    assert (given.stage, given.stack_name) == (Stage.DEV, "easel-dev")
    assert (given.emulated, given.enforce_ssl, given.disposable) == (False, True, True)
    assert given.public_base_url is None
    assert given.providers[0].base_url == "https://api.wavespeed.ai"


@pytest.mark.parametrize("stage", ["staging", "production"])
def test_customers_data_is_never_disposable(stage: str) -> None:
    given = settings(stage=stage)
    assert (given.emulated, given.enforce_ssl, given.disposable) == (False, True, False)
    assert given.log_retention_days == 90


def test_plain_http_and_any_origin_are_for_the_local_stage() -> None:
    given = settings(stage="local", publicBaseUrl="http://127.0.0.1:8080/", wavespeedBaseUrl="http://127.0.0.1:1/v")
    assert (given.emulated, given.enforce_ssl, given.disposable) == (True, False, True)
    assert given.public_base_url == "http://127.0.0.1:8080"
    assert given.providers[0].base_url == "http://127.0.0.1:1/v"
    assert given.cors_origins == ("*",)


@pytest.mark.requirement("X-20")
def test_vendors_call_back_where_they_can_reach_us() -> None:
    def calling_back(**context: object) -> set[str]:
        return {provider.name for provider in settings(**context).providers if provider.callbacks}

    assert calling_back(stage="production") == {"wavespeed", "nanobanana"}
    assert calling_back(stage="production", nanobananaVariant="seed") == {"wavespeed"}
    assert calling_back(stage="production", wavespeedCallbacks=False) == {"nanobanana"}
    assert calling_back(stage="local") == set()
    assert calling_back(stage="local", wavespeedBaseUrl="http://127.0.0.1:1/wavespeed") == {"wavespeed"}
    assert calling_back(stage="local", nanobananaCallbacks=True) == {"nanobanana"}


def test_a_vendor_that_calls_back_is_not_waited_for() -> None:
    def waited_for(**context: object) -> bool | None:
        (wavespeed,) = (one for one in settings(**context).providers if one.name == "wavespeed")
        return wavespeed.sync_mode

    assert waited_for(stage="production") is False
    assert waited_for(stage="production", wavespeedSyncMode=True) is True
    assert waited_for(stage="production", wavespeedCallbacks=False) is True
    assert waited_for(stage="local", wavespeedBaseUrl="http://127.0.0.1:1/wavespeed") is True


def test_a_variable_serves_where_there_is_no_context_key() -> None:
    environ = {"EASEL_STAGE": "production", "EASEL_THROTTLE_RATE": "7", "EASEL_WAVESPEED_SYNC_MODE": "True"}
    given = settings(environ, throttleRate="9")
    assert (given.stage, given.throttle_rate, given.providers[0].sync_mode) == (Stage.PRODUCTION, 9, True)


def test_a_blank_switch_is_an_unset_one() -> None:
    assert settings({"EASEL_LOG_LEVEL": " "}, alarmEmail="").log_level == "INFO"


def test_context_values_may_be_json_as_in_cdk_json() -> None:
    assert settings(throttleBurst=5, wavespeedSyncMode=False).throttle_burst == 5


def test_lists_are_comma_separated() -> None:
    given = settings(corsOrigins="https://a.example, https://b.example:8443")
    assert given.cors_origins == ("https://a.example", "https://b.example:8443")
    assert settings(revivedModels="dall-e-3, sd3-medium").revived_models == ("dall-e-3", "sd3-medium")


@pytest.mark.requirement("S004-54")
def test_every_function_hears_of_revived_models_and_of_none_where_there_are_none() -> None:
    assert common_env(settings(revivedModels="dall-e-3,imagen"))["REVIVED_MODELS"] == "dall-e-3,imagen"
    assert "REVIVED_MODELS" not in common_env(settings())


@pytest.mark.parametrize(
    ("switches", "complaint"),
    [
        ({"stage": "prod"}, "stage (EASEL_STAGE) is 'prod': must be one of local, dev, staging, production."),
        ({"throttleRate": "0"}, "must be a whole number from 1 to 10000."),
        ({"throttleBurst": "many"}, "throttleBurst (EASEL_THROTTLE_BURST) is 'many'"),
        ({"wavespeedConcurrency": "1"}, "must be a whole number from 2 to 1000."),
        ({"logRetentionDays": "2"}, "must be one of 1, 3, 7, 14, 30, 90, 180, 365 days."),
        ({"logLevel": "loud"}, "must be one of DEBUG, INFO, WARN, ERROR."),
        ({"publicBaseUrl": "http://easel.example"}, "plain http is for the local stage"),
        ({"publicBaseUrl": "https://easel.example?x=1"}, "without query"),
        ({"stage": "local", "publicBaseUrl": "easel.example"}, "must be an http(s) address"),
        ({"wavespeedBaseUrl": "http://127.0.0.1:1"}, "plain http is for the local stage"),
        ({"wavespeedSyncMode": "maybe"}, "must be true or false."),
        ({"corsOrigins": "https://a.example/"}, "'https://a.example/' is not an origin"),
        ({"corsOrigins": "a.example"}, "is not an origin"),
        ({"stage": "production", "corsOrigins": "*"}, "'*' is not an origin"),
        ({"referenceTrustedOrigins": "http://127.0.0.1:1"}, "exists for the local stage only"),
        ({"revivedModels": "DALL-E 3"}, "small letters, digits, dots and dashes."),
        ({"alarmEmail": "nobody"}, "must be an e-mail address."),
        ({"bucketName": "Pictures_"}, "must have 3 to 63 of a-z, 0-9 and -"),
        ({"internalNetworks": "0.0.0.0/0"}, "is wider than /16"),
        ({"internalNetworks": "10.0.0.1/16"}, "host bits set"),
        ({"internalNetworks": "2001::/16"}, "is wider than /32"),
    ],
)
def test_a_wrong_switch_is_named_with_what_would_be_right(switches: dict[str, str], complaint: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(complaint)):
        settings(**switches)


@pytest.mark.parametrize("switch", ["referenceTrustedOrigins", "webhookTrustedOrigins"])
@pytest.mark.parametrize("stage", [stage.value for stage in Stage if stage is not Stage.LOCAL])
def test_no_stage_on_aws_can_trust_an_address_that_is_not_public(stage: str, switch: str) -> None:
    with pytest.raises(SettingsError, match=f"{switch}.*exists for the local stage only"):
        settings(stage=stage, **{switch: "http://127.0.0.1:4566"})


@pytest.mark.requirement("S001-76")
def test_rate_limits_come_from_switches_and_reach_the_authorizer(production: Synthesized) -> None:
    given = settings({"EASEL_RATE_LIMIT_USER_PER_MINUTE": "7", "EASEL_RATE_LIMIT_ADDRESS_PER_MINUTE": "9"})
    limits, standard = given.rate_limits, settings().rate_limits
    assert (limits.user_per_minute, limits.address_per_minute) == (7, 9)
    assert limits.workspace_per_hour == standard.workspace_per_hour == 1000
    variables = production.functions["api/accounts/authorize_request"]["Environment"]["Variables"]
    assert variables["RATE_LIMIT_USER_PER_MINUTE"] == str(standard.user_per_minute)


@pytest.mark.requirement("S004-51")
def test_where_pictures_are_stored_and_reached_comes_from_switches() -> None:
    given = settings({"EASEL_BUCKET_NAME": "acme-pictures", "EASEL_CONTENT_BASE_URL": "https://img.example/"})
    assert (given.bucket_name, given.content_base_url) == ("acme-pictures", "https://img.example")
    assert (settings().bucket_name, settings().content_base_url) == (None, None)


def test_settings_do_not_change_while_the_stack_is_built() -> None:
    with pytest.raises(FrozenInstanceError):
        settings().stage = Stage.LOCAL  # type: ignore[misc]  # that this is refused is the point


def test_the_readme_names_every_switch_and_no_other() -> None:
    asked: set[str] = set()

    def context(key: str) -> None:
        asked.add(key)

    read_settings(context, {})
    readme = (REPOSITORY / "infra" / "README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if line.startswith("| `") and "EASEL_" in line]
    assert set(re.findall(r"`([a-z]\w+)`", " ".join(row.split("|")[1] for row in rows))) == asked
    assert set(re.findall(r"EASEL_\w+", " ".join(rows))) == {variable_of(key) for key in asked}

"""Environment variables that hold JSON are parsed when the environment is read, and what is wrong is named."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from easel import settings
from easel.domain.request import Fallback
from easel.wiring.env_objects import (
    CollectQueues,
    Issuer,
    RenderQueues,
    Routing,
    RoutingDefaults,
    TokenIssuers,
    Vendor,
    Vendors,
)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CORE_TABLE_NAME", "core")
    monkeypatch.setenv("EPHEMERAL_TABLE_NAME", "ephemeral")
    settings.forget()
    yield
    settings.forget()


def test_token_issuers_are_read_as_the_stack_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    one = {"issuer": "https://a.example", "audiences": ["a"], "jwksUrl": "https://a.example/keys"}
    two = {
        "issuer": "https://b.example",
        "audiences": ["a", "b"],
        "jwksUrl": "https://b.example/keys",
        "groupsClaim": "cognito:groups",
        "operatorGroup": None,
    }
    monkeypatch.setenv("TOKEN_ISSUERS", json.dumps([one, two]))

    first, second = settings.load(TokenIssuers).TOKEN_ISSUERS

    assert first == Issuer(issuer="https://a.example", audiences=frozenset({"a"}), jwksUrl="https://a.example/keys")
    assert (second.audiences, second.groups_claim, second.operator_group) == (
        frozenset({"a", "b"}),
        "cognito:groups",
        None,
    )


def test_providers_are_read_as_the_stack_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    wavespeed = {"baseUrl": "https://v.example", "secretArn": "arn:1", "syncMode": False, "callbacks": True}
    monkeypatch.setenv("PROVIDER_SETTINGS", json.dumps({"sandbox": {}, "wavespeed": wavespeed}))

    assert {
        "sandbox": Vendor(),
        "wavespeed": Vendor(baseUrl="https://v.example", secretArn="arn:1", syncMode=False, callbacks=True),
    } == settings.load(Vendors).PROVIDER_SETTINGS


def test_routing_is_read_as_the_stack_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTING", '{"providers": ["a", "b"], "preferred": ["b"], "fallback": "same-model"}')

    routing = settings.load(Routing).ROUTING

    assert routing == RoutingDefaults(providers=("a", "b"), preferred=("b",), fallback=Fallback.SAME_MODEL)


@pytest.mark.parametrize(
    ("model", "variable", "value", "named"),
    [
        (RenderQueues, "RENDER_QUEUE_URLS", "not JSON", "RENDER_QUEUE_URLS"),
        (RenderQueues, "RENDER_QUEUE_URLS", '["a"]', "RENDER_QUEUE_URLS"),
        (CollectQueues, "COLLECT_QUEUE_URLS", '{"wavespeed": ""}', "COLLECT_QUEUE_URLS.wavespeed"),
        (Vendors, "PROVIDER_SETTINGS", '{"openai": {"secretARN": "x"}}', "PROVIDER_SETTINGS.openai.secretARN"),
        (Vendors, "PROVIDER_SETTINGS", '{"openai": {"callbacks": "perhaps"}}', "PROVIDER_SETTINGS.openai.callbacks"),
        (Routing, "ROUTING", '{"providers": [], "preferred": [], "fallback": "never ever"}', "ROUTING.fallback"),
        (
            TokenIssuers,
            "TOKEN_ISSUERS",
            '[{"issuer": "https://a.example", "audiences": []}]',
            "TOKEN_ISSUERS.0.jwksUrl",
        ),
    ],
)
def test_a_wrong_value_is_named_by_its_place(
    monkeypatch: pytest.MonkeyPatch, model: type[settings.Settings], variable: str, value: str, named: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(settings.SettingsError, match=named.replace(".", r"\.")):
        settings.load(model)


def test_environments_with_mappings_can_be_keys_of_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENDER_QUEUE_URLS", '{"wavespeed": "https://queue.example"}')
    one = settings.load(RenderQueues)
    settings.forget()
    same = settings.load(RenderQueues)
    monkeypatch.setenv("RENDER_QUEUE_URLS", '{"wavespeed": "https://another.example"}')
    settings.forget()

    assert len({one, same, settings.load(RenderQueues)}) == 2

"""The environment as a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from easel import settings

if TYPE_CHECKING:
    from collections.abc import Iterator


class Env(settings.Settings):
    EASEL_TEST_TABLE: settings.Text
    EASEL_TEST_COUNT: int = 3


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    settings.forget()
    yield
    settings.forget()


def test_fields_are_read_from_variables_of_their_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_TEST_TABLE", "core")
    monkeypatch.setenv("EASEL_TEST_COUNT", "7")

    assert settings.load(Env) == Env(EASEL_TEST_TABLE="core", EASEL_TEST_COUNT=7)


def test_the_environment_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_TEST_TABLE", "core")
    first = settings.load(Env)
    monkeypatch.setenv("EASEL_TEST_TABLE", "another")

    assert settings.load(Env) is first


@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_or_empty_variable_is_named(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("EASEL_TEST_TABLE", raising=False)
    if value is not None:
        monkeypatch.setenv("EASEL_TEST_TABLE", value)

    with pytest.raises(settings.SettingsError, match="EASEL_TEST_TABLE"):
        settings.load(Env)


def test_a_wrong_value_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_TEST_TABLE", "core")
    monkeypatch.setenv("EASEL_TEST_COUNT", "secret-value")

    with pytest.raises(settings.SettingsError, match="EASEL_TEST_COUNT") as refused:
        settings.load(Env)

    assert "secret-value" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None

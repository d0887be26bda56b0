"""A principal survives its way through the authorizer's context, whole or not at all."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from easel.domain.request import Channel
from easel.errors import Unauthenticated
from easel.http import identity
from easel.services.accounts.principal import Principal

EVERYTHING = {
    "str": "text",
    "str | None": None,
    "Channel": Channel.TELEGRAM,
    "frozenset[str]": frozenset({"b", "a"}),
    "tuple[str, ...]": ("b", "a"),
}
CALLER = Principal(**{field.name: EVERYTHING[str(field.type)] for field in fields(Principal)})  # type: ignore[arg-type] # by the type of each field


def test_every_field_arrives() -> None:
    assert identity.from_json(identity.to_json(CALLER)) == CALLER


def test_the_context_is_text_and_the_same_for_the_same_principal() -> None:
    again = replace(CALLER, scopes=frozenset(["a", "b"]))

    assert identity.found(CALLER) == identity.found(again)
    assert all(isinstance(value, str) for value in identity.found(CALLER).values())


@pytest.mark.parametrize("name", [field.name for field in fields(Principal)])
@pytest.mark.parametrize("value", [None, 7, {}, [7], ...])
def test_a_principal_with_a_field_missing_or_odd_is_none(name: str, value: object) -> None:
    said = json.loads(identity.to_json(CALLER))
    del said[name]
    if value is not ...:
        said[name] = value

    if (name, value) == ("bot_workspace_id", None):
        assert identity.from_json(json.dumps(said)) == CALLER
        return
    with pytest.raises(Unauthenticated):
        identity.from_json(json.dumps(said))


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (None, None),
        ("", None),
        ("   ", None),
        ("Bearer abc", "abc"),
        ("bearer   abc ", "abc"),
        ("Basic abc", ""),
        ("Bearer", ""),
        ("Bearer a b", ""),
        ("abc", ""),
    ],
)
def test_a_bearer_token_is_read(header: str | None, token: str | None) -> None:
    assert identity.bearer_token(header) == token

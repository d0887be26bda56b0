"""The form of API keys: recognisable, naming their workspace, and not to be guessed."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain.api_keys import claimed_workspace, hint_of, new_api_key

WORKSPACE = "019a9f1c-0000-7000-8000-00000000000a"


@given(st.uuids())
def test_a_key_names_its_workspace(workspace: UUID) -> None:
    key = new_api_key(str(workspace))
    assert re.fullmatch(r"ek_[A-Za-z0-9_-]{73}", key)
    assert claimed_workspace(key) == str(workspace)


def test_two_keys_share_nothing_but_form_and_workspace() -> None:
    first, second = new_api_key(WORKSPACE), new_api_key(WORKSPACE)
    assert first[11:33] == second[11:33]
    assert first[3:11] != second[3:11]
    assert first[33:] != second[33:]


@given(st.text(max_size=90))
def test_other_texts_name_no_workspace(text: str) -> None:
    assert claimed_workspace(text) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda key: f" {key}",
        lambda key: f"{key} ",
        lambda key: f"{key}\n",
        lambda key: f"{key}x",
        lambda key: key[1:],
        lambda key: key[:-1],
        lambda key: key.replace("ek_", "sk_"),
    ],
    ids=["space before", "space behind", "line break", "longer", "first missing", "last missing", "another prefix"],
)
def test_a_key_with_anything_before_or_behind_it_is_none(change: Callable[[str], str]) -> None:
    assert claimed_workspace(change(new_api_key(WORKSPACE))) is None


def test_what_is_shown_of_a_key_leaves_the_secret_a_secret() -> None:
    key = new_api_key(WORKSPACE)
    hint = hint_of(key)
    assert key.startswith(hint.prefix)
    assert key.endswith(hint.last_four)
    assert (len(hint.prefix), len(hint.last_four)) == (11, 4)
    assert hint.prefix not in key[33:]

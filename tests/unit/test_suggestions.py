"""Errors about unknown names say what may have been meant."""

from __future__ import annotations

from typing import Any

import pytest

from easel.domain.catalogue import load_catalogue
from easel.errors import InvalidRequest, UnknownModel
from easel.http.query import with_known_names
from easel.suggestions import allowed_values, did_you_mean

KNOWN = ("prompt", "negativePrompt", "aspectRatio")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("promt", " Did you mean prompt?"),
        ("aspectratio", " Did you mean aspectRatio?"),
        ("PROMPTS", " Did you mean prompt?"),
        ("colour", ""),
        ("", ""),
        ("prompt" * 10_000, ""),
    ],
)
def test_only_a_name_that_is_alike_is_suggested(name: str, said: str) -> None:
    assert did_you_mean(name, KNOWN) == said


def test_a_model_that_is_spelled_wrong_is_suggested() -> None:
    with pytest.raises(UnknownModel, match=r"named 'gpt-imag-2'\. Did you mean gpt-image-2\?"):
        load_catalogue().find("gpt-imag-2")


def test_a_query_parameter_that_is_spelled_wrong_is_suggested() -> None:
    with pytest.raises(InvalidRequest, match=r"it takes cursor, limit\. Did you mean limit\?"):
        with_known_names({"queryStringParameters": {"limt": "3"}}, {"cursor", "limit"})


@pytest.mark.parametrize(
    ("allowed", "message", "said"),
    [
        (["low", "high"], "That is not offered.", " Allowed: low, high."),
        (["low"], "That is not offered.", " Allowed: low."),
        (["low", "high"], "quality must be one of low, high.", ""),
        ([], "That is not offered.", ""),
        (None, "That is not offered.", ""),
        ({"minimum": 1}, "That is too little.", ""),
        ([1, 2], "That is not offered.", ""),
    ],
)
def test_what_is_allowed_is_added_where_the_message_does_not_say_it(allowed: Any, message: str, said: str) -> None:
    assert allowed_values(allowed, message) == said


def test_a_long_list_of_what_is_allowed_says_how_many_more_there_are() -> None:
    names = [f"model-{number:03}" for number in range(100)]

    said = allowed_values(names, "There is no such model.")

    assert len(said) < 200
    assert said.startswith(" Allowed: model-000, model-001, ")
    assert said.endswith(f" and {100 - said.count('model-')} more.")
    assert allowed_values(["x" * 500], "No.") == f" Allowed: {'x' * 500}."

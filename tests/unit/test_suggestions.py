"""Errors about unknown names say what may have been meant."""

from __future__ import annotations

import pytest

from easel.domain.catalogue import load_catalogue
from easel.errors import InvalidRequest, UnknownModel
from easel.http.query import with_known_names
from easel.suggestions import did_you_mean

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

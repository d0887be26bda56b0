"""The names of query parameters."""

from __future__ import annotations

from typing import Any

import pytest

from easel.errors import InvalidRequest
from easel.http.query import with_known_names


def event(raw: str, **parameters: str) -> dict[str, Any]:
    return {"rawQueryString": raw, "queryStringParameters": parameters or None}


def test_other_spellings_are_renamed_in_both_forms_of_the_query() -> None:
    renamed = with_known_names(event("group_by=model&limit=5", group_by="model", limit="5"), ["groupBy", "limit"])

    assert renamed["queryStringParameters"] == {"groupBy": "model", "limit": "5"}
    assert renamed["rawQueryString"] == "groupBy=model&limit=5"


@pytest.mark.parametrize("query", [{}, {"limit": "5"}, {"limit": ""}])
def test_known_names_are_left_as_they_are(query: dict[str, str]) -> None:
    sent = event("limit=5", **query)

    assert with_known_names(sent, ["limit", "cursor"]) == sent


def test_a_parameter_that_is_given_twice_is_refused_as_what_it_is() -> None:
    with pytest.raises(InvalidRequest) as refused:
        with_known_names(event("limit=1&cursor=a&limit=2", limit="1,2", cursor="a"), ["limit", "cursor"])

    assert [(fault.field, fault.message) for fault in refused.value.fields] == [
        ("limit", "limit is given 2 times; give it once.")
    ]


def test_every_unknown_name_is_reported_with_the_known_ones() -> None:
    with pytest.raises(InvalidRequest) as refused:
        with_known_names(event("a=1&b=2", a="1", b="2"), ["limit", "cursor"])

    assert [(fault.field, fault.allowed) for fault in refused.value.fields] == [
        ("a", ["cursor", "limit"]),
        ("b", ["cursor", "limit"]),
    ]

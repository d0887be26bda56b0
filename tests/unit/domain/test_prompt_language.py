"""The language of templates: what it reads, what it refuses, and that a value is never more than text."""

from __future__ import annotations

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from easel.domain.prompt_templates.language import Template, TemplateFault, read_template


def rendered(text: str, **values: str) -> str:
    return read_template(text).render(values)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("plain words", {}, "plain words"),
        ("a {name}", {"name": "bag"}, "a bag"),
        ("{name} and {name}", {"name": "bag"}, "bag and bag"),
        ("a {name}[[ in {color}]]", {"name": "bag", "color": "red"}, "a bag in red"),
        ("a {name}[[ in {color}]]", {"name": "bag"}, "a bag"),
        ("a[[ {color}]][[ {material}]] bag", {"material": "linen"}, "a linen bag"),
        ("a bag[[, {color} {material}]]", {"color": "red"}, "a bag"),
        ("[one] {name} [two]", {"name": "bag"}, "[one] bag [two]"),
        ("a bag[[ [{color}]]]", {"color": "red"}, "a bag [red]"),
        ("  a {name}  ", {"name": "bag"}, "a bag"),
        ("", {}, ""),
    ],
)
def test_it_reads_as_written(text: str, values: dict[str, str], expected: str) -> None:
    assert rendered(text, **values) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a {", "character 3"),
        ("a }", "character 3"),
        ("{}", "character 1"),
        ("{{name}}", "character 1"),
        ("{Name}", "character 1"),
        ("{name!r}", "character 1"),
        ("{name:>99999999}", "character 1"),
        ("{name.__class__}", "character 1"),
        ("{name[0]}", "character 1"),
        ("{0}", "character 1"),
        ("{ name }", "character 1"),
        ("{" + "x" * 41 + "}", "character 1"),
        ("[[ {a} [[ {b} ]] ]]", "inside of another"),
        ("a ]] b", "closes nothing"),
        ("a [[ {b}", "never closed"),
        ("a [[ b ]]", "no placeholder"),
    ],
)
def test_what_is_no_template_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(TemplateFault, match=said):
        read_template(text)


@pytest.mark.requirement("S000-38")
@pytest.mark.parametrize("value", ["{color}", "[[ {color} ]]", "{name}", "}{", "{name!r:>9}", "%s %(name)s", "\\1 $0"])
def test_a_value_is_text_and_nothing_else(value: str) -> None:
    assert rendered("a {name}[[ in {color}]] made of {name}", name=value, color="red") == (
        f"a {value} in red made of {value}"
    )
    assert rendered("a {name}[[ in {color}]]", name=value) == f"a {value}"


names = st.text(string.ascii_lowercase, min_size=1, max_size=4)
literals = st.text(st.characters(exclude_characters="{}[]", exclude_categories=["Cs"]), max_size=12)
placeholders = names.map("{{{}}}".format)
optionals = st.tuples(literals, placeholders, literals).map(lambda pieces: f"[[{''.join(pieces)}]]")
templates = st.lists(literals | placeholders | optionals, max_size=8).map("".join)
calm = st.text(st.characters(exclude_characters="{}[]", exclude_categories=["Cs"]), max_size=20)


@given(templates, st.dictionaries(names, calm))
def test_rendering_is_total_and_leaves_no_mark_of_the_language(text: str, values: dict[str, str]) -> None:
    said = read_template(text).render(values)

    assert not set(said) & set("{}[]")


@given(templates, st.dictionaries(names, st.text(max_size=30)))
def test_a_text_is_as_long_as_what_it_is_made_of(text: str, values: dict[str, str]) -> None:
    template = read_template(text)
    present = {name: value for name, value in values.items() if name in template.names}
    most = len(text) + sum(len(value) * template.uses(name) for name, value in present.items())

    assert len(template.render(values)) <= most


@given(templates, st.dictionaries(names, st.text(max_size=30)), st.dictionaries(names, st.text(max_size=30)))
def test_values_that_a_template_does_not_speak_of_change_nothing(
    text: str, values: dict[str, str], more: dict[str, str]
) -> None:
    template = read_template(text)
    strange = {name: value for name, value in more.items() if name not in template.names}

    assert template.render(values | strange) == template.render(values)


@given(st.text(st.sampled_from("{}[]ab ") | st.characters(exclude_categories=["Cs"]), max_size=60))
@example("[[[[{a}]]]]")
@example("[[{a}]")
def test_any_text_is_a_template_or_is_refused(text: str) -> None:
    try:
        template = read_template(text)
    except TemplateFault:
        return
    assert isinstance(template, Template)
    assert template.indispensable <= template.names

"""Sets of templates: those that ship, what makes one good, and the prompts that come of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain.prompt_templates import (
    BUILT_IN,
    Composition,
    Role,
    Shot,
    TemplateSet,
    Variable,
    built_in_versions,
    compose,
    faults_of,
    find_built_in,
    set_from,
    set_values,
)
from easel.domain.prompt_templates.compose import LONGEST_PROMPT, shortened
from easel.domain.template_use import TemplateUse, clean
from easel.errors import FieldError, InvalidRequest

BAG = {"name": "canvas tote bag", "color": "forest green", "material": "waxed cotton"}
A_SET = TemplateSet(
    id="0192",
    version=3,
    name="Shoes",
    description="Two pictures of a shoe.",
    variables=(
        Variable("shoe", required=True, max_length=40),
        Variable("ground", allowed=("grass", "sand")),
        Variable("story", max_length=100, truncatable=True),
    ),
    roles=(Role("side", "Picture {number} shows its side."), Role("sole", "Picture {number} shows its sole.")),
    shots=(
        Shot("side", "Side", "A {shoe}[[ on {ground}]][[: {story}]].", ("side",), "4:3"),
        Shot("sole", "Sole", "The sole of a {shoe}[[ ({story}, {story})]].", ("sole",), "1:1", {"ground": "sand"}),
    ),
)


def composed(variables: dict[str, str], chosen: TemplateSet = A_SET, **more: Any) -> Composition:
    options = {name: more.pop(name) for name in ("roles", "limit") if name in more}
    return compose(chosen, TemplateUse(chosen.id, variables, **{"at": ""} | more), **options)


def refused(variables: dict[str, str], chosen: TemplateSet = A_SET, **more: Any) -> list[FieldError]:
    with pytest.raises(InvalidRequest) as caught:
        composed(variables, chosen, **more)
    assert caught.value.message == caught.value.fields[0].message
    return list(caught.value.fields)


def built_in(id: str) -> TemplateSet:
    found = find_built_in(id)
    assert found is not None
    return found


# --- what ships -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", BUILT_IN)
def test_every_version_that_ships_is_a_good_one_under_its_own_number(id: str) -> None:
    versions = built_in_versions(id)

    assert [one.version for one in versions] == list(range(1, len(versions) + 1))
    assert [faults_of(one) for one in versions] == [[]] * len(versions)
    assert find_built_in(id) == versions[-1]
    assert [find_built_in(id, one.version) for one in versions] == list(versions)


@pytest.mark.parametrize("version", [0, -1, 99])
def test_a_version_that_never_was_is_none(version: int) -> None:
    assert find_built_in("product-shots", version) is None
    assert find_built_in("nothing-like-it") is None


@pytest.mark.requirement("S000-38", "X-16")
def test_a_product_has_six_shots_with_six_prompts() -> None:
    made = composed(BAG, built_in("product-shots"), roles=["front", "back"])

    shots = [prompt.shot.id for prompt in made.prompts]
    assert shots == ["duo", "duo-angled", "solo-front", "solo-back", "flat-lay", "close-up"]
    assert len({prompt.text for prompt in made.prompts}) == 6
    assert all(BAG["name"] in prompt.text and BAG["color"] in prompt.text for prompt in made.prompts)
    assert all(BAG["material"] in prompt.text for prompt in made.prompts)
    assert made.title == "Product shots: canvas tote bag"


@pytest.mark.requirement("S000-38", "S000-7", "S000-8")
def test_a_shot_says_which_picture_is_the_front_and_which_the_back() -> None:
    made = composed(BAG, built_in("product-shots"), roles=["back", "reference", "front"])

    by_shot = {prompt.shot.id: prompt.text for prompt in made.prompts}
    assert "Reference picture 1 shows the back" in by_shot["duo"]
    assert "Reference picture 3 shows the front" in by_shot["duo"]
    assert "Reference picture 2 shows the front" in by_shot["solo-front"]
    assert "shows the back" not in by_shot["solo-front"]
    assert "shows the front" not in by_shot["solo-back"]


@pytest.mark.requirement("S000-38", "S000-7", "S000-8")
def test_a_shot_works_from_its_own_pictures_or_from_all_when_it_has_none() -> None:
    def used(roles: list[str], shot: str) -> tuple[int, ...]:
        return composed(BAG, built_in("product-shots"), roles=roles, shots=(shot,)).prompts[0].references

    assert used(["back", "reference", "front"], "solo-front") == (1, 2)
    assert used(["back", "reference", "front"], "solo-back") == (0, 1)
    assert used(["back", "front", "front"], "duo") == (0, 1, 2)
    assert used(["back"], "solo-front") == (0,)
    assert used([], "duo") == ()
    anything = composed({"shoe": "boot"}, replace(A_SET, shots=(replace(SIDE, roles=()),)), roles=["sole", "side"])
    assert anything.prompts[0].references == (0, 1)
    assert anything.prompts[0].text == "A boot. Picture 1 shows its sole. Picture 2 shows its side."


@pytest.mark.requirement("S000-4")
def test_a_product_needs_a_name_and_what_else_is_missing_leaves_no_gap() -> None:
    made = composed({"name": "mug"}, built_in("product-shots"))

    assert [fault.field for fault in refused({}, built_in("product-shots"))] == ["variables.name"]
    for prompt in made.prompts:
        assert not any(gap in prompt.text for gap in ("  ", " ,", " .", "{", "[[", "made of", " in ,", "None"))
        assert "eference picture" not in prompt.text


@pytest.mark.requirement("S004-47", "S004-52")
@pytest.mark.parametrize(("variant", "ratio"), [("hero", "16:9"), ("inline", "4:3")])
def test_a_content_items_prompt_is_made_of_title_description_and_variant(variant: str, ratio: str) -> None:
    item = {"title": "Watering in July", "description": "How pots survive a heat wave."}

    made = composed({**item, "variant": variant}, built_in("content-item"))

    (prompt,) = made.prompts
    assert (prompt.shot.id, made.aspect_ratio) == (variant, ratio)
    assert item["title"] in prompt.text
    assert item["description"] in prompt.text
    assert made.title == "Content item: Watering in July"


@pytest.mark.requirement("S004-47", "S004-52")
def test_a_content_item_needs_its_title_alone() -> None:
    made = composed({"title": "Watering"}, built_in("content-item"))

    assert [prompt.shot.id for prompt in made.prompts] == ["hero", "inline"]
    assert not any("article is about" in prompt.text for prompt in made.prompts)
    assert made.aspect_ratio is None
    assert refused({"title": " \n "}, built_in("content-item"))[0].field == "variables.title"
    (fault,) = refused({"title": "Watering", "variant": "footer"}, built_in("content-item"))
    assert (fault.field, fault.allowed) == ("variables.variant", ["hero", "inline"])


# --- values -----------------------------------------------------------------------------------------------------------


def test_all_faults_are_told_at_once_by_variable_and_shot() -> None:
    faults = refused({"ground": "snow", "story": "x" * 101, "colour": "red"}, shots=("side", "top"), roles=["lid"])

    assert [fault.field for fault in faults] == [
        "variables.colour",
        "variables.shoe",
        "variables.ground",
        "variables.story",
        "shots[1]",
        "references[0].role",
    ]
    assert faults[1].allowed == {"minLength": 1, "maxLength": 40}
    assert faults[5].allowed == ["side", "sole", "reference"]


def test_fields_are_named_as_the_caller_wrote_them() -> None:
    assert [fault.field for fault in refused({}, at="template.", shots=("top",))] == [
        "template.variables.shoe",
        "template.shots[0]",
    ]
    own = {"shoe": "productId", "story": "text"}
    assert [fault.field for fault in refused({}, value_fields=own, shots=("top",))] == ["productId", "shots[0]"]
    long = refused({"shoe": "clog"}, limit=3, value_fields=own, shots=("sole",))
    assert {fault.field for fault in long} == {"productId", "text"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [(" a \t red\r\nfox ", "a red fox"), ("a\x00b\x1bc", "a b c"), ("a\u2028b", "a b"), ("\n", ""), ("é", "é")],
)
def test_a_value_becomes_one_line(given: str, expected: str) -> None:
    assert clean(given) == expected


def test_shots_come_in_the_order_asked_for_and_each_once() -> None:
    made = composed({"shoe": "boot"}, shots=("sole", "side"))

    assert [prompt.shot.id for prompt in made.prompts] == ["sole", "side"]
    assert [fault.field for fault in refused({"shoe": "boot"}, shots=("side", "side"))] == ["shots[1]"]
    assert [fault.field for fault in refused({"shoe": "boot"}, shots=())] == ["shots"]


def test_a_shot_for_other_values_is_left_out_and_refused_when_named() -> None:
    assert [prompt.shot.id for prompt in composed({"shoe": "boot", "ground": "grass"}).prompts] == ["side"]
    assert len(composed({"shoe": "boot", "ground": "sand"}).prompts) == 2
    assert len(composed({"shoe": "boot"}).prompts) == 2
    (fault,) = refused({"shoe": "boot", "ground": "grass"}, shots=("sole",))
    assert (fault.field, fault.allowed) == ("shots[0]", {"ground": "sand"})
    only_sand = replace(A_SET, shots=A_SET.shots[1:])
    assert refused({"shoe": "boot", "ground": "grass"}, only_sand)[0].field == "shots"


# --- length -----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("X-18", "S004-33")
def test_a_prompt_that_is_too_long_is_refused_and_never_cut_unasked() -> None:
    (fault,) = refused({"shoe": "boot", "story": "s" * 90}, shots=("side",), limit=60)

    assert (fault.field, fault.allowed) == ("variables", {"maxLength": 60})
    assert "99 characters" in fault.message


@pytest.mark.requirement("X-18", "S004-33")
def test_a_long_description_is_cut_where_that_was_asked_for_and_the_caller_is_told() -> None:
    story = "once upon a time " * 40

    made = composed({"shoe": "boot", "story": story}, shots=("side",), limit=60, truncate=True)

    (prompt,) = made.prompts
    assert len(prompt.text) <= 60
    assert prompt.text.endswith("….")
    assert [notice.partition(" ")[0] for notice in made.notices] == ["story", "story"]
    assert f"from {len(clean(story))} to" in made.notices[0]


@pytest.mark.requirement("X-18", "S004-33")
@pytest.mark.parametrize("shot", ["side", "sole"])
@pytest.mark.parametrize("roles", [(), ("side",), ("sole", "side")], ids=len)
def test_a_value_is_cut_by_as_much_as_it_takes_wherever_it_stands(shot: str, roles: tuple[str, ...]) -> None:
    bare = len(composed({"shoe": "boot"}, shots=(shot,), roles=roles).prompts[0].text)

    for limit in range(bare, bare + 120):
        made = composed({"shoe": "boot", "story": "s" * 99}, shots=(shot,), roles=roles, limit=limit, truncate=True)
        assert bare <= len(made.prompts[0].text) <= limit


@pytest.mark.requirement("X-18")
def test_no_prompt_of_a_template_has_more_than_4000_characters_whatever_the_model_takes() -> None:
    wordy = replace(A_SET, shots=(Shot("side", "Side", "{shoe}" + "x" * 3990),))

    assert len(composed({"shoe": "b" * 10}, wordy, limit=9000).prompts[0].text) == 4000
    (fault,) = refused({"shoe": "b" * 11}, wordy, limit=9000)
    assert (fault.field, fault.allowed) == ("variables", {"maxLength": 4000})


def test_what_may_not_be_shortened_stays_whole() -> None:
    faults = refused({"shoe": "b" * 41, "story": "s" * 101}, truncate=True)

    assert [fault.field for fault in faults] == ["variables.shoe"]


def test_a_value_that_has_no_room_at_all_goes_with_the_words_around_it() -> None:
    made = composed({"shoe": "boot", "story": "s" * 90}, shots=("side",), limit=9, truncate=True)

    assert made.prompts[0].text == "A boot."


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [("a red fox", 9, "a red fox"), ("a red fox", 8, "a red…"), ("abcdef", 4, "abc…"), ("abc", 1, ""), ("abc", 0, "")],
)
def test_a_text_is_cut_after_a_word(text: str, room: int, expected: str) -> None:
    assert shortened(text, room) == expected


values = st.text(max_size=120)


@pytest.mark.requirement("X-18", "S000-38")
@given(
    shoe=values,
    ground=st.sampled_from(["", "grass", "sand", " sand ", "snow"]),
    story=st.text(max_size=9000),
    roles=st.lists(st.sampled_from(["side", "sole", "reference", "lid"]), max_size=4),
    limit=st.integers(1, 9000),
    truncate=st.booleans(),
)
def test_whatever_the_values_prompts_fit_or_the_request_is_refused(
    shoe: str, ground: str, story: str, roles: list[str], limit: int, *, truncate: bool
) -> None:
    variables = {"shoe": shoe, "ground": ground, "story": story}
    try:
        made = composed(variables, roles=roles, limit=limit, truncate=truncate)
    except InvalidRequest:
        return
    for prompt in made.prompts:
        assert 0 < len(prompt.text) <= min(limit, LONGEST_PROMPT)
        assert prompt.text.startswith(("A ", "The sole of a "))
        assert clean(shoe) in prompt.text
        assert "\n" not in prompt.text
        if clean(story) and clean(story) not in prompt.text:
            assert truncate
            assert made.notices
    assert len(made.title) <= 200


# --- what makes a set good --------------------------------------------------------------------------------------------

SHOE, SIDE = A_SET.variables[0], A_SET.shots[0]
BAD_SETS: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"name": " "}, "name"),
    "a long name": ({"name": "n" * 101}, "name"),
    "a long description": ({"description": "d" * 501}, "description"),
    "no shots": ({"shots": ()}, "shots"),
    "eleven shots": ({"shots": tuple(replace(SIDE, id=f"s{index}") for index in range(11))}, "shots"),
    "a shot twice": ({"shots": (SIDE, SIDE)}, "shots[1].id"),
    "a variable twice": ({"variables": (*A_SET.variables, SHOE)}, "variables[3].name"),
    "a variable of another spelling": ({"variables": (*A_SET.variables, Variable("Size"))}, "variables[3].name"),
    "a variable of no length": (
        {"variables": (*A_SET.variables, Variable("a", max_length=0))},
        "variables[3].maxLength",
    ),
    "an empty choice": ({"variables": (*A_SET.variables, Variable("a", allowed=("",)))}, "variables[3].allowed[0]"),
    "a choice to be cut": (
        {"variables": (*A_SET.variables, Variable("a", allowed=("x",), truncatable=True))},
        "variables[3].truncatable",
    ),
    "no template": ({"shots": (replace(SIDE, text="a {"),)}, "shots[0].text"),
    "an unknown variable": ({"shots": (replace(SIDE, text="a {boot}"),)}, "shots[0].text"),
    "an optional value that would leave a gap": (
        {"shots": (replace(SIDE, text="a {shoe} on {ground}"),)},
        "shots[0].text",
    ),
    "a shot that may say nothing": ({"shots": (replace(SIDE, text="[[{ground}]]"),)}, "shots[0].text"),
    "a shot of nothing": ({"shots": (replace(SIDE, text=""),)}, "shots[0].text"),
    "a long text": ({"shots": (replace(SIDE, text="x" * 4001),)}, "shots[0].text"),
    "an unknown role": ({"shots": (replace(SIDE, roles=("lid",)),)}, "shots[0].references[0]"),
    "no ratio": ({"shots": (replace(SIDE, aspect_ratio="wide"),)}, "shots[0].aspectRatio"),
    "a condition on free text": ({"shots": (replace(SIDE, when={"story": "x"}),)}, "shots[0].when"),
    "a condition on no value": ({"shots": (replace(SIDE, when={"ground": "snow"}),)}, "shots[0].when"),
    "a sentence without its picture": (
        {"roles": (Role("side", "It is the side."),), "shots": (SIDE,)},
        "references[0].sentence",
    ),
    "a sentence about a value": (
        {"roles": (Role("side", "{number} {shoe}"),), "shots": (SIDE,)},
        "references[0].sentence",
    ),
}


def test_a_good_set_has_no_faults() -> None:
    assert faults_of(A_SET) == []


@pytest.mark.parametrize(("changes", "field"), BAD_SETS.values(), ids=BAD_SETS.keys())
def test_a_bad_set_is_told_by_field(changes: dict[str, Any], field: str) -> None:
    assert field in {fault.field for fault in faults_of(replace(A_SET, **changes))}


def test_a_set_that_is_too_large_is_told_its_size() -> None:
    shots = tuple(Shot(f"s{index}", "S", "é" * 3990) for index in range(9))

    (fault,) = faults_of(replace(A_SET, shots=shots))

    assert fault.allowed == {"maxBytes": 32 * 1024}


def test_a_set_comes_back_from_its_written_form_as_it_was() -> None:
    assert set_from(A_SET.id, A_SET.version, set_values(A_SET)) == A_SET

"""Prompt templates in the table: versions that never change, one newest, and no more than a workspace may have."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.contract.repositories.conftest import Core, shown
from tests.support.generations import NOW, WORKSPACE_ID

from easel.domain.prompt_templates import Role, Shot, TemplateSet, Variable
from easel.errors import StaleWrite, TooManyTemplates
from easel.ids import new_id
from easel.repositories import prompt_templates
from easel.services.ports.prompt_templates import OwnTemplate

TEMPLATE = TemplateSet(
    id=new_id(),
    version=1,
    name="Poyabzal 👟",
    description="",
    variables=(
        Variable("shoe", "What it is.", required=True, max_length=40, example="clog"),
        Variable("ground", allowed=("grass", "sand")),
        Variable("story", truncatable=True),
    ),
    roles=(Role("side", "Picture {number} shows its side.", "From the left."),),
    shots=(
        Shot("side", "Side", "A {shoe}[[ on {ground}]].", ("side",), "4:3", {"ground": "sand"}),
        Shot("top", "Top", "A {shoe} from above."),
    ),
)
OWN = OwnTemplate(WORKSPACE_ID, TEMPLATE, NOW, NOW, "user-1")


def changed(own: OwnTemplate, **changes: Any) -> OwnTemplate:
    """The version after this one."""
    template = replace(own.template, version=own.template.version + 1, **changes)
    return replace(own, template=template, changed_at=own.changed_at + timedelta(minutes=1), changed_by="user-2")


def another(**changes: Any) -> OwnTemplate:
    return replace(OWN, template=replace(TEMPLATE, id=new_id()), **changes)


def templates_counted(core: Core) -> int:
    (counted,) = [item["count"] for item in core.items() if item["sk"] == "PROMPTS"]
    return int(counted)


@pytest.mark.requirement("S003-95")
def test_a_template_reads_back_as_it_was(core: Core) -> None:
    core.commit(*core.prompt_templates.adding(OWN))

    assert core.prompt_templates.get(WORKSPACE_ID, TEMPLATE.id) == OWN
    assert core.prompt_templates.get(WORKSPACE_ID, TEMPLATE.id, 1) == OWN
    assert core.prompt_templates.get(WORKSPACE_ID, TEMPLATE.id, 2) is None
    assert core.prompt_templates.get(new_id(), TEMPLATE.id) is None


def test_older_versions_stay_as_they_were(core: Core) -> None:
    second = changed(OWN, name="Boots")
    third = changed(second, description="Two shots.")
    core.commit(*core.prompt_templates.adding(OWN))
    core.commit(*core.prompt_templates.replacing(second))
    core.commit(*core.prompt_templates.replacing(third))

    found = [core.prompt_templates.get(WORKSPACE_ID, TEMPLATE.id, version) for version in (1, 2, 3, None)]

    assert found == [OWN, second, third, third]


def test_a_version_is_made_of_the_one_before_it_and_once(core: Core) -> None:
    second = changed(OWN, name="Boots")
    core.commit(*core.prompt_templates.adding(OWN))
    core.commit(*core.prompt_templates.replacing(second))

    for late in (changed(OWN, name="Clogs"), changed(changed(second))):
        with pytest.raises(StaleWrite):
            core.commit(*core.prompt_templates.replacing(late))
    with pytest.raises(StaleWrite):
        core.commit(*core.prompt_templates.adding(OWN))

    assert core.prompt_templates.get(WORKSPACE_ID, TEMPLATE.id) == second


def test_nothing_is_changed_where_nothing_is(core: Core) -> None:
    with pytest.raises(StaleWrite):
        core.commit(*core.prompt_templates.replacing(changed(OWN)))
    with pytest.raises(StaleWrite):
        core.commit(*core.prompt_templates.removing(OWN))

    assert core.items() == []


def test_a_template_goes_with_all_its_versions(core: Core) -> None:
    second, other = changed(OWN, name="Boots"), another()
    for own in (OWN, other):
        core.commit(*core.prompt_templates.adding(own))
    core.commit(*core.prompt_templates.replacing(second))
    with pytest.raises(StaleWrite):
        core.commit(*core.prompt_templates.removing(OWN))

    core.commit(*core.prompt_templates.removing(second))

    assert core.prompt_templates.get(WORKSPACE_ID, TEMPLATE.id, 1) is None
    assert shown(core.prompt_templates.list(WORKSPACE_ID, limit=5, after=None)) == ([other], None)
    assert {item.get("id") for item in core.items()} == {other.template.id, None}
    assert templates_counted(core) == 1


def test_the_newest_versions_are_listed_last_made_first_page_by_page(core: Core) -> None:
    made = [another() for _ in range(4)]
    for own in made:
        core.commit(*core.prompt_templates.adding(own))
    made[0] = changed(made[0], name="Boots")
    core.commit(*core.prompt_templates.replacing(made[0]))
    core.commit(*core.prompt_templates.adding(another(workspace_id=new_id())))
    expected = sorted(made, key=lambda own: own.template.id, reverse=True)

    first, after = shown(core.prompt_templates.list(WORKSPACE_ID, limit=3, after=None))
    rest, end = shown(core.prompt_templates.list(WORKSPACE_ID, limit=3, after=after))

    assert ([*first, *rest], end) == (expected, None)


def test_a_workspace_has_no_more_than_it_may_however_many_are_made_at_once(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompt_templates, "MAX_TEMPLATES", 3)

    def make(_: int) -> bool:
        try:
            core.commit(*core.prompt_templates.adding(another()))
        except TooManyTemplates:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(make, range(8))) == 3
    listed, _ = shown(core.prompt_templates.list(WORKSPACE_ID, limit=10, after=None))
    assert len(listed) == templates_counted(core) == 3

    core.commit(*core.prompt_templates.removing(listed[0]))
    assert make(0)

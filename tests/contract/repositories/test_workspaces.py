"""Workspaces and members in the table: both sides of a membership change together, and an owner always stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contract.repositories.conftest import Core, shown
from tests.support.generations import NOW, WORKSPACE_ID

from easel.errors import Conflict, LastOwner, NotFound, StaleWrite
from easel.ids import new_id
from easel.services.ports.accounts import Membership, WorkspaceRecord

WORKSPACE = WorkspaceRecord(WORKSPACE_ID, "Acme", NOW, "tiered", personal=False)


def a_member(role: str = "member", workspace_id: str = WORKSPACE_ID) -> Membership:
    return Membership(workspace_id, new_id(), role, NOW, "tiered")


def founded(core: Core, *others: Membership) -> Membership:
    """A workspace with an owner and these others."""
    owner = a_member("owner")
    core.commit(core.workspaces.adding(WORKSPACE), *core.workspaces.adding_member(owner))
    for other in others:
        writes = list(core.workspaces.adding_member(other))
        if other.role == "owner":
            writes.append(core.workspaces.counting_owners(WORKSPACE_ID, 1))
        core.commit(*writes)
    return owner


def test_a_workspace_comes_back_as_it_was_added(core: Core) -> None:
    founded(core)

    assert core.workspaces.get(WORKSPACE_ID) == WORKSPACE
    assert core.workspaces.get(new_id()) is None
    with pytest.raises(StaleWrite):
        core.commit(core.workspaces.adding(replace(WORKSPACE, name="Mine now")))


def test_a_workspace_is_renamed_only_if_it_is_there(core: Core) -> None:
    founded(core)

    core.commit(core.workspaces.renaming(WORKSPACE_ID, "Acme Studio"))
    with pytest.raises(NotFound):
        core.commit(core.workspaces.renaming(new_id(), "Nobody's"))
    assert core.workspaces.get(WORKSPACE_ID) == replace(WORKSPACE, name="Acme Studio")


def test_a_membership_is_seen_from_both_sides(core: Core) -> None:
    member = a_member()
    owner = founded(core, member)

    assert core.workspaces.membership(WORKSPACE_ID, member.user_id) == member
    assert shown(core.workspaces.of_user(member.user_id, limit=5, after=None)) == ([(WORKSPACE, "member")], None)
    found, after = shown(core.workspaces.members(WORKSPACE_ID, limit=5, after=None))
    assert sorted(found, key=lambda entry: entry.role) == [member, owner]
    assert after is None


def test_members_and_workspaces_come_in_pages(core: Core) -> None:
    members = [a_member() for _ in range(4)]
    founded(core, *members)
    person = members[0].user_id
    for _ in range(3):
        other = replace(WORKSPACE, workspace_id=new_id())
        core.commit(
            core.workspaces.adding(other),
            *core.workspaces.adding_member(Membership(other.workspace_id, person, "owner", NOW)),
        )

    first, after = shown(core.workspaces.members(WORKSPACE_ID, limit=3, after=None))
    rest, end = shown(core.workspaces.members(WORKSPACE_ID, limit=3, after=after))
    assert (len(first), len(rest), end) == (3, 2, None)
    assert not {entry.user_id for entry in first} & {entry.user_id for entry in rest}
    mine, after = shown(core.workspaces.of_user(person, limit=3, after=None))
    others, end = shown(core.workspaces.of_user(person, limit=3, after=after))
    assert (len(mine), len(others), end) == (3, 1, None)


def test_nobody_is_taken_in_twice(core: Core) -> None:
    member = a_member()
    founded(core, member)

    with pytest.raises(Conflict, match="belongs to this workspace already"):
        core.commit(*core.workspaces.adding_member(replace(member, role="admin")))


def test_a_role_changes_on_both_sides_and_only_from_what_it_was(core: Core) -> None:
    member = a_member()
    founded(core, member)

    core.commit(*core.workspaces.changing_role(member, "admin"))

    assert core.workspaces.membership(WORKSPACE_ID, member.user_id) == replace(member, role="admin")
    assert shown(core.workspaces.of_user(member.user_id, limit=5, after=None))[0] == [(WORKSPACE, "admin")]
    with pytest.raises(StaleWrite):
        core.commit(*core.workspaces.changing_role(member, "owner"))
    with pytest.raises(StaleWrite):
        core.commit(*core.workspaces.removing_member(member))


def test_who_is_removed_is_gone_from_both_sides(core: Core) -> None:
    member = a_member()
    founded(core, member)

    core.commit(*core.workspaces.removing_member(member))

    assert core.workspaces.membership(WORKSPACE_ID, member.user_id) is None
    assert shown(core.workspaces.of_user(member.user_id, limit=5, after=None)) == ([], None)
    with pytest.raises(StaleWrite):
        core.commit(*core.workspaces.removing_member(member))


def test_the_last_owner_stays(core: Core) -> None:
    owner = founded(core)

    with pytest.raises(LastOwner):
        core.commit(*core.workspaces.removing_member(owner), core.workspaces.counting_owners(WORKSPACE_ID, -1))

    assert core.workspaces.membership(WORKSPACE_ID, owner.user_id) == owner


def test_two_owners_who_remove_each_other_at_once_leave_one(core: Core) -> None:
    second = a_member("owner")
    first = founded(core, second)

    def remove(who: Membership) -> bool:
        try:
            core.commit(*core.workspaces.removing_member(who), core.workspaces.counting_owners(WORKSPACE_ID, -1))
        except LastOwner:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, [first, second])) == [False, True]
    assert len(shown(core.workspaces.members(WORKSPACE_ID, limit=5, after=None))[0]) == 1


def test_times_survive_the_table(core: Core) -> None:
    later = NOW + timedelta(milliseconds=123)
    core.commit(core.workspaces.adding(replace(WORKSPACE, created_at=later, personal=True)))

    assert core.workspaces.get(WORKSPACE_ID) == replace(WORKSPACE, created_at=later, personal=True)

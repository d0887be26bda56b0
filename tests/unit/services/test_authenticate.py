"""A warm process trusts what it read for a while without asking again, and no longer than that."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from tests.support.generations import NOW, WORKSPACE_ID

from easel.domain.access import BOT_SCOPES
from easel.domain.api_keys import hint_of, new_api_key
from easel.domain.identities import TelegramIdentity, TelegramProfile, personal_workspace, user_of_token
from easel.domain.plans import DEFAULT_PLAN
from easel.domain.request import Channel
from easel.errors import Forbidden, NotFound, Unauthenticated
from easel.ids import new_id
from easel.services.accounts.authenticate import Authenticate
from easel.services.accounts.principal import Credential, CredentialKind, Principal
from easel.services.ports.accounts import ApiKeyRecord, Membership, MiniAppSignIn, SignedInPerson, WorkspaceRecord

GOOD = new_api_key(WORKSPACE_ID)
RECORD = ApiKeyRecord(
    key_id="key-1",
    key_hash=hashlib.sha256(GOOD.encode()).hexdigest(),
    hint=hint_of(GOOD),
    name="demo",
    workspace_id=WORKSPACE_ID,
    user_id="user-1",
    roles=frozenset({"owner"}),
    scopes=frozenset({"generations:read", "act_as:telegram"}),
    channel=Channel.TELEGRAM,
    created_at=NOW,
    budget_keys=("key-1",),
)
DERIVED = "d" * 64
SIGNED = {
    "signed": MiniAppSignIn(WORKSPACE_ID, TelegramProfile(7), "digest", NOW),
}
ADA = SignedInPerson("https://id.example.com/", "ada", is_operator=False)


@dataclass
class World:
    """Keys, members and people in memory, and two clocks that are turned by hand."""

    records: dict[str, ApiKeyRecord] = field(default_factory=lambda: {GOOD: RECORD})
    known: set[TelegramIdentity] = field(default_factory=set)
    members: dict[tuple[str, str], Membership] = field(default_factory=dict)
    now: datetime = NOW
    seconds: float = 0.0
    reads: int = 0

    def __post_init__(self) -> None:
        self._authenticate = Authenticate(
            api_keys=cast(Any, self),
            workspaces=cast(Any, self),
            users=cast(Any, self),
            verify_bot_key=lambda key: WORKSPACE_ID if key == DERIVED else None,
            verify_init_data=lambda text, now: SIGNED.get(text),
            verify_token=lambda token: ADA if token == "ada" else None,
            clock=lambda: self.now,
            monotonic=lambda: self.seconds,
        )

    def authenticate(self, token: str, **wishes: Any) -> Principal | None:
        try:
            return self._authenticate(Credential(token, **wishes))
        except (Unauthenticated, NotFound):
            return None

    def hash_of(self, api_key: str) -> str:
        return hashlib.sha256(api_key.encode()).hexdigest()

    def find(self, api_key: str) -> ApiKeyRecord | None:
        self.reads += 1
        return self.records.get(api_key)

    def find_for_telegram(self, api_key: str, identity: TelegramIdentity) -> tuple[ApiKeyRecord | None, bool]:
        self.reads += 1
        return self.records.get(api_key), identity in self.known

    def knows_telegram(self, identity: TelegramIdentity) -> bool:
        self.reads += 1
        return identity in self.known

    def get(self, workspace_id: str) -> WorkspaceRecord | None:
        self.reads += 1
        return WorkspaceRecord(workspace_id, "Bot", NOW, "tiered")

    def membership(self, workspace_id: str, user_id: str) -> Membership | None:
        self.reads += 1
        return self.members.get((workspace_id, user_id))


def test_a_good_key_is_a_principal_with_what_the_key_may_do() -> None:
    principal = World().authenticate(GOOD)

    assert principal is not None
    assert (principal.workspace_id, principal.user_id, principal.key_id) == (WORKSPACE_ID, "user-1", "key-1")
    assert (principal.roles, principal.scopes) == (RECORD.roles, RECORD.scopes)
    assert principal.channel is Channel.TELEGRAM


def test_an_unknown_key_is_nobody_and_is_asked_for_each_time() -> None:
    world, bad = World(), new_api_key(WORKSPACE_ID)

    assert [world.authenticate(bad) for _ in range(2)] == [None, None]
    assert world.reads == 2


def test_a_text_that_cannot_be_a_key_is_not_asked_for() -> None:
    world = World()

    assert [world.authenticate(text) for text in ("ek_bad", "ek_", "other", "")] == [None] * 4
    assert world.reads == 0


def test_a_key_that_was_seen_is_trusted_for_half_a_minute() -> None:
    world = World()
    world.authenticate(GOOD)
    world.records.clear()

    world.seconds = 29.9
    assert world.authenticate(GOOD) is not None
    world.seconds = 30.0
    assert world.authenticate(GOOD) is None
    assert world.reads == 2


def test_a_key_ends_at_its_time_even_while_it_is_remembered() -> None:
    world = World({GOOD: replace(RECORD, valid_until=NOW + timedelta(seconds=10))})

    assert world.authenticate(GOOD) is not None
    world.now += timedelta(seconds=10)
    assert world.authenticate(GOOD) is None


def test_a_revoked_key_is_nobody() -> None:
    assert World({GOOD: replace(RECORD, revoked_at=NOW)}).authenticate(GOOD) is None


def test_memory_is_bounded_and_still_right() -> None:
    keys = {new_api_key(WORKSPACE_ID): replace(RECORD, key_id=f"key-{number}") for number in range(2_500)}
    world = World(keys)

    found = [world.authenticate(key) for key in keys]

    assert [principal.key_id for principal in found if principal] == [record.key_id for record in keys.values()]
    assert len(world._authenticate._memory._kept) <= 1_000


def test_memory_holds_no_key() -> None:
    world = World()
    world.authenticate(GOOD)

    assert GOOD not in str(world._authenticate._memory._kept)


def test_a_membership_is_trusted_for_half_a_minute() -> None:
    world, user_id, team = World(), user_of_token(ADA.issuer, ADA.subject), new_id()
    world.members[team, user_id] = Membership(team, user_id, "member", NOW, "tiered")
    principal = world.authenticate("ada", workspace_id=team)
    assert principal is not None
    assert (principal.workspace_id, principal.plan) == (team, "tiered")
    world.members.clear()

    world.seconds = 29.9
    assert world.authenticate("ada", workspace_id=team) is not None
    assert world.reads == 1
    world.seconds = 30.0
    assert world.authenticate("ada", workspace_id=team) is None


def test_a_person_at_home_has_the_plan_of_their_own_workspace() -> None:
    world, user_id = World(), user_of_token(ADA.issuer, ADA.subject)
    home = personal_workspace(user_id)
    before = world.authenticate("ada")
    world.members[home, user_id] = Membership(home, user_id, "owner", NOW, "tiered")

    after = world.authenticate("ada")

    assert before is not None
    assert after is not None
    assert (before.workspace_id, before.plan) == (home, DEFAULT_PLAN), "an account that is not made yet"
    assert after == replace(before, plan="tiered")


def test_who_is_no_member_yet_is_asked_for_each_time() -> None:
    world, user_id, team = World(), user_of_token(ADA.issuer, ADA.subject), new_id()
    assert world.authenticate("ada", workspace_id=team) is None

    world.members[team, user_id] = Membership(team, user_id, "member", NOW)

    assert world.authenticate("ada", workspace_id=team) is not None


@pytest.mark.parametrize("first", ["key", "person"])
def test_a_bots_request_is_one_read_whatever_is_remembered(first: str) -> None:
    identity = TelegramIdentity(WORKSPACE_ID, 7)
    world = World(known={identity})
    if first == "key":
        world.authenticate(GOOD)
        world.reads = 0

    assert world.authenticate(GOOD, act_as="telegram:7") is not None
    assert world.reads == 1
    assert world.authenticate(GOOD, act_as="telegram:7") is not None
    assert world.authenticate(GOOD) is not None
    assert world.reads == 1


def test_a_person_whom_the_bot_brings_now_is_known_at_once() -> None:
    world = World()
    assert world.authenticate(GOOD, act_as="telegram:7") is None

    world.known.add(TelegramIdentity(WORKSPACE_ID, 7))

    assert world.authenticate(GOOD, act_as="telegram:7") is not None


@pytest.mark.requirement("X-1")
def test_the_key_that_a_bot_derives_from_its_token_is_the_bot_of_the_workspace_that_stored_it() -> None:
    world = World()

    principal = world.authenticate(DERIVED, kind=CredentialKind.INTERNAL_KEY)

    assert principal is not None
    assert (principal.workspace_id, principal.plan, principal.is_bot) == (WORKSPACE_ID, "tiered", True)
    assert principal.scopes == BOT_SCOPES
    assert world.authenticate(DERIVED, kind=CredentialKind.INTERNAL_KEY) == principal
    assert world.reads == 1


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("e" * 64, CredentialKind.INTERNAL_KEY),
        (DERIVED, CredentialKind.BEARER),
        (DERIVED, CredentialKind.INIT_DATA),
        ("signed", CredentialKind.INTERNAL_KEY),
        ("signed", CredentialKind.BEARER),
    ],
)
def test_what_a_bot_sends_counts_only_as_what_it_is(key: str, kind: CredentialKind) -> None:
    assert World().authenticate(key, kind=kind) is None


def test_an_api_key_works_as_the_internal_key_of_a_bot_too() -> None:
    principal = World().authenticate(GOOD, kind=CredentialKind.INTERNAL_KEY)

    assert principal is not None
    assert principal.key_id == "key-1"


def test_a_bot_with_a_derived_key_acts_for_its_own_people_only() -> None:
    identity = TelegramIdentity(WORKSPACE_ID, 7)
    world = World(known={identity})

    acting = world.authenticate(DERIVED, kind=CredentialKind.INTERNAL_KEY, act_as="telegram:7")

    assert acting is not None
    assert (acting.workspace_id, acting.is_bot) == (identity.workspace_id, False)
    assert world.authenticate(DERIVED, kind=CredentialKind.INTERNAL_KEY, act_as="telegram:8") is None


@pytest.mark.requirement("X-1")
def test_what_telegram_signed_is_the_person_themselves_and_they_act_for_nobody_else() -> None:
    world, identity = World(), TelegramIdentity(WORKSPACE_ID, 7)

    person = world.authenticate("signed", kind=CredentialKind.INIT_DATA)

    assert person is not None
    assert (person.user_id, person.workspace_id, person.plan) == (identity.user_id, identity.workspace_id, "tiered")
    assert person.bot_workspace_id == WORKSPACE_ID
    with pytest.raises(Forbidden):
        world.authenticate("signed", kind=CredentialKind.INIT_DATA, act_as="telegram:8")

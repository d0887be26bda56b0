"""A warm process trusts a good key for a while without asking again, and no longer than that."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.support.generations import NOW, WORKSPACE_ID

from easel.domain.generation import Channel
from easel.services.authenticate import Authenticate
from easel.services.ports import ApiKeyRecord, Write

RECORD = ApiKeyRecord(
    key_id="key-1",
    name="demo",
    workspace_id=WORKSPACE_ID,
    user_id="user-1",
    roles=frozenset({"owner"}),
    scopes=frozenset({"generations:read"}),
    channel=Channel.TELEGRAM,
)


@dataclass
class World:
    """Accounts in memory, and two clocks that are turned by hand."""

    records: dict[str, ApiKeyRecord] = field(default_factory=lambda: {"ek_good": RECORD})
    now: datetime = NOW
    seconds: float = 0.0
    reads: int = 0

    def __post_init__(self) -> None:
        self.authenticate = Authenticate(accounts=self, clock=lambda: self.now, monotonic=lambda: self.seconds)

    def find_api_key(self, api_key: str) -> ApiKeyRecord | None:
        self.reads += 1
        return self.records.get(api_key)

    def adding_workspace(self, workspace_id: str, name: str, now: datetime) -> Write:
        raise NotImplementedError

    def adding_user(self, user_id: str, name: str, now: datetime) -> Write:
        raise NotImplementedError

    def adding_member(self, workspace_id: str, user_id: str, role: str, now: datetime) -> Write:
        raise NotImplementedError

    def adding_api_key(self, api_key: str, record: ApiKeyRecord, now: datetime) -> Write:
        raise NotImplementedError


def test_a_good_key_is_a_principal_with_what_the_key_may_do() -> None:
    principal = World().authenticate("ek_good")

    assert principal is not None
    assert (principal.workspace_id, principal.user_id, principal.key_id) == (WORKSPACE_ID, "user-1", "key-1")
    assert (principal.roles, principal.scopes) == (RECORD.roles, RECORD.scopes)
    assert principal.channel is Channel.TELEGRAM


def test_an_unknown_key_is_nobody_and_is_asked_for_each_time() -> None:
    world = World()

    assert [world.authenticate("ek_bad") for _ in range(2)] == [None, None]
    assert world.reads == 2


def test_a_key_that_was_seen_is_trusted_for_half_a_minute() -> None:
    world = World()
    world.authenticate("ek_good")
    world.records.clear()

    world.seconds = 29.9
    assert world.authenticate("ek_good") is not None
    world.seconds = 30.0
    assert world.authenticate("ek_good") is None
    assert world.reads == 2


def test_a_key_ends_at_its_time_even_while_it_is_remembered() -> None:
    world = World({"ek_good": replace(RECORD, valid_until=NOW + timedelta(seconds=10))})

    assert world.authenticate("ek_good") is not None
    world.now += timedelta(seconds=10)
    assert world.authenticate("ek_good") is None


def test_a_revoked_key_is_nobody() -> None:
    assert World({"ek_good": replace(RECORD, revoked_at=NOW)}).authenticate("ek_good") is None


def test_memory_is_bounded_and_still_right() -> None:
    keys = {f"ek_{number}": replace(RECORD, key_id=f"key-{number}") for number in range(2_500)}
    world = World(keys)

    found = [world.authenticate(key) for key in keys]

    assert [principal.key_id for principal in found if principal] == [record.key_id for record in keys.values()]
    assert len(world.authenticate._remembered) <= 1_000

"""A picture that comes after its generation was deleted: nobody can reach it, so its objects are removed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.engine import WORKSPACE, Engine, Fuse, a_request, caller, running_for
from tests.support.tables import create_core_table

from easel.ids import image_id
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.images.deletions import DynamoDeletions

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> DynamoDBClient:
    return emulator.client("dynamodb")


def test_a_picture_after_the_deletion_of_its_generation_is_never_stored(client: DynamoDBClient) -> None:
    table = create_core_table(client)
    engine = Engine(client, table)
    engine.provider.default = running_for(polls=6)
    generation_id = engine.submit(a_request()).generation.id
    engine.run_until(lambda: bool(engine.provider.fetches))
    engine.cancel(caller(), generation_id)
    _mark_deleted(client, table, engine, generation_id)

    engine.run_until(lambda: bool(engine.removals.asked))

    assert engine.removals.asked[0].image_ids == (image_id(generation_id, 0),)
    assert not engine.store.objects


@pytest.mark.parametrize("killed", [False, True], ids=["alive", "killed"])
def test_a_picture_that_is_stored_while_its_generation_is_deleted_is_removed(
    client: DynamoDBClient, monkeypatch: pytest.MonkeyPatch, *, killed: bool
) -> None:
    """Also when its worker dies before it can see the deletion: the message comes again."""
    table, fuse = create_core_table(client), Fuse()
    engine = Engine(client, table, fuse=fuse)
    generation_id = engine.submit(a_request()).generation.id
    put, deleted = engine.store.put, list[str]()

    def put_beside_a_deletion(key: str, data: bytes, media_type: str) -> None:
        put(key, data, media_type)
        if not deleted:
            deleted.append(key)
            engine.cancel(caller(), generation_id)
            _mark_deleted(client, table, engine, generation_id)
            if killed:
                fuse.burns_at = len(fuse.steps) + 1

    monkeypatch.setattr(engine.store, "put", put_beside_a_deletion)

    engine.run_until(lambda: bool(engine.removals.asked))

    assert engine.store.objects
    assert {one for asked in engine.removals.asked for one in asked.image_ids} == {image_id(generation_id, 0)}


def _mark_deleted(client: DynamoDBClient, table: str, engine: Engine, generation_id: str) -> None:
    mark = DynamoDeletions(client, table).marking_generation(WORKSPACE, generation_id, engine.clock())
    DynamoTransactions(client).commit(mark)

"""All or nothing: which error comes first, and what happens when others keep getting in between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from tests.contract.repositories.conftest import Core, an_id
from tests.support.emulator import Emulator
from tests.support.generations import NOW, WORKSPACE_ID, a_generation

from easel.errors import Contended, DatabaseRefused, KeyAlreadyClaimed, StaleWrite
from easel.repositories.dynamodb import DynamoTransactions, TransactionWrite
from easel.services.ports.accounts import WorkspaceRecord

FRONT_DOOR_SECONDS = 29


class Crowded:
    """A client whose transactions lose against others the first so many times, for the reason given."""

    def __init__(self, emulator: Emulator, conflicts: int, reason: str = "TransactionConflict") -> None:
        self.client = boto3.client("dynamodb", **emulator.client_options())
        events: Any = self.client.meta.events
        events.register("before-send.dynamodb.TransactWriteItems", self._answer)
        self.left = conflicts
        self.reason = reason
        self.tokens: list[str] = []
        self.pauses: list[float] = []
        self.unit_of_work = DynamoTransactions(self.client, sleep=self.pauses.append)

    def _answer(self, request: Any, **_: object) -> AWSResponse | None:
        self.tokens.append(json.loads(request.body)["ClientRequestToken"])
        if self.left == 0:
            return None
        self.left -= 1
        body = json.dumps(self._refusal()).encode()
        return AWSResponse(request.url, 400, {}, _Body(body))  # type: ignore[arg-type]  # any mapping will do

    def _refusal(self) -> dict[str, object]:
        if self.reason == "TransactionInProgress":
            return {"__type": "com.amazonaws.dynamodb.v20120810#TransactionInProgressException"}
        return {
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled",
            "CancellationReasons": [{"Code": self.reason}],
        }


class _Body:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._data


def test_a_transaction_that_lost_is_tried_again_after_a_pause(core: Core, emulator: Emulator) -> None:
    crowded, generation = Crowded(emulator, conflicts=2), a_generation()

    crowded.unit_of_work.commit(*core.generations.creation(generation))

    assert core.stored(generation) == generation
    assert len(set(crowded.tokens)) == 3, "each try is a transaction of its own"
    assert [0 <= pause <= limit for pause, limit in zip(crowded.pauses, (0.01, 0.02), strict=True)] == [True, True]


def test_a_transaction_that_always_loses_is_given_up_and_nothing_is_written(core: Core, emulator: Emulator) -> None:
    crowded = Crowded(emulator, conflicts=100)

    with pytest.raises(Contended):
        crowded.unit_of_work.commit(*core.generations.creation(a_generation()))

    assert len(crowded.tokens) == len(crowded.pauses) > 5
    assert sum(crowded.pauses) < FRONT_DOOR_SECONDS
    assert core.items() == []


def test_a_transaction_that_is_still_at_work_is_asked_after_by_its_token(core: Core, emulator: Emulator) -> None:
    crowded = Crowded(emulator, conflicts=2, reason="TransactionInProgress")

    crowded.unit_of_work.commit(*core.generations.creation(a_generation()))

    assert len(crowded.tokens) == 3
    assert len(set(crowded.tokens)) == 1


def test_a_refusal_that_no_repetition_mends_is_raised_at_once(core: Core, emulator: Emulator) -> None:
    crowded = Crowded(emulator, conflicts=100, reason="ValidationError")

    with pytest.raises(DatabaseRefused, match="ValidationError"):
        crowded.unit_of_work.commit(*core.generations.creation(a_generation()))

    assert len(crowded.tokens) == 1


def test_the_first_failed_condition_decides_and_nothing_is_written(core: Core) -> None:
    there, fresh = core.created(), a_generation(id=an_id(7))
    workspace = core.workspaces.adding(WorkspaceRecord(WORKSPACE_ID, "ours", NOW))
    core.commit(workspace)
    known = KeyAlreadyClaimed("generation", "fingerprint")
    creation, *_ = core.generations.creation(there)
    assert isinstance(creation, TransactionWrite)
    named = TransactionWrite("named", creation.action, lambda _: known)

    with pytest.raises(KeyAlreadyClaimed) as raised:
        core.commit(*core.generations.creation(fresh), named, workspace)
    assert raised.value is known
    with pytest.raises(StaleWrite):
        core.commit(*core.generations.creation(fresh), workspace, named)

    assert core.generations.get(WORKSPACE_ID, fresh.id) is None


def test_only_what_repositories_made_can_be_committed(core: Core) -> None:
    class Foreign:
        description = "something else"

    with pytest.raises(TypeError):
        core.commit(*core.generations.creation(a_generation()), Foreign())

    assert core.items() == []

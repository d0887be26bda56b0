"""POST /api/v1/generations/{generationId}/cancel."""

from __future__ import annotations

from dataclasses import replace

from tests.functions.api.harness import CALLER, WORKSPACE, Answer, Api, Store
from tests.support.generations import GENERATION_ID, a_generation

from easel.domain import access
from easel.domain.image import Status
from easel.http import identity


def cancel(api: Api, identifier: str = GENERATION_ID, **options: object) -> Answer:
    return api.call("cancel_generation", "POST", f"/api/v1/generations/{identifier}/cancel", **options)


def test_an_open_generation_is_cancelled(api: Api, store: Store) -> None:
    store.put(a_generation(workspace_id=WORKSPACE))

    answer = cancel(api)

    assert (answer.status, answer.json["status"]) == (200, "CANCELLED")
    assert answer.json["links"]["cancel"] is None


def test_an_ended_generation_cannot_be_cancelled(api: Api, store: Store) -> None:
    store.put(a_generation(workspace_id=WORKSPACE, status=Status.COMPLETED))

    answer = cancel(api)

    assert (answer.status, answer.json["error"]["code"]) == (409, "generation_closed")


def test_a_foreign_or_unknown_generation_is_not_found(api: Api, store: Store) -> None:
    stranger = replace(CALLER, workspace_id="019a9f1c-0000-7000-8000-0000000000ff")
    store.put(a_generation(workspace_id=WORKSPACE))

    assert cancel(api, authorizer=identity.found(stranger)).status == 404
    assert cancel(api, "nonsense").status == 404
    assert store.get(WORKSPACE, GENERATION_ID) == a_generation(workspace_id=WORKSPACE)


def test_reading_does_not_suffice_for_cancelling(api: Api, store: Store) -> None:
    store.put(a_generation(workspace_id=WORKSPACE))
    reader = replace(CALLER, scopes=frozenset({access.GENERATIONS_READ}))

    assert cancel(api, authorizer=identity.found(reader)).status == 403
    assert cancel(api, authorizer=None).status == 401


def test_a_body_is_not_needed_and_an_empty_object_does_no_harm(api: Api, store: Store) -> None:
    store.put(a_generation(workspace_id=WORKSPACE))

    assert cancel(api, body={}).status == 200

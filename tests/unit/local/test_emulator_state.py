"""A restarted emulator reads streams from their beginning: it has forgotten their records."""

from __future__ import annotations

import json
from pathlib import Path

from infra.local.emulator_state import empty_in_background, forget_stream_positions
from tests.support.cloud import wait_for


def test_positions_in_streams_are_forgotten_and_all_else_is_kept(tmp_path: Path) -> None:
    state = {"payload": {"functions": {"data": {"f": 1}}, "dynamodb_stream_positions": {"data": {"mapping": 875}}}}
    (tmp_path / "lambda.json").write_text(json.dumps(state))
    forget_stream_positions(tmp_path)
    kept = json.loads((tmp_path / "lambda.json").read_text())
    assert kept["payload"]["dynamodb_stream_positions"] == {"data": {}}
    assert kept["payload"]["functions"] == {"data": {"f": 1}}


def test_a_first_start_has_nothing_to_forget(tmp_path: Path) -> None:
    forget_stream_positions(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_functions_unpacked_in_an_earlier_life_are_out_of_the_way(tmp_path: Path) -> None:
    unpacked = tmp_path / "tmp"
    (unpacked / "function").mkdir(parents=True)

    empty_in_background(unpacked)

    assert list(unpacked.iterdir()) == []
    wait_for(lambda: list(tmp_path.iterdir()) == [unpacked], within_seconds=30, what="removal of the old folder")

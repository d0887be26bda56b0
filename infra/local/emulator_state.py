"""Cleans up state of a stopped emulator that must not be used by the next one."""

import json
import shutil
import threading
import time
from pathlib import Path
from typing import Any, Final

_LAMBDA_STATE: Final = "lambda.json"
_STREAM_POSITIONS: Final = "dynamodb_stream_positions"


def empty_in_background(folder: Path) -> None:
    """Empty the folder of unpacked functions of an earlier run, in the background: they are thousands of files.

    What is left when this command ends is removed by the next one.
    """
    if folder.exists():
        folder.rename(folder.with_name(f"{folder.name}-old-{time.time_ns()}"))
    folder.mkdir(parents=True)
    for old in folder.parent.glob(f"{folder.name}-old-*"):
        threading.Thread(target=shutil.rmtree, args=(old,), kwargs={"ignore_errors": True}, daemon=True).start()


def forget_stream_positions(state_folder: Path) -> None:
    """Make functions read DynamoDB streams from the start.

    The emulator saves a function's position in a stream, but not the stream: after a restart the function would skip
    as many new records as there were old ones. Nothing is read twice, since the old records are gone.
    """
    file = state_folder / _LAMBDA_STATE
    try:
        state: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    positions = state.get("payload", {}).get(_STREAM_POSITIONS, {})
    if positions.get("data"):
        positions["data"] = {}
        file.write_text(json.dumps(state), encoding="utf-8")

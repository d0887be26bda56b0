"""What the emulator leaves behind when it stops, and what of it must not meet its next life."""

import json
import shutil
import threading
import time
from pathlib import Path
from typing import Any, Final

_LAMBDA_STATE: Final = "lambda.json"
_STREAM_POSITIONS: Final = "dynamodb_stream_positions"


def empty_in_background(folder: Path) -> None:
    """Empty the folder of functions that were unpacked in an earlier life: thousands of files, so nobody waits for it.

    What is not removed when this command ends is removed by the next one.
    """
    if folder.exists():
        folder.rename(folder.with_name(f"{folder.name}-old-{time.time_ns()}"))
    folder.mkdir(parents=True)
    for old in folder.parent.glob(f"{folder.name}-old-*"):
        threading.Thread(target=shutil.rmtree, args=(old,), kwargs={"ignore_errors": True}, daemon=True).start()


def forget_stream_positions(state_folder: Path) -> None:
    """Make functions read DynamoDB streams from their beginning.

    The emulator saves how far a function has read in a stream, but not the stream: after a restart the function would
    wait for as many new records as there were old ones. Nothing is read twice, since the old records are gone.
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

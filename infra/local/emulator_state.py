"""What the emulator gets wrong when it comes back with the state of its life before."""

import json
from pathlib import Path
from typing import Any, Final

_LAMBDA_STATE: Final = "lambda.json"
_STREAM_POSITIONS: Final = "dynamodb_stream_positions"


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

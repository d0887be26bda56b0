"""Keeps the successful answers that tests see, for the examples of the OpenAPI document (`choose_answers.py`)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

VARIABLE: Final = "EASEL_RECORD_ANSWERS"
"""The file that answers are appended to, one JSON object a line. Nothing is kept while it is not set."""


def keep(operation: str, status: int, body: str) -> None:
    """Append the JSON `body` of a successful answer."""
    if file := os.environ.get(VARIABLE):
        line = json.dumps({"operation": operation, "status": status, "body": json.loads(body)})
        # One write for a line, since several processes append to the file.
        with Path(file).open("ab", buffering=0) as recording:
            recording.write(f"{line}\n".encode())

"""Requests that schemathesis makes up from the OpenAPI document, valid and invalid, against the deployed stack.

A few examples of every operation, the same in every run of the same document. `make fuzz` makes many, in all phases.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from tests.support.cloud import REPOSITORY, LocalCloud

pytestmark = pytest.mark.long

_CONFIGURATION: Final = Path(__file__).with_name("schemathesis.toml")
_EXAMPLES: Final = int(os.environ.get("EASEL_FUZZ_EXAMPLES", "0"))
"""Of each operation; 0 for the short run."""
_SHORT: Final = ("--phases", "fuzzing", "--max-examples")
_FEW: Final = {"owner": "2"}
"""Examples of each operation in the short run; one for callers whom most routes refuse, or take as they do owners."""
_LONG: Final = ("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", str(_EXAMPLES))
_MOST_SECONDS: Final = 4 * 3_600 if _EXAMPLES else 1_200
_SHOWN_CHARACTERS: Final = 20_000


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    file = REPOSITORY / os.environ.get("EASEL_DIR", ".easel") / "local.json"
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def headers(caller: str, cloud: LocalCloud, record: dict[str, Any]) -> dict[str, str]:
    """What a caller of this kind sends with every request."""
    if caller == "stranger":
        return {}
    if caller == "bot":
        bot = {"Authorization": f"Bearer {record['botApiKey']}"}
        person = 1 + secrets.randbelow(2**50)
        with httpx.Client(base_url=cloud.api_url, trust_env=False, timeout=60) as api:
            api.post("/api/v1/users/sync", headers=bot, json={"telegram_id": person}).raise_for_status()
        return {**bot, "X-Act-As": f"telegram:{person}"}
    if caller == "admin":
        return {"Authorization": f"Bearer {record['adminToken']}"}
    # Not the demo account: what it has is counted by other tests.
    return {"Authorization": f"Bearer {cloud.new_workspace('Made up', credits=5_000).api_key}"}


@pytest.mark.requirement("X-28")
@pytest.mark.parametrize("caller", ["owner", "admin", "bot", "stranger"])
def test_every_answer_is_one_that_the_document_has(
    cloud: LocalCloud, record: dict[str, Any], caller: str, tmp_path: Path
) -> None:
    sent = [part for header in headers(caller, cloud, record).items() for part in ("--header", ": ".join(header))]
    program = str(Path(sys.executable).with_name("schemathesis"))
    place = ("--config-file", str(_CONFIGURATION), "--no-color", "run", f"{cloud.api_url}/openapi.json")

    ran = subprocess.run(  # noqa: S603 - our own tool
        [program, *place, *(_LONG if _EXAMPLES else (*_SHORT, _FEW.get(caller, "1"))), *sent],
        cwd=tmp_path,
        timeout=_MOST_SECONDS,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout[-_SHOWN_CHARACTERS:] + ran.stderr[-_SHOWN_CHARACTERS:]

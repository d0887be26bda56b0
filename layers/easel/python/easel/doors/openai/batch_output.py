"""Lines of the two files that a batch ends with, in OpenAI's form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from easel import errors
from easel.domain.batch import BatchOrigin
from easel.domain.generation import Generation
from easel.doors.openai import answers
from easel.doors.openai.door import code_of, error_of_failure, param_of, param_of_error
from easel.http import problems
from easel.http.failures import GenerationFailed
from easel.services.generations.write_batch_output import ANSWER

_BY_CODE: Final[Mapping[str, type[errors.EaselError]]] = {each.code: each for each in problems.KINDS}
_UNKNOWN: Final[Mapping[str, Any]] = {"code": GenerationFailed.code, "message": "No image was made."}


class OpenAIOutput:
    """`ports.batch_files.OutputWords`. `base_url` is where addresses of images begin."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    def answer(self, origin: BatchOrigin, generation: Generation) -> Mapping[str, Any]:
        """Both routes that a batch may name answer alike. Images are named by their addresses."""
        del origin
        return answers.by_address(generation, self._base_url).model_dump(exclude_none=True)

    def line(self, batch_id: str, custom_id: str, generation_id: str | None, outcome: Mapping[str, Any]) -> bytes:
        """One line: the answer that its request would have had. `error` is for what OpenAI's own batches do not run."""
        status, body = (200, outcome[ANSWER]) if ANSWER in outcome else _failure(outcome)
        line = {
            "id": f"batch_req_{generation_id or f'{batch_id}-{custom_id}'}",
            "custom_id": custom_id,
            "response": {"status_code": status, "request_id": generation_id or batch_id, "body": body},
            "error": None,
        }
        # ASCII: no line separator of Unicode is left to be taken for the end of a line.
        return json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def _failure(outcome: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
    error = outcome.get("error") or _UNKNOWN
    known = _BY_CODE.get(error["code"]) or error_of_failure(error["code"])
    status, kind, code = code_of(known)
    details = error.get("details") or []
    param = param_of(details[0]["field"]) if details else param_of_error(known)
    return status, {"error": {"message": error["message"], "type": kind, "param": param, "code": code}}

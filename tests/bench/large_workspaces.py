"""What requests cost in calls to AWS, in a workspace with few products and generations and in one with very many."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import islice
from typing import Any, Final

import httpx
from tests.bench import figures
from tests.bench.tables import show
from tests.support.aws_calls import counted_aws_calls
from tests.support.emulator import REGION, emulator
from tests.support.issuer import an_issuer, serving
from tests.support.large_tenant import LargeTenant
from tests.support.large_workspaces import Copies

FEW: Final = 100
MANY: Final = int(os.environ.get("EASEL_BENCH_ITEMS", "100000"))
_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]{9,}")


_AT_ONCE: Final = 5_000


class QuickCopies(Copies):
    """Copies that the emulator of `large_emulator.py` makes by itself."""

    def __init__(self, url: str, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._url = url

    def _copy(self, records: list[dict[str, Any]], names: Iterable[Mapping[str, str]]) -> None:
        scope = f"Credential=test/20260101/{REGION}/dynamodb/aws4_request"
        headers = {"X-Amz-Target": "DynamoDB_20120810.CopyRecords", "Authorization": f"AWS4-HMAC-SHA256 {scope}"}
        rest = iter(names)
        while batch := list(islice(rest, _AT_ONCE)):
            body = json.dumps({"TableName": self.table, "Records": records, "Names": batch})
            httpx.post(self._url, headers=headers, content=body, timeout=300).raise_for_status()


def report() -> None:
    """Calls, and records that queries read: what DynamoDB bills. The emulator's time says nothing about DynamoDB's."""
    with (
        emulator("tests.bench.large_emulator") as cloud,
        serving(an_issuer()) as issuer,
        counted_aws_calls() as calls,
        LargeTenant.made(cloud, issuer, calls, partial(QuickCopies, cloud.url)) as tenant,
        # Handlers print their metrics.
        contextlib.redirect_stdout(io.StringIO()),
    ):
        tenant.grow_to(FEW)
        few = tenant.measure()
        tenant.grow_to(MANY)
        many, totals = tenant.measure(), tenant.totals()
    rows = [
        (_ID.sub("{id}", path), len(made) - 1, made[-1], few[path][:-1] == made[:-1], few[path][-1] == made[-1])
        for path, made in many.items()
    ]
    title = (
        f"AWS calls with {FEW} and with {totals['/api/products']} products and {totals['/api/generations']} generations"
    )
    show(title, ("GET", "calls", "read", f"calls as at {FEW}", f"read as at {FEW}"), rows)
    figures.compare("AWS calls of GET", "number", {path: calls for path, calls, *_ in rows})
    figures.compare("records that queries read", "number", {path: int(read.split()[0]) for path, _, read, *_ in rows})

"""Runs MiniStack 1.5.33 with five patches. Run as `python -m infra.local.emulator`.

When a nested stack is updated, MiniStack loses the attributes of unchanged resources, so that every `Fn::GetAtt` of one
fails, and with it every second deployment. Root stacks keep them; the patch makes nested stacks keep them too.

S3 refuses a presigned link that is called with an `Authorization` header. MiniStack does not, so a client that sends
its API key along would fail on AWS only. The second patch refuses it here too.

The others are for speed: a condition was parsed again for every item that a query looks at, which was half of what
the emulator did in our tests; every secret was compared with the address of the one that is read; and the answer of a
function that logged nothing was kept back for 50 ms, in case a line should come.
"""

import functools
import select
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from ministack import app  # type: ignore[import-untyped] # it has no types
from ministack.core import lambda_runtime  # type: ignore[import-untyped] # as above
from ministack.services import dynamodb, s3, secretsmanager  # type: ignore[import-untyped] # as above
from ministack.services.cloudformation import _stacks, provisioners  # type: ignore[import-untyped] # as above


def keep_attributes_of_nested_resources() -> None:
    """Look up attributes that the update of a nested stack does not pass on."""
    update_resource = provisioners._update_resource  # noqa: SLF001 - there is no public way to patch it

    @functools.wraps(update_resource)
    def corrected(
        resource_type: str,
        physical_id: str,
        old_props: dict[str, Any],
        new_props: dict[str, Any],
        stack_name: str,
        logical_id: str | None = None,
        old_attrs: dict[str, Any] | None = None,
    ) -> Any:
        if old_attrs is None:
            resources = _stacks.get(stack_name, {}).get("_resources", {})
            old_attrs = resources.get(logical_id, {}).get("Attributes")
        return update_resource(resource_type, physical_id, old_props, new_props, stack_name, logical_id, old_attrs)

    provisioners._update_resource = corrected  # noqa: SLF001 - as above


_TWO_CREDENTIALS: Final = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InvalidArgument</Code>'
    b"<Message>Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string"
    b" parameter or the Authorization header should be specified</Message>"
    b"<ArgumentName>Authorization</ArgumentName></Error>"
)

_S3Request = Callable[..., Awaitable[tuple[int, dict[str, str], bytes]]]


def refuse_two_credentials() -> None:
    """Answer 400 as S3 does to a presigned link with an `Authorization` header."""
    handle_request: _S3Request = s3.handle_request

    @functools.wraps(handle_request)
    async def corrected(
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query_params: Mapping[str, Any],
        **more: Any,
    ) -> tuple[int, dict[str, str], bytes]:
        if headers.get("authorization") and "X-Amz-Signature" in query_params:
            return 400, {"Content-Type": "application/xml"}, _TWO_CREDENTIALS
        return await handle_request(method, path, headers, body, query_params, **more)

    s3.handle_request = corrected


_EXPRESSIONS: Final = 4096


def parse_each_condition_once() -> None:
    """Cache what the text of a condition says: its tokens, which nobody changes, and its faults."""
    for name in ("_tokenize", "_condition_syntax_error"):
        setattr(dynamodb, name, functools.lru_cache(maxsize=_EXPRESSIONS)(getattr(dynamodb, name)))


def find_secrets_by_name() -> None:
    """Look first at the secret with the name that the ARN has: `...:secret:<name>-<six characters>`."""
    resolve = secretsmanager._resolve  # noqa: SLF001 - there is no public way to patch it

    @functools.wraps(resolve)
    def corrected(secret_id: str, *, use_arn_scope: bool = False) -> Any:
        name = str(secret_id).rpartition(":")[2].rpartition("-")[0]
        if not use_arn_scope and secretsmanager._secrets.get(name, {}).get("ARN") == secret_id:  # noqa: SLF001 - as above
            return name, secretsmanager._secrets[name]  # noqa: SLF001 - as above
        return resolve(secret_id, use_arn_scope=use_arn_scope)

    secretsmanager._resolve = corrected  # noqa: SLF001 - as above


_FIRST_LINE_SECONDS: Final = 0.005
_LINES_SECONDS: Final = 0.25


def wait_only_for_lines_that_were_written() -> None:
    """Answer once the pipe of a function's log lines is empty: it writes them before its answer."""
    drain = lambda_runtime.Worker._drain_stderr_bounded  # noqa: SLF001 - there is no public way to patch it

    @functools.wraps(drain)
    def corrected(worker: Any, first_line_wait: float = _FIRST_LINE_SECONDS, **more: float) -> str:
        process = worker._proc  # noqa: SLF001 - as above
        end = time.monotonic() + _LINES_SECONDS
        while process and select.select([process.stderr], [], [], 0)[0] and time.monotonic() < end:
            time.sleep(0.001)  # a thread of the emulator reads them
        lines: str = drain(worker, first_line_wait, **more)
        return lines

    lambda_runtime.Worker._drain_stderr_bounded = corrected  # noqa: SLF001 - as above


if __name__ == "__main__":
    keep_attributes_of_nested_resources()
    refuse_two_credentials()
    parse_each_condition_once()
    find_secrets_by_name()
    wait_only_for_lines_that_were_written()
    app.main()

"""Secrets of Secrets Manager, at most five minutes old, so that a replaced one reaches warm processes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from time import monotonic
from typing import Final

from easel.aws_errors import code_of, raised_as
from easel.errors import SecretUnavailable
from easel.observability import describe_error, logger
from easel.signing import Keys
from easel.wiring.aws import aws_client
from easel.wiring.env import SigningKey

MAX_AGE_SECONDS: Final = 300.0
RECHECK_SECONDS: Final = 30.0
"""How old a key may be when it refuses a signature: another process may have signed with a newer one."""

_CURRENT: Final = "AWSCURRENT"
_PREVIOUS: Final = "AWSPREVIOUS"
_NO_SUCH_VERSION: Final = "ResourceNotFoundException"

_cached: dict[tuple[str, str], tuple[float, str | None]] = {}
"""(ARN, stage) -> when it was read, and the text; None for a stage that no version has."""
_written: set[str] = set()
"""ARNs of secrets that have more than the version that the stack made: for good."""


def secret(arn: str) -> str:
    """The current text of a secret.

    Raises:
        SecretUnavailable: it could not be read.
    """
    return next(versions(arn, previous=False))


def versions(arn: str, *, previous: bool) -> Iterator[str]:
    """The texts to verify with, the current one first; with `previous` also the one that it replaced.

    Whoever asks for more than there are makes us read them again, but not more often than every `RECHECK_SECONDS`.

    Raises:
        SecretUnavailable: a text could not be read.
    """
    for max_age in (MAX_AGE_SECONDS, RECHECK_SECONDS):
        for stage in (_CURRENT, _PREVIOUS) if previous else (_CURRENT,):
            text = _recent(arn, stage, max_age)
            if text is not None:
                yield text


def was_written(arn: str) -> bool:
    """Whether this secret was written since the stack made it. Its text is not read.

    Raises:
        SecretUnavailable: it could not be looked up.
    """
    if arn not in _written:
        with raised_as(SecretUnavailable, "A secret could not be looked up. Please try again."):
            stages = aws_client("secretsmanager").describe_secret(SecretId=arn)["VersionIdsToStages"]
        if len(stages) == 1:
            return False
        _written.add(arn)
    return True


def signing_keys(env: SigningKey) -> Keys:
    """The keys for `easel.signing`. They are read when there is something to sign or to verify."""
    return partial(_signing_keys, env.SIGNING_SECRET_ARN)


def forget() -> None:
    """Read every secret anew: for tests that replace one or work on several deployments."""
    _cached.clear()
    _written.clear()


def _signing_keys(arn: str) -> Iterator[bytes]:
    return (text.encode("utf-8") for text in versions(arn, previous=True))


def _recent(arn: str, stage: str, max_age: float) -> str | None:
    read_at, text = _cached.get((arn, stage), (float("-inf"), None))
    now = monotonic()
    if now - read_at < max_age:
        return text
    try:
        text = _read(arn, stage)
    except SecretUnavailable as error:
        if text is None:
            raise
        # An outage of Secrets Manager does not stop what works: the text that we have serves until the next attempt.
        logger.warning("secret not read again", extra=describe_error(error))
        now -= MAX_AGE_SECONDS - RECHECK_SECONDS
    _cached[arn, stage] = (now, text)
    return text


def _read(arn: str, stage: str) -> str | None:
    try:
        with raised_as(SecretUnavailable, "A secret could not be read. Please try again."):
            found: str = aws_client("secretsmanager").get_secret_value(SecretId=arn, VersionStage=stage)["SecretString"]
    except SecretUnavailable as error:
        refusal = error.__cause__
        if stage == _PREVIOUS and isinstance(refusal, Exception) and code_of(refusal) == _NO_SUCH_VERSION:
            return None
        raise
    return found

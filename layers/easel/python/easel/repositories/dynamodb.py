"""Transactions whose members say what failed, and the errors of DynamoDB as ours."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from easel.aws_errors import code_of, may_pass
from easel.errors import Contended, DatabaseRefused, DatabaseUnavailable, EaselError
from easel.repositories.attribute_values import from_item
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MAX_TRIES: Final = 40
_FIRST_PAUSE: Final = 0.01
_LONGEST_PAUSE: Final = 1.0
"""Seconds. All tries together take about twenty, of the 29 that a front door has.

The first pause is about as long as a transaction keeps its items: a write that meets one other is through after it.
Modelled: of 1,000 requests at one moment for one wallet, of which each keeps it for 12 ms, all get through in 15 s.
"""
_CONTENTION: Final = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


def full_jitter(attempt: int, *, first: float, longest: float) -> float:
    """Seconds to wait before the next try (counted from 0): anything up to a limit that doubles."""
    return random.uniform(0, min(first * 2**attempt, longest))  # noqa: S311 - spreads load, keeps no secret


def database_error(error: BotoCoreError | ClientError) -> EaselError:
    """The error of ours for what the client raised."""
    if may_pass(error):
        return DatabaseUnavailable("The database does not answer. Please try again.")
    return DatabaseRefused(f"The database refused a request ({code_of(error) or type(error).__name__}).")


Upgrade = Callable[[dict[str, Any]], bool]
"""Gets the item on which a condition failed. If that has an older form it is brought to today's; returns whether."""


def is_current(_: dict[str, Any]) -> bool:
    """The `Upgrade` of items that have one form only."""
    return False


@dataclass(frozen=True, slots=True)
class TransactionWrite:
    """A member of a transaction.

    `action` is one entry of TransactItems. `on_conflict` gets the item that is there (None when there is none) and
    makes the error to raise. Where `upgrade` returns true, the transaction comes again instead.
    """

    description: str
    action: Mapping[str, Any]
    on_conflict: Callable[[dict[str, Any] | None], EaselError]
    upgrade: Upgrade = is_current


class DynamoTransactions:
    """`UnitOfWork` by TransactWriteItems (at most 100 members)."""

    def __init__(self, client: DynamoDBClient, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._sleep = sleep

    def commit(self, *writes: Write) -> None:
        """See `ports.transactions.UnitOfWork.commit`.

        Losing against another transaction is normal and retried with full jitter. A wallet is one item: of many
        submits at the same moment one gets through at a time, the others come again.
        """
        members = [write for write in writes if isinstance(write, TransactionWrite)]
        if len(members) != len(writes):
            raise TypeError("a transaction takes members made by the repositories only")
        items: Any = [member.action for member in members]
        token = str(uuid.uuid4())
        for attempt in range(_MAX_TRIES):
            try:
                self._client.transact_write_items(TransactItems=items, ClientRequestToken=token)
            except self._client.exceptions.TransactionCanceledException as error:
                _raise_conflict(members, error)
                token = str(uuid.uuid4())
            except self._client.exceptions.TransactionInProgressException:
                # The SDK asked twice and the first call is still at work: with its token we learn how that one ended.
                pass
            except (BotoCoreError, ClientError) as error:
                raise database_error(error) from error
            else:
                return
            self._sleep(full_jitter(attempt, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE))
        raise Contended("Too many changes at the same time; nothing was written, please try again.")


def _raise_conflict(members: list[TransactionWrite], error: ClientError) -> None:
    """Raise what the first failed condition means; return when the transaction is to come again."""
    reasons: list[dict[str, Any]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]  # stub has no such key
    for member, reason in zip(members, reasons, strict=False):
        if reason.get("Code") == "ConditionalCheckFailed":
            found = from_item(reason["Item"]) if reason.get("Item") else None
            if found and member.upgrade(found):
                return
            raise member.on_conflict(found) from error
    if not any(reason.get("Code") in _CONTENTION for reason in reasons):
        codes = {reason["Code"] for reason in reasons if reason.get("Code") not in (None, "None")}
        raise DatabaseRefused(f"The database refused a transaction ({', '.join(sorted(codes))}).") from error

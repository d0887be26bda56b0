"""Small values that several records of a generation hold, mapped by hand in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from easel.clock import from_iso, to_iso
from easel.domain.image import Adjustment, Failure
from easel.domain.limits import MESSAGE, shortened
from easel.domain.request import Fallback, Routing


def failure_values(failure: Failure | None) -> dict[str, Any] | None:
    if failure is None:
        return None
    return without_none(
        {
            "code": failure.code,
            "message": shortened(failure.message, MESSAGE),
            "retryable": failure.retryable or None,
            "accountEmpty": failure.account_empty or None,
        }
    )


def failure_from(values: Mapping[str, Any] | None) -> Failure | None:
    if values is None:
        return None
    return Failure(
        values["code"],
        values["message"],
        retryable=values.get("retryable", False),
        account_empty=values.get("accountEmpty", False),
    )


def adjustment_values(adjustment: Adjustment) -> dict[str, Any]:
    return {
        "field": adjustment.field,
        "asked": shortened(adjustment.asked, MESSAGE),
        "made": shortened(adjustment.made, MESSAGE),
        "reason": shortened(adjustment.reason, MESSAGE),
    }


def adjustment_from(values: Mapping[str, Any]) -> Adjustment:
    return Adjustment(values["field"], values["asked"], values["made"], values["reason"])


def routing_values(routing: Routing) -> dict[str, Any]:
    return without_none(
        {
            "provider": routing.provider,
            "fallback": routing.fallback.value if routing.fallback else None,
            "afterRefusal": routing.after_refusal or None,
        }
    )


def routing_from(values: Mapping[str, Any]) -> Routing:
    fallback = values.get("fallback")
    return Routing(
        provider=values.get("provider"),
        fallback=Fallback(fallback) if fallback else None,
        after_refusal=values.get("afterRefusal", False),
    )


def iso(moment: datetime | None) -> str | None:
    return to_iso(moment) if moment else None


def moment_from(text: str | None) -> datetime | None:
    return from_iso(text) if text else None


def without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without absent values: what is not there takes no bytes of an item, and every write pays for all of its bytes."""
    return {name: value for name, value in values.items() if value is not None}


def without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without absent values, empty lists and empty maps."""
    return {name: value for name, value in values.items() if value not in (None, [], {})}

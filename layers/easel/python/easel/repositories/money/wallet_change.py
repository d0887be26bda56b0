"""One change of a wallet, as expressions of DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from easel.domain.credits import (
    Wallet,
)


@dataclass(slots=True)
class WalletChange:
    """One update of a wallet: its expressions and their values."""

    sets: list[str]
    conditions: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    removes: list[str] = field(default_factory=list)

    @property
    def expression(self) -> str:
        removed = f" REMOVE {', '.join(self.removes)}" if self.removes else ""
        return f"SET {', '.join(self.sets)}{removed} ADD version :one"

    def take(self, wallet: Wallet, taken: Mapping[str, int]) -> None:
        """Deduct amounts from grants.

        A grant that this uses up must be unchanged since it was read. For the others it is enough that something
        remains, so that concurrent charges do not conflict.
        """
        for number, (grant_id, amount) in enumerate(taken.items()):
            grant, n = f"grants.#g{number}.remaining", f":taken{number}"
            self.names[f"#g{number}"] = grant_id
            self.values[n] = amount
            if wallet.grants[grant_id].remaining == amount:
                self.conditions.append(f"{grant} = {n}")
                self.removes.append(f"grants.#g{number}")
            else:
                self.conditions.append(f"{grant} > {n}")
                self.sets.append(f"{grant} = {grant} - {n}")

    def tell_low(self, wallet: Wallet) -> None:
        """Record that the owner is told of a low balance, which is done once until credits are granted."""
        self.values[":granted"] = wallet.granted
        self.conditions += ["granted = :granted", "(attribute_not_exists(lowToldAt) OR lowToldAt <> :granted)"]
        self.sets.append("lowToldAt = :granted")

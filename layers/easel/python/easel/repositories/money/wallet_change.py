"""One change of a wallet, as expressions of DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from easel.domain.credits import Wallet
from easel.repositories.table import Change


@dataclass(slots=True)
class WalletChange(Change):
    """One update of a wallet, which is counted in its `version`."""

    def __post_init__(self) -> None:
        self.sets.append("version = version + :one")
        self.values[":one"] = 1

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

"""What the users of a bot have spent, all of them in one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from easel.domain.credits import Wallet
from easel.domain.identities import TelegramIdentity
from easel.services.accounts.principal import Principal
from easel.services.ports.pages import Page


class BotUsers(Protocol):
    """The users of a bot."""

    def of_bot(self, bot_workspace_id: str, *, limit: int, after: str | None) -> Page[int]:
        """Telegram ids, in the order of their digits."""
        ...


class ManyWallets(Protocol):
    """Wallets by workspace."""

    def wallets(self, workspace_ids: Sequence[str]) -> Mapping[str, Wallet]: ...


@dataclass(frozen=True, slots=True)
class UserSpend:
    """A user, and what the ledger has for them."""

    telegram_id: int
    user_id: str
    wallet: Wallet


class ReadSpend:
    """Two reads for a hundred users: who they are, and their wallets."""

    def __init__(self, *, users: BotUsers, wallets: ManyWallets) -> None:
        self._users = users
        self._wallets = wallets

    def __call__(self, bot: Principal, *, limit: int, after: str | None) -> Page[UserSpend]:
        """A page of the bot's users. Those without a wallet yet have spent nothing."""
        page = self._users.of_bot(bot.workspace_id, limit=limit, after=after)
        people = {number: TelegramIdentity(bot.workspace_id, number) for number in page.items}
        wallets = self._wallets.wallets([person.workspace_id for person in people.values()])

        def spend(number: int) -> UserSpend:
            person = people[number]
            wallet = wallets.get(person.workspace_id) or Wallet(person.workspace_id)
            return UserSpend(number, person.user_id, wallet)

        return page.map(spend)

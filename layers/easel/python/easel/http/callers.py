"""Who may call a route, as the type of a parameter: enforced before the route runs, and shown in the OpenAPI document.

    def read_wallet(caller: callers.WalletRead) -> Response[WalletBody]:

A route that is not public has one of these. Scopes are checked after the fields of the request; a route with several
dependencies has them resolved in the order of its parameters.

Without `from __future__ import annotations`: the framework reads the annotations for each request, and would compile
their text each time.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final, get_type_hints

from aws_lambda_powertools.event_handler import Depends
from aws_lambda_powertools.event_handler.request import Request

from easel.domain import access
from easel.errors import CredentialMissing, Forbidden
from easel.http.identity import MISSING_TEXT
from easel.http.resolver import CALLER, TICKET
from easel.services.accounts.principal import Principal


class Holding(Depends):
    """A caller that holds `scope`; any authenticated caller where it is None.

    With `or_telegram_user` also a person whom a bot brought: routes about Telegram users let them ask about themselves.
    """

    def __init__(self, scope: str | None, *, or_telegram_user: bool = False) -> None:
        super().__init__(_reader(scope, or_telegram_user=or_telegram_user))
        self.scope: Final = scope


def _reader(scope: str | None, *, or_telegram_user: bool) -> Callable[[Request], Principal]:
    def caller(request: Request) -> Principal:
        principal: Principal | None = request.context.get(CALLER)
        if principal is None:
            raise CredentialMissing(MISSING_TEXT)
        themselves = or_telegram_user and principal.bot_workspace_id is not None
        if scope is not None and scope not in principal.scopes and not themselves:
            raise Forbidden(f"This credential lacks the scope {scope}.")
        return principal

    return caller


def required(route: Callable[..., Any]) -> Holding | None:
    """What the function of a route asks of its caller; None where it asks for no caller."""
    hints = get_type_hints(route, include_extras=True).values()
    wanted = (extra for hint in hints for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Holding))
    return next(wanted, None)


class HoldingOrTicket(Holding):
    """The same, or None where a ticket in the query stands for the credential: the route redeems it."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        with_credential = self.dependency

        def caller(request: Request) -> Principal | None:
            by_ticket = request.context.get(CALLER) is None and TICKET in (request.query_parameters or {})
            return None if by_ticket else with_credential(request)

        self.dependency = caller


Anyone = Annotated[Principal, Holding(None)]
GenerationsRead = Annotated[Principal, Holding(access.GENERATIONS_READ)]
GenerationsReadOrTicket = Annotated[Principal | None, HoldingOrTicket(access.GENERATIONS_READ)]
GenerationsWrite = Annotated[Principal, Holding(access.GENERATIONS_WRITE)]
WalletRead = Annotated[Principal, Holding(access.WALLET_READ)]
WalletGrant = Annotated[Principal, Holding(access.WALLET_GRANT)]
WorkspaceRead = Annotated[Principal, Holding(access.WORKSPACE_READ)]
WorkspaceAdmin = Annotated[Principal, Holding(access.WORKSPACE_ADMIN)]
KeysWrite = Annotated[Principal, Holding(access.KEYS_WRITE)]
UsersSync = Annotated[Principal, Holding(access.USERS_SYNC)]
ActAsTelegram = Annotated[Principal, Holding(access.ACT_AS_TELEGRAM)]
UsersGrant = Annotated[Principal, Holding(access.USERS_GRANT)]
BotOrNewUser = Annotated[Principal, Holding(access.USERS_SYNC, or_telegram_user=True)]
BotOrUser = Annotated[Principal, Holding(access.ACT_AS_TELEGRAM, or_telegram_user=True)]
GalleryModerate = Annotated[Principal, Holding(access.GALLERY_MODERATE)]
DebugRead = Annotated[Principal, Holding(access.DEBUG_READ)]

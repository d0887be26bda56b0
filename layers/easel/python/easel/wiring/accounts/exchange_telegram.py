"""Sign-in from a Telegram Mini App."""

from datetime import timedelta
from functools import partial

from easel.clock import system_clock
from easel.identity.sessions import Sessions
from easel.identity.telegram import MiniAppSignature, read_bot
from easel.repositories.accounts.users import DynamoInitDataClaims
from easel.repositories.accounts.workspaces import DynamoWorkspaces
from easel.services.accounts.exchange_telegram import ExchangeTelegram
from easel.wiring.accounts.sync_users import sync_users
from easel.wiring.aws import dynamodb
from easel.wiring.env import Accounts, SessionKey, TelegramBot
from easel.wiring.secrets import secret, versions


class SignInEnv(Accounts, SessionKey, TelegramBot):
    """Environment of the exchange of initData for a token."""


def sign_in_with_telegram(env: SignInEnv) -> ExchangeTelegram:
    """Exchange a Mini App's initData for a session token."""
    return ExchangeTelegram(
        verify=MiniAppSignature(
            lambda: read_bot(secret(env.TELEGRAM_BOT_SECRET_ARN)),
            max_age=timedelta(seconds=env.INIT_DATA_MAX_AGE_SECONDS),
        ),
        claims=DynamoInitDataClaims(dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        sync_users=sync_users(env),
        sign=Sessions(partial(versions, env.SESSION_SECRET_ARN, previous=False)).sign,
        clock=system_clock,
    )

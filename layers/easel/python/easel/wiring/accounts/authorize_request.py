"""The authorizer: credentials and request rates."""

from datetime import timedelta
from functools import cache, partial

from easel.clock import system_clock
from easel.domain.plans import RateLimits
from easel.identity.sessions import Sessions
from easel.identity.telegram import BotKey, MiniAppSignature, TelegramBot, read_bot
from easel.identity.tokens import Tokens, TrustedIssuer
from easel.observability import count
from easel.repositories.accounts.api_keys import DynamoApiKeys
from easel.repositories.accounts.rate_counters import DynamoRateCounters
from easel.repositories.accounts.users import DynamoUsers
from easel.repositories.accounts.workspaces import DynamoWorkspaces
from easel.services.accounts.authenticate import Authenticate
from easel.services.accounts.internal_callers import NETWORK
from easel.services.accounts.rate_limits import LimitRequests
from easel.wiring.accounts.internal_callers import internal_callers
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable, InternalNetworks, LightClients, RateLimitDefaults, SessionKey
from easel.wiring.env import TelegramBot as TelegramBotSecret
from easel.wiring.env_objects import TokenIssuers
from easel.wiring.secrets import secret, versions

__all__ = ["NETWORK", "AuthorizerEnv", "authenticate", "internal_callers", "rate_limits"]


class AuthorizerEnv(
    LightClients, CoreTable, RateLimitDefaults, SessionKey, TokenIssuers, TelegramBotSecret, InternalNetworks
):
    """Environment of the authorizer."""


@cache
def authenticate(env: AuthorizerEnv) -> Authenticate:
    """Find the principal of a credential. One per process, because it caches."""
    return Authenticate(
        api_keys=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME),
        verify_token=_tokens(env),
        verify_bot_key=BotKey(partial(_bot, env)),
        verify_init_data=MiniAppSignature(partial(_bot, env), max_age=timedelta(seconds=env.INIT_DATA_MAX_AGE_SECONDS)),
        clock=system_clock,
    )


@cache
def rate_limits(env: RateLimitDefaults) -> LimitRequests:
    """Count requests and limit them. One per process, because it remembers what is left."""
    return LimitRequests(
        counters=DynamoRateCounters(dynamodb(), env.EPHEMERAL_TABLE_NAME),
        standard=RateLimits(
            user_per_minute=env.RATE_LIMIT_USER_PER_MINUTE,
            workspace_per_hour=env.RATE_LIMIT_WORKSPACE_PER_HOUR,
            address_per_minute=env.RATE_LIMIT_ADDRESS_PER_MINUTE,
        ),
        clock=system_clock,
        on_failure=lambda: count("RequestsNotCounted"),
    )


def _tokens(env: AuthorizerEnv) -> Tokens:
    issuers = [
        TrustedIssuer(
            issuer=issuer.issuer,
            audiences=issuer.audiences,
            jwks_url=issuer.jwks_url,
            groups_claim=issuer.groups_claim or "groups",
            operator_group=issuer.operator_group or None,
        )
        for issuer in env.TOKEN_ISSUERS
    ]
    return Tokens(issuers, Sessions(partial(versions, env.SESSION_SECRET_ARN, previous=False)))


def _bot(env: TelegramBotSecret) -> TelegramBot | None:
    return read_bot(secret(env.TELEGRAM_BOT_SECRET_ARN))

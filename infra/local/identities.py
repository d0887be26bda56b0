"""Demo identities: a user, an operator of the platform, and a Telegram bot.

The people are users of the emulated user pool and sign in as on AWS: the pool signs their tokens with its keys, which
the authorizer fetches. Passwords are generated each time and not stored.
"""

import contextlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from infra.local import emulator_fixups
from infra.local.clients import Clients
from infra.local.failures import ToolError

TELEGRAM_BOT_TOKEN: Final = "1000000001:easel-local-bot-which-telegram-does-not-know"  # noqa: S105 - no real secret
"""Signs `initData` locally, so that Mini Apps can be tested without Telegram."""

_CREDITS: Final = 1_000
_OPERATORS: Final = "operators"
USER: Final = "user@demo.example"
_ADMIN: Final = "admin@demo.example"
_ASK_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class DemoIdentities:
    """Their credentials. Tokens expire after a day; `make up` renews them."""

    user_token: str
    admin_token: str
    bot_api_key: str
    bot_workspace_id: str

    def as_record(self) -> dict[str, str]:
        """Their entries in `local.json`."""
        names = {"user_token": "userToken", "admin_token": "adminToken", "bot_api_key": "botApiKey",
                 "bot_workspace_id": "botWorkspaceId"}  # fmt: skip
        return {names[name]: value for name, value in asdict(self).items()} | {"telegramBotToken": TELEGRAM_BOT_TOKEN}


def open_identities(
    clients: Clients, api_url: str, outputs: Mapping[str, str], known: Mapping[str, Any]
) -> DemoIdentities:
    """Sign the people in, creating missing ones, and keep or create the bot. Raises ToolError."""
    try:
        user, admin = (_sign_in(clients, outputs, name) for name in (USER, _ADMIN))
        key, workspace_id = _bot(clients, api_url, outputs, known)
        bot = {"token": TELEGRAM_BOT_TOKEN, "workspaceId": workspace_id}
        emulator_fixups.set_secret(clients, outputs["TelegramBotSecretArn"], json.dumps(bot))
    except (ClientError, BotoCoreError, ValueError, KeyError, TypeError) as error:
        raise ToolError(f"The demo identities could not be made ({type(error).__name__}: {error}).") from error
    return DemoIdentities(user_token=user, admin_token=admin, bot_api_key=key, bot_workspace_id=workspace_id)


def _sign_in(clients: Clients, outputs: Mapping[str, str], email: str) -> str:
    """The access token of a person with credits."""
    pool, users = outputs["UserPoolId"], clients.user_pools
    # One character of each kind that the pool's policy requires, and a random part.
    password = f"Aa1-{secrets.token_urlsafe(24)}"
    create_person(clients, outputs, email)
    if email == _ADMIN:
        users.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=_OPERATORS)
    users.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
    _fund(clients, outputs, email)
    answer = users.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=outputs["UserPoolClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )
    return answer["AuthenticationResult"]["AccessToken"]


def create_person(clients: Clients, outputs: Mapping[str, str], email: str) -> None:
    """Add a person to the user pool, unless they are there already."""
    users = clients.user_pools
    attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    # An existing user is what was wanted.
    with contextlib.suppress(users.exceptions.UsernameExistsException):
        users.admin_create_user(
            UserPoolId=outputs["UserPoolId"],
            Username=email,
            UserAttributes=attributes,  # type: ignore[arg-type] # plain dictionaries have the type of attributes
            MessageAction="SUPPRESS",
        )


def subject_of(clients: Clients, outputs: Mapping[str, str], email: str) -> str:
    """Who a person of the user pool is in their tokens."""
    user = clients.user_pools.admin_get_user(UserPoolId=outputs["UserPoolId"], Username=email)
    return next(each["Value"] for each in user["UserAttributes"] if each["Name"] == "sub")


def _fund(clients: Clients, outputs: Mapping[str, str], email: str) -> None:
    """Grant credits to their personal workspace once; an existing one keeps its balance."""
    subject = subject_of(clients, outputs, email)
    payload = {"issuer": outputs["TokenIssuer"], "subject": subject, "ownerName": email, "credits": _CREDITS}
    operate(clients, outputs, payload)


def _bot(clients: Clients, api_url: str, outputs: Mapping[str, str], known: Mapping[str, Any]) -> tuple[str, str]:
    """(key, workspace id) of the bot: the recorded ones while the key is valid."""
    key, workspace_id = known.get("botApiKey"), known.get("botWorkspaceId")
    if key and workspace_id and _is_good(api_url, key):
        return key, workspace_id
    payload = {"workspaceName": "Demo bot", "ownerName": "Demo bot's owner", "keyName": "make up", "key": "bot"}
    made = operate(clients, outputs, {**payload, "credits": _CREDITS})
    return made["apiKey"], made["workspaceId"]


def _is_good(api_url: str, key: str) -> bool:
    headers = {"Authorization": f"Bearer {key}"}
    try:
        answer = httpx.get(f"{api_url}/api/v1/me", headers=headers, timeout=_ASK_SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        raise ToolError(f"The API at {api_url} does not answer ({error}).") from error
    return answer.is_success


def operate(clients: Clients, outputs: Mapping[str, str], payload: Mapping[str, Any]) -> dict[str, Any]:
    """Invoke the operators' function. Raises ToolError when it fails."""
    name = outputs["ProvisionWorkspaceFunctionName"]
    answer = clients.functions.invoke(FunctionName=name, Payload=json.dumps(payload).encode())
    made: dict[str, Any] = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise ToolError(f"{name} failed: {made.get('errorMessage', made)}")
    return made

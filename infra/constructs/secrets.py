"""The secrets: those that sign are generated, those of vendors and of Telegram's bot are written by an operator."""

from typing import Final

from aws_cdk import ArnFormat, SecretValue, Stack
from aws_cdk import aws_secretsmanager as secrets
from infra.constructs.nag import acknowledge
from infra.constructs.retention import removal_policy
from infra.provider_settings import WAVESPEED
from infra.settings import StageSettings

from constructs import Construct

UNSET_VENDOR_KEY: Final = "unset"
"""What a vendor's secret says until an operator has written the key."""


class Secrets:
    """The secrets that sign, the bot's, one for each vendor that takes a key, and one for each that signs callbacks.

    They are children of `scope`. The `..._arn`s are what a policy names to let a function read one.
    """

    def __init__(self, scope: Construct, settings: StageSettings) -> None:
        self._scope = scope
        self._settings = settings
        self.signing = self._signing()
        self.vendors = {
            provider.name: self._vendor(f"{provider.name.capitalize()}Key", name=provider.name)
            for provider in settings.providers
            if provider.has_key
        }
        self.webhooks = {WAVESPEED: self._webhook("WavespeedWebhook", provider=WAVESPEED)}
        self.session = self._session()
        self.telegram_bot = self._telegram_bot()

    @property
    def signing_arn(self) -> str:
        """What a policy names to let a function read the signing secret."""
        return self._policy_arn(self.signing, "signing")

    def vendor_arn(self, provider: str) -> str:
        """What a policy names to let a function read the key of this provider."""
        return self._policy_arn(self.vendors[provider], provider)

    @property
    def session_arn(self) -> str:
        """What a policy names to let a function sign or read our own tokens."""
        return self._policy_arn(self.session, "session")

    @property
    def telegram_bot_arn(self) -> str:
        """What a policy names to let a function check what Telegram signed for our bot."""
        return self._policy_arn(self.telegram_bot, "telegram-bot")

    def webhook_arn(self, provider: str) -> str:
        """What a policy names to let a function read what this provider signs its callbacks with."""
        return self._policy_arn(self.webhooks[provider], _webhook_name(provider))

    def _signing(self) -> secrets.Secret:
        generated = secrets.SecretStringGenerator(password_length=64, exclude_punctuation=True)
        secret = secrets.Secret(
            self._scope,
            "Signing",
            secret_name=self._name("signing"),
            description="Signs page cursors, quotes and the addresses for callbacks.",
            generate_secret_string=generated,
            removal_policy=removal_policy(self._settings),
        )
        acknowledge(
            secret,
            "AwsSolutions-SMG4",
            because="An operator replaces it by writing a new value: functions sign with it within five minutes, and"
            " what the value before signed stays good until the next one. What it signs is worth little for longer.",
        )
        return secret

    def _session(self) -> secrets.Secret:
        secret = secrets.Secret(
            self._scope,
            "Session",
            secret_name=self._name("session"),
            description="Signs the tokens of Telegram Mini App users.",
            generate_secret_string=secrets.SecretStringGenerator(password_length=64, exclude_punctuation=True),
            removal_policy=removal_policy(self._settings),
        )
        acknowledge(
            secret,
            "AwsSolutions-SMG4",
            because="Its tokens live for an hour; an operator replaces it by writing a new value, and people open their"
            " Mini App again.",
        )
        return secret

    def _telegram_bot(self) -> secrets.Secret:
        secret = secrets.Secret(
            self._scope,
            "TelegramBot",
            secret_name=self._name("telegram-bot"),
            description='The bot whose Mini Apps sign in here: {"token": "...", "workspaceId": "..."}.',
            secret_string_value=SecretValue.unsafe_plain_text(UNSET_VENDOR_KEY),
            removal_policy=removal_policy(self._settings),
        )
        acknowledge(
            secret,
            "AwsSolutions-SMG4",
            because="Telegram issues this token by hand and has no interface to rotate it; an operator writes it.",
        )
        return secret

    def _vendor(self, id: str, *, name: str) -> secrets.Secret:
        secret = secrets.Secret(
            self._scope,
            id,
            secret_name=self._name(name),
            description=f"API key of the provider {name}, as a bare string.",
            secret_string_value=SecretValue.unsafe_plain_text(UNSET_VENDOR_KEY),
            removal_policy=removal_policy(self._settings),
        )
        acknowledge(
            secret,
            "AwsSolutions-SMG4",
            because="The vendor issues this key by hand and has no interface to rotate it; an operator writes it.",
        )
        return secret

    def _webhook(self, id: str, *, provider: str) -> secrets.Secret:
        secret = secrets.Secret(
            self._scope,
            id,
            secret_name=self._name(_webhook_name(provider)),
            description=f"What the provider {provider} signs its callbacks with, as a bare string.",
            secret_string_value=SecretValue.unsafe_plain_text(UNSET_VENDOR_KEY),
            removal_policy=removal_policy(self._settings),
        )
        acknowledge(
            secret, "AwsSolutions-SMG4", because="The vendor makes it, and an operator writes down what it says."
        )
        return secret

    def _name(self, name: str) -> str | None:
        # A fixed name is reserved for weeks after a deletion, so only the emulator gets one: policies need it there.
        return f"{self._settings.stack_name}/{name}" if self._settings.emulated else None

    def _policy_arn(self, secret: secrets.Secret, name: str) -> str:
        if not self._settings.emulated:
            return secret.secret_arn
        # The emulator's reference to a secret is its name, while its policies are checked against the whole ARN.
        return Stack.of(self._scope).format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=f"{self._name(name)}-??????",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )


def _webhook_name(provider: str) -> str:
    return f"{provider}-webhook"

"""The environment variables of all functions, and the resources that some of them name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Final

from tests.support.emulator import Emulator, unique_name
from tests.support.issuer import AUDIENCE, ISSUER, Issuer
from tests.support.tables import create_core_table, create_ephemeral_table, create_ledger_table

OPERATOR_GROUP: Final = "staff"
_PLAIN: Final = {
    "RATE_LIMIT_USER_PER_MINUTE": "10000",
    "RATE_LIMIT_WORKSPACE_PER_HOUR": "10000",
    "RATE_LIMIT_ADDRESS_PER_MINUTE": "10000",
    "UPLOAD_SCAN": "false",
    "PROVIDER_SETTINGS": json.dumps({"wavespeed": {}, "nanobanana": {}}),
    "PUBLIC_BASE_URL": "https://easel.example",
    "CONTENT_BASE_URL": "https://easel.example",
    "INTERNAL_NETWORKS": "",
    "IMAGES_BASE_URL": "",
    "WORKER_SECONDS": "60",
    "WORKER_MEMORY_MB": "512",
    "EASEL_DOORS": "canonical,shop,workspace,bot,content,studio,openai",
    "CONTENT_MODEL": "sandbox",
    "STUDIO_MODEL": "sandbox",
    "CONTENT_PROVIDER": "any",
    "INIT_DATA_MAX_AGE_SECONDS": "3600",
    "TRIAL_CREDITS": "5",
    "REFERENCE_TRUSTED_ORIGINS": "http://127.0.0.1:8000",
    "WEBHOOK_TRUSTED_ORIGINS": "http://127.0.0.1:8000",
    "AWS_CLIENTS": "botocore",
    "DELIVERY_ROLE_ARN": "arn:aws:iam::000000000000:role/easel-delivery",
    "OWN_ACCOUNT_DESTINATIONS": "true",
    "TRIAL_DAYS": "30",
    "TRASH_DAYS": "30",
    "STARS_RATE": "1/10",
    "STARS_MINIMUM": "10",
}
_QUEUES: Final = (
    *("GENERATIONS_QUEUE_URL", "BATCHES_QUEUE_URL", "WEBHOOKS_QUEUE_URL", "SLOW_WEBHOOKS_QUEUE_URL"),
    *("UPLOADS_QUEUE_URL", "ARCHIVES_QUEUE_URL", "DELETIONS_QUEUE_URL"),
)


class Environment(MutableMapping[str, str]):
    """Values by the names of variables. A resource is made when its variable is read: most tests read few."""

    def __init__(self, plain: Mapping[str, str], resources: Mapping[str, Callable[[], str]]) -> None:
        self._values = dict(plain)
        self._resources = resources

    def __getitem__(self, name: str) -> str:
        if name not in self._values:
            self._values[name] = self._resources[name]()
        return self._values[name]

    def __setitem__(self, name: str, value: str) -> None:
        self._values[name] = value

    def __delitem__(self, name: str) -> None:
        del self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._values, **self._resources})

    def __len__(self) -> int:
        return len({**self._values, **self._resources})


def environment_of(emulator: Emulator, issuer: Issuer) -> Environment:
    """What every function of a deployment reads, with resources of its own."""
    trusted = {
        "issuer": ISSUER,
        "audiences": [AUDIENCE],
        "jwksUrl": issuer.jwks_url,
        "groupsClaim": "groups",
        "operatorGroup": OPERATOR_GROUP,
    }
    return Environment(_PLAIN | {"TOKEN_ISSUERS": json.dumps([trusted])}, _resources(emulator))


def _resources(emulator: Emulator) -> Mapping[str, Callable[[], str]]:
    dynamodb = emulator.client("dynamodb")

    def secret(text: str) -> str:
        secrets = emulator.client("secretsmanager")
        return secrets.create_secret(Name=unique_name("secret"), SecretString=text)["ARN"]

    def written_secret() -> str:
        """One that an operator has written since the stack made it."""
        arn = secret("unset")
        emulator.client("secretsmanager").put_secret_value(SecretId=arn, SecretString="a vendor's key")
        return arn

    def queue() -> str:
        return emulator.client("sqs").create_queue(QueueName=unique_name("queue"))["QueueUrl"]

    def bucket() -> str:
        name = unique_name("pictures")
        emulator.client("s3").create_bucket(Bucket=name)
        return name

    return {
        "CORE_TABLE_NAME": lambda: create_core_table(dynamodb),
        "LEDGER_TABLE_NAME": lambda: create_ledger_table(dynamodb),
        "EPHEMERAL_TABLE_NAME": lambda: create_ephemeral_table(dynamodb),
        "IMAGES_BUCKET_NAME": bucket,
        **dict.fromkeys(_QUEUES, queue),
        "COLLECT_QUEUE_URLS": lambda: json.dumps(dict.fromkeys(("wavespeed", "nanobanana"), queue())),
        "VENDOR_SECRET_ARNS": written_secret,
        "SESSION_SECRET_ARN": lambda: secret("a-session-secret-of-this-test-run-0123456789-abcdefghijklmnopqrs"),
        "SIGNING_SECRET_ARN": lambda: secret("a-signing-secret-of-this-test-run"),
        "TELEGRAM_BOT_SECRET_ARN": lambda: secret("unset"),
        "ADDRESS_KEY_ID": lambda: emulator.client("kms").create_key()["KeyMetadata"]["Arn"],
    }

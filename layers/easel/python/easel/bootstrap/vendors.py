"""How the vendors are reached, from the settings that the stack gives to a function."""
# ruff: noqa: PLC0415 - what a factory needs is imported when it is first called; see __init__.py

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from easel.bootstrap.aws import secret

if TYPE_CHECKING:
    from easel.providers.registry import ProviderSettings

UNSET_SECRET: Final = "unset"  # noqa: S105 - what a provider's secret says until an operator has written the key


def provider_settings(text: str) -> dict[str, ProviderSettings]:
    """`PROVIDER_SETTINGS`: JSON, provider -> settings, all of them optional.

    They are baseUrl, secretArn, syncMode, variant, options, callbacks, and webhookSecretArn where callbacks come in.
    """
    from easel.providers.registry import ProviderSettings

    return {
        name: ProviderSettings(
            base_url=said.get("baseUrl", ""),
            api_key=_api_key(said.get("secretArn")),
            sync_mode=said.get("syncMode", True),
            variant=said.get("variant", ""),
            options=said.get("options", {}),
            webhook_secret=_webhook_secret(said.get("webhookSecretArn")),
        )
        for name, said in json.loads(text).items()
    }


def _api_key(arn: str | None) -> Callable[[], str]:
    def read() -> str:
        key = secret(arn) if arn else ""
        return "" if key == UNSET_SECRET else key

    return read


def _webhook_secret(arn: str | None) -> Callable[[], str] | None:
    """What a vendor signs its callbacks with; None while nobody has said, as our own ticket counts in any case."""
    known = secret(arn) if arn else UNSET_SECRET
    return None if known == UNSET_SECRET else lambda: known

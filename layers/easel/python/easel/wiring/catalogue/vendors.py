"""Adapters of the providers, with the keys that their secrets hold."""

from collections.abc import Callable
from typing import Final

from easel.providers.registry import Providers, ProviderSettings
from easel.wiring.aws import secret
from easel.wiring.env import Vendors

UNSET_SECRET: Final = "unset"  # noqa: S105 - the content of a provider's secret until an operator has written the key


def providers(env: Vendors) -> Providers:
    """The adapters. Callers keep them, because they keep connections."""
    return Providers(
        {
            name: ProviderSettings(
                base_url=vendor.base_url,
                api_key=_api_key(vendor.secret_arn),
                sync_mode=vendor.sync_mode,
                variant=vendor.variant,
                options=vendor.options,
                webhook_secret=_webhook_secret(vendor.webhook_secret_arn),
            )
            for name, vendor in env.PROVIDER_SETTINGS.items()
        }
    )


def _api_key(arn: str | None) -> Callable[[], str]:
    def read() -> str:
        key = secret(arn) if arn else ""
        return "" if key == UNSET_SECRET else key

    return read


def _webhook_secret(arn: str | None) -> Callable[[], str] | None:
    """What a vendor signs its callbacks with; None where it is unset, as our own ticket counts in any case."""
    text = secret(arn) if arn else UNSET_SECRET
    return None if text == UNSET_SECRET else lambda: text

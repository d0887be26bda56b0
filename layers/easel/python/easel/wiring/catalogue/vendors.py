"""Adapters of the providers, with the keys that their secrets hold."""

from functools import partial
from typing import Final

from easel.providers.registry import Providers, ProviderSettings
from easel.wiring.env_objects import Vendors
from easel.wiring.secrets import secret

UNSET_SECRET: Final = "unset"  # noqa: S105 - the content of a provider's secret until an operator has written the key


def providers(env: Vendors, trusted_origins: tuple[str, ...] = ()) -> Providers:
    """The adapters. Callers keep them, because they keep connections.

    Pictures may lie at any address of `trusted_origins`; everywhere else they have to be at public ones.
    """
    return Providers(
        {
            name: ProviderSettings(
                base_url=vendor.base_url,
                api_key=partial(api_key, vendor.secret_arn),
                sync_mode=vendor.sync_mode,
                variant=vendor.variant,
                options=vendor.options,
                webhook_secret=partial(_secret, vendor.webhook_secret_arn),
                trusted_origins=trusted_origins,
            )
            for name, vendor in env.PROVIDER_SETTINGS.items()
        }
    )


def api_key(arn: str | None) -> str:
    """The key in a vendor's secret; empty where it was not written."""
    return _secret(arn) or ""


def _secret(arn: str | None) -> str | None:
    """The text of a vendor's secret; None where there is no secret, or it was not written."""
    text = secret(arn) if arn else UNSET_SECRET
    return None if text == UNSET_SECRET else text

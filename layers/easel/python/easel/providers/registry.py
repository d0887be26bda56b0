"""Finds the adapter of a provider by its name, and makes it when it is first asked for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from easel.errors import ProviderError, ProviderErrorClass
from easel.providers.base import ProviderAdapter
from easel.providers.vendor_http import NOT_CONFIGURED


def _no_secret() -> str:
    return ""


def _no_webhook_secret() -> None:
    return None


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """How to reach one provider.

    An empty `base_url` means the vendor's own address. `api_key` and `webhook_secret` are called whenever they are
    needed, so that secrets are read late and can be rotated; signatures are not checked while `webhook_secret` gives
    None. `variant` chooses between contracts that go by one provider's name, and `options` holds what only that
    contract knows; its module lists both. Pictures may lie at any address of `trusted_origins`;
    everywhere else they have to be at public ones.
    """

    base_url: str = ""
    api_key: Callable[[], str] = _no_secret
    sync_mode: bool = True
    base64_output: bool = False
    webhook_secret: Callable[[], str | None] = _no_webhook_secret
    variant: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    trusted_origins: tuple[str, ...] = ()


AdapterFactory = Callable[[ProviderSettings], ProviderAdapter]


class Providers:
    """The providers that this deployment is set up for. Adapters are made once and kept."""

    def __init__(
        self, settings: Mapping[str, ProviderSettings], factories: Mapping[str, AdapterFactory] | None = None
    ) -> None:
        self._settings = settings
        self._factories = FACTORIES if factories is None else factories
        self._adapters: dict[str, ProviderAdapter] = {}

    def get(self, name: str) -> ProviderAdapter:
        """The adapter of this provider.

        Raises:
            ProviderError: of class AUTH, when there are no settings for it, no adapter of that name, or settings that
                its adapter does not know.
        """
        if name not in self._adapters:
            settings, factory = self._settings.get(name), self._factories.get(name)
            if settings is None or factory is None:
                raise _not_set_up(name, "is not set up")
            self._adapters[name] = factory(settings)
        return self._adapters[name]


def _not_set_up(name: str, what: str) -> ProviderError:
    return ProviderError(
        f"The provider {name!r} {what}.",
        provider=name,
        error_class=ProviderErrorClass.AUTH,
        provider_code=NOT_CONFIGURED,
        from_vendor=False,
    )


_Options = TypeVar("_Options")


def _options(name: str, make: Callable[..., _Options], settings: Mapping[str, str]) -> _Options:
    """What a contract leaves to its settings. A misspelt name would otherwise pass for the default."""
    options = inspect.signature(make).parameters.keys()
    if unknown := sorted(settings.keys() - options):
        raise _not_set_up(name, f"knows no option {', '.join(unknown)}; there are {', '.join(options)}")
    return make(**settings)


# Imports wait until an adapter is wanted: each brings libraries that the others do without.
def _wavespeed(settings: ProviderSettings) -> ProviderAdapter:
    from easel.providers.wavespeed import DEFAULT_BASE_URL, WaveSpeed  # noqa: PLC0415 - see above

    return WaveSpeed(
        api_key=settings.api_key,
        base_url=settings.base_url or DEFAULT_BASE_URL,
        sync_mode=settings.sync_mode,
        base64_output=settings.base64_output,
        webhook_secret=settings.webhook_secret,
        trusted_origins=settings.trusted_origins,
    )


def _openai(settings: ProviderSettings) -> ProviderAdapter:
    from easel.providers.openai import DEFAULT_BASE_URL, OpenAI  # noqa: PLC0415 - see above

    return OpenAI(
        api_key=settings.api_key,
        base_url=settings.base_url or DEFAULT_BASE_URL,
        organization=settings.options.get("organization", ""),
        project=settings.options.get("project", ""),
        trusted_origins=settings.trusted_origins,
    )


def _google(settings: ProviderSettings) -> ProviderAdapter:
    from easel.providers.google import DEFAULT_BASE_URL, Google  # noqa: PLC0415 - see above

    return Google(api_key=settings.api_key, base_url=settings.base_url or DEFAULT_BASE_URL)


def _nanobanana(settings: ProviderSettings) -> ProviderAdapter:
    from easel.providers import nanobanana_api, nanobanana_seed  # noqa: PLC0415 - see above

    name = nanobanana_api.NanobananaApi.name
    match settings.variant:
        case "" | "nanobananaapi":
            return nanobanana_api.NanobananaApi(
                api_key=settings.api_key,
                base_url=settings.base_url or nanobanana_api.DEFAULT_BASE_URL,
                options=_options(name, nanobanana_api.NanobananaApiOptions, settings.options),
                trusted_origins=settings.trusted_origins,
            )
        case "seed":
            return nanobanana_seed.NanobananaSeed(
                api_key=settings.api_key,
                base_url=settings.base_url,
                contract=_options(name, nanobanana_seed.SeedContract, settings.options),
                trusted_origins=settings.trusted_origins,
            )
    raise _not_set_up(name, f"knows no variant {settings.variant!r}; there are nanobananaapi, seed")


def _sandbox(settings: ProviderSettings) -> ProviderAdapter:  # noqa: ARG001 - nothing about it can be set
    from easel.providers.sandbox import Sandbox  # noqa: PLC0415 - see above

    return Sandbox()


FACTORIES: Final[Mapping[str, AdapterFactory]] = {
    "google": _google,
    "nanobanana": _nanobanana,
    "openai": _openai,
    "sandbox": _sandbox,
    "wavespeed": _wavespeed,
}

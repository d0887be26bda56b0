"""The settings of providers, of the choice among them, and of pictures of content items."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from infra import switches

WAVESPEED: Final = "wavespeed"
NANOBANANA: Final = "nanobanana"
_ADDRESSES: Final = {
    WAVESPEED: "https://api.wavespeed.ai",
    "openai": "https://api.openai.com/v1",
    "google": "https://generativelanguage.googleapis.com",
    NANOBANANA: "https://api.nanobananaapi.ai",
    "sandbox": None,
}
"""Every provider with the base URL of its vendor; None for the built-in one."""
_WITH_JOBS: Final = frozenset({WAVESPEED, NANOBANANA})
_WORKER_SECONDS: Final = {"openai": 240, "google": 240}
"""Providers that answer with the image itself keep the connection open for up to three minutes; others need 120 s."""
_SEED: Final = "seed"
"""The contract without callbacks."""
_NANOBANANA_VARIANTS: Final = ("nanobananaapi", _SEED)
_CONTENT_MODELS: Final = {
    "google": "nano-banana-2.1",
    "openai": "gpt-image-2.6-flare",
    WAVESPEED: "nano-banana-2",
    NANOBANANA: "nano-banana",
    "sandbox": "sandbox",
}
"""The model for pictures of content items where only the provider is named."""
_FALLBACKS: Final = ("none", "same-model", "equivalent")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """One image provider: its concurrency and its connection.

    `base_url` is None for the built-in provider. A provider with jobs is polled for results. `worker_seconds` is the
    timeout of a worker. `sync_mode` asks a vendor with jobs to answer the submit with the image; `variant` selects one
    of several contracts of a vendor. With `callbacks` the vendor gets a callback URL and is polled rarely. With
    `reads_references` it takes URLs of reference images instead of bytes.
    """

    name: str
    max_concurrency: int
    base_url: str | None = None
    has_jobs: bool = False
    worker_seconds: int = 120
    sync_mode: bool | None = None
    variant: str | None = None
    callbacks: bool = False
    reads_references: bool = False

    @property
    def has_key(self) -> bool:
        return self.base_url is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingSettings:
    """The preferred providers of models that several serve, and the default fallback."""

    preferred: tuple[str, ...]
    fallback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentSettings:
    """How pictures of content items are made: the model, and the provider that is asked first (None for any)."""

    model: str
    provider: str | None


def read_providers(
    read: switches.Switches, url: Callable[[str], str], *, concurrency: int
) -> tuple[ProviderSettings, ...]:
    """Read the settings of all providers; `concurrency` is the default of each. `url` validates an address."""
    return tuple(_provider(read, url, name, concurrency) for name in _ADDRESSES)


def read_routing(read: switches.Switches) -> RoutingSettings:
    return RoutingSettings(
        preferred=read.get("preferredProviders", _provider_names, ()),
        fallback=read.get("defaultFallback", switches.one_of(_FALLBACKS, str), "same-model"),
    )


def read_content(read: switches.Switches) -> ContentSettings:
    provider = read.get("contentProvider", _content_provider, None)
    model = read.get("contentModel", model_name, _CONTENT_MODELS.get(provider or "", _CONTENT_MODELS["google"]))
    return ContentSettings(model=model, provider=provider)


def model_name(raw: str) -> str:
    (name,) = model_names(raw) or ("",)
    return name


def model_names(raw: str) -> tuple[str, ...]:
    """The catalogue decides which models can be revived; functions fail to start with an invalid one."""
    names = tuple(part.strip() for part in raw.split(",") if part.strip())
    if odd := [name for name in names if not re.fullmatch(r"[a-z0-9.-]{1,64}", name)]:
        raise ValueError(f"{', '.join(odd)}: a model's id has small letters, digits, dots and dashes.")
    return names


def _provider(read: switches.Switches, url: Callable[[str], str], name: str, parallel: int) -> ProviderSettings:
    address = _ADDRESSES[name]
    base_url = read.get(f"{name}BaseUrl", url, address) if address else None
    variants = switches.one_of(_NANOBANANA_VARIANTS, str)
    variant = read.get("nanobananaVariant", variants, _NANOBANANA_VARIANTS[0]) if name == NANOBANANA else None
    # Plain http is for the local stage only, whose address only the simulators can reach.
    on_aws = url is switches.https_base_url
    reachable = on_aws or urlsplit(base_url or "").hostname in _LOOPBACK
    callbacks = name in _WITH_JOBS and read.get(f"{name}Callbacks", switches.boolean, reachable and variant != _SEED)
    # A worker that waits is most of what an image costs there. Simulators answer within the second.
    waits = not (on_aws and callbacks)
    return ProviderSettings(
        name=name,
        max_concurrency=read.get(f"{name}Concurrency", switches.concurrency, parallel),
        base_url=base_url,
        has_jobs=name in _WITH_JOBS,
        worker_seconds=_WORKER_SECONDS.get(name, 120),
        sync_mode=read.get("wavespeedSyncMode", switches.boolean, waits) if name == WAVESPEED else None,
        variant=variant,
        callbacks=callbacks,
        reads_references=name == NANOBANANA and variant != _SEED,
    )


def _content_provider(raw: str) -> str:
    """`gemini` is the word of an older service for google."""
    name = {"gemini": "google"}.get(raw.lower(), raw.lower())
    if name not in _ADDRESSES:
        raise ValueError(f"must be one of {', '.join(_ADDRESSES)} (or gemini for google).")
    return name


def _provider_names(raw: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in raw.split(",") if part.strip())
    if unknown := [name for name in names if name not in _ADDRESSES]:
        raise ValueError(f"{', '.join(unknown)}: there are only {', '.join(_ADDRESSES)}.")
    return names

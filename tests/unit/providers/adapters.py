"""All adapters behind one vendor, for tests of what must hold for each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import httpx
from tests.unit.providers.vendor import PNG, a_task

from easel.domain.provider import ProviderTask, ReferenceImage
from easel.providers.base import ProviderAdapter
from easel.providers.google import Google
from easel.providers.nanobanana_api import NanobananaApi
from easel.providers.nanobanana_seed import NanobananaSeed
from easel.providers.openai import OpenAI
from easel.providers.wavespeed import WaveSpeed

BASE_URL = "https://vendor.test"
Handler = Callable[[httpx.Request], httpx.Response]
Make = Callable[[Handler], ProviderAdapter]


def _google(handler: Handler) -> ProviderAdapter:
    return Google(api_key=lambda: "k", base_url=BASE_URL, transport=httpx.MockTransport(handler))


def _openai(handler: Handler) -> ProviderAdapter:
    return OpenAI(api_key=lambda: "k", base_url=BASE_URL, transport=httpx.MockTransport(handler))


def _wavespeed(handler: Handler) -> ProviderAdapter:
    return WaveSpeed(
        api_key=lambda: "k",
        base_url=BASE_URL,
        webhook_secret=lambda: "whsec_k",
        transport=httpx.MockTransport(handler),
    )


def _nanobanana(handler: Handler) -> ProviderAdapter:
    return NanobananaApi(api_key=lambda: "k", base_url=BASE_URL, transport=httpx.MockTransport(handler))


def _seed(handler: Handler) -> ProviderAdapter:
    return NanobananaSeed(api_key=lambda: "k", base_url=BASE_URL, transport=httpx.MockTransport(handler))


ADAPTERS: Mapping[str, tuple[Make, ProviderTask]] = {
    "google": (_google, a_task("gemini-3-pro-image")),
    "imagen": (_google, a_task("imagen-4.0-generate-001")),
    "openai": (_openai, a_task("gpt-image-2")),
    "wavespeed": (_wavespeed, a_task("bytedance/seedream-v4")),
    "nanobanana": (_nanobanana, a_task("generate")),
    "nanobanana-seed": (_seed, a_task("sd3-medium")),
}
"""Each adapter with a task that it takes."""

REFERENCE = ReferenceImage(PNG, "image/png", "reference.png", "https://pictures.test/1.png")


def with_reference(task: ProviderTask) -> ProviderTask:
    return replace(task, references=(REFERENCE,))

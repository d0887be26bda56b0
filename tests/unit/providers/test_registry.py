"""Adapters are found by name, made late and made once."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class
from easel.providers.base import ProviderAdapter
from easel.providers.nanobanana_api import NanobananaApi
from easel.providers.nanobanana_seed import NanobananaSeed
from easel.providers.registry import Providers, ProviderSettings

if TYPE_CHECKING:
    from easel.services.ports.providers import ImageProvider


@pytest.mark.requirement("S001-46", "S002-1")
@pytest.mark.parametrize("name", ["google", "nanobanana", "openai", "sandbox", "wavespeed"])
def test_an_adapter_is_made_once_and_fits_the_port(name: str) -> None:
    providers = Providers({name: ProviderSettings()})
    adapter: ImageProvider = providers.get(name)
    assert adapter.name == name
    assert providers.get(name) is adapter


@pytest.mark.parametrize("name", ["nanobanana", "wavespeed", "sandbox"])
def test_a_vendor_without_a_list_of_models_does_not_say_that_it_has_none(name: str) -> None:
    assert Providers({name: ProviderSettings()}).get(name).list_models() is None


@pytest.mark.requirement("S003-2")
@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (ProviderSettings(), NanobananaApi),
        (ProviderSettings(variant="nanobananaapi", options={"spare_callback_url": "https://a.test"}), NanobananaApi),
        (ProviderSettings(variant="seed", base_url="https://a.test"), NanobananaSeed),
        (ProviderSettings(variant="seed", options={"create_path": "/v2/jobs"}), NanobananaSeed),
    ],
    ids=["default", "api", "seed", "seed-spelt-otherwise"],
)
def test_a_setting_chooses_between_the_two_contracts_of_nanobanana(
    settings: ProviderSettings, kind: type[ProviderAdapter]
) -> None:
    adapter = Providers({"nanobanana": settings}).get("nanobanana")
    assert type(adapter) is kind
    assert adapter.name == "nanobanana"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (ProviderSettings(variant="sead"), "seed"),
        (ProviderSettings(variant="seed", options={"createPath": "/v2/jobs"}), "create_path"),
        (ProviderSettings(options={"create_path": "/v2/jobs"}), "spare_callback_url"),
    ],
    ids=["variant", "option", "option-of-the-other"],
)
def test_a_misspelt_setting_does_not_pass_for_the_default(settings: ProviderSettings, told: str) -> None:
    with pytest.raises(ProviderError, match=told) as caught:
        Providers({"nanobanana": settings}).get("nanobanana")
    assert (caught.value.error_class, caught.value.provider_code) == (Class.AUTH, "provider_not_configured")


@pytest.mark.parametrize("settings", [{}, {"acme": ProviderSettings()}])
@pytest.mark.parametrize("name", ["acme", "wavespeed"])
def test_a_provider_that_is_not_set_up_is_an_operators_matter(settings: dict[str, ProviderSettings], name: str) -> None:
    with pytest.raises(ProviderError) as caught:
        Providers(settings).get(name)
    assert caught.value.error_class is Class.AUTH
    assert caught.value.provider_code == "provider_not_configured"


def test_no_key_is_read_before_it_is_needed() -> None:
    def forbidden() -> str:
        raise AssertionError

    Providers({"wavespeed": ProviderSettings(api_key=forbidden)}).get("wavespeed")


def test_drawing_libraries_wait_until_something_is_drawn() -> None:
    code = "import sys, easel.providers.registry as r; p = r.Providers({'sandbox': r.ProviderSettings()})\n"
    code += "p.get('sandbox'); sys.exit('PIL' in sys.modules)"
    path = f"import sys; sys.path[:] = {sys.path!r}\n"
    assert subprocess.run([sys.executable, "-c", path + code], check=False).returncode == 0  # noqa: S603 - fixed text

"""The README of each folder is its map, and a function has the name of its use case."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.folders import all_folders
from tests.support.maps import Map, maps

from easel.http.door import DoorName

ROOT = Path(__file__).parents[2]
MAPS = maps(ROOT)
SERVICES = ROOT / "layers/easel/python/easel/services"
DOORS = {door.value for door in DoorName}
NAMED_OTHERWISE = {
    "authorize_request": ("accounts/authenticate", "Lambda authorizers authorize; the use case only authenticates"),
    "describe_models": (None, "the catalogue is data of the domain; latencies are one read"),
    "describe_service": (None, "constants and the shipped OpenAPI document"),
    "list_generations": ("generations/read_generations", "one function serves one address of two doors"),
    "openai_create_images": ("generations/generate_once", "the verb of OpenAI's own operation"),
    "openai_describe_models": (None, "the catalogue is data of the domain"),
    "openai_edit_images": ("generations/generate_once", "the same use case, for requests that bring pictures"),
    "refund_stars": ("money/top_up_users", "what a payment gave is taken back where it is given"),
    "shop_cancel_generation": ("generations/cancel_or_delete", "a door's function has the name of its door"),
    "shop_read_generations": ("generations/read_generations", "the shop's addresses of the same use case"),
    "shop_start_generation": ("generations/submit_generation", "of a product's pictures: products/product_request.py"),
    "shop_create_product": ("products/manage_products", "the shop's address of the same use case"),
    "shop_manage_products": ("products/manage_products", "the shop's addresses of the same use case"),
    "shop_download_images": ("images/read_images", "the shop's addresses of images and archives"),
    "shop_read_products": ("products/read_products", "the shop's addresses of the same use case"),
    "workspace_edit_images": ("generations/generate_images", "the same use case, for requests that bring pictures"),
    "workspace_describe_page": (None, "the catalogue, the caller, and a list of prompt templates"),
    "bot_upload_media": ("uploads/accept_upload", "a door's function has the name of its door"),
    "shop_upload_images": ("uploads/accept_upload", "a door's function has the name of its door"),
    "read_status": (None, "one read of the circuits"),
}
"""Function -> the use case that it calls instead, if any, and why its name differs."""


def of_folder(one: Map) -> str:
    return one.folder.relative_to(ROOT).as_posix()


def functions() -> list[str]:
    return [folder.rpartition("/")[2] for folder in all_folders()]


def use_case_of(function: str) -> str:
    """Functions of the doors beside the canonical one begin with the door's name."""
    door, _, rest = function.partition("_")
    return rest if door in DOORS else function


def use_cases() -> dict[str, str]:
    return {path.stem: path.relative_to(SERVICES).with_suffix("").as_posix() for path in SERVICES.rglob("*.py")}


@pytest.mark.parametrize("one", MAPS, ids=of_folder)
def test_a_map_names_everything_that_is_in_its_folder(one: Map) -> None:
    assert not one.missing(), f"add a line for each to {one.path.relative_to(ROOT)}"


@pytest.mark.parametrize("one", MAPS, ids=of_folder)
def test_a_map_names_nothing_that_is_not_there(one: Map) -> None:
    assert not one.stale(), f"correct or remove each in {one.path.relative_to(ROOT)}"


@pytest.mark.parametrize("function", functions())
def test_a_function_has_the_name_of_its_use_case(function: str) -> None:
    assert use_case_of(function) in use_cases() or function in NAMED_OTHERWISE


@pytest.mark.parametrize("function", NAMED_OTHERWISE)
def test_an_exception_is_still_one(function: str) -> None:
    module, _ = NAMED_OTHERWISE[function]
    assert function in functions()
    assert function not in use_cases()
    assert module is None or module in use_cases().values()


@pytest.fixture
def house(tmp_path: Path) -> Map:
    for file in ("rooms/hall.py", "rooms/kitchen/stove.py", "rooms/kitchen/__init__.py", "rooms/attic/box/handler.py"):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return Map(tmp_path / "rooms/README.md", tmp_path)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("`hall.py` `kitchen/` `stove.py` `attic/` `box`", []),
        ("`hall` `kitchen/stove.py` `attic/box`", []),
        ("`kitchen/` `stove.py` `attic/` `box`", ["hall"]),
        ("`hall.py` `stove.py` `attic/` `box`", ["kitchen/"]),
        ("hall.py, `kitchen/stove.py`, `attic/`", ["attic/box", "hall"]),
    ],
)
def test_what_a_map_lacks_is_found(house: Map, text: str, missing: list[str]) -> None:
    house.path.write_text(text)

    assert house.missing() == missing


@pytest.mark.parametrize(
    ("text", "stale"),
    [
        ("`stove.py`, made by `unknown`, see `<name>.py`", []),
        ("`oven.py`", ["oven.py"]),
        ("`kitchen/oven.py`", ["kitchen/oven.py"]),
        ("| room | module | uses |\n|---|---|---|\n| `cellar/` | `hall`, `oven` | `gas` |", ["cellar/", "oven"]),
        ("| kitchen | uses |\n|---|---|\n| `oven` | `gas` |", []),
    ],
)
def test_what_a_map_names_in_vain_is_found(house: Map, text: str, stale: list[str]) -> None:
    house.path.write_text(text)

    assert house.stale() == stale


def test_a_use_case_is_named_by_the_map_of_its_function(tmp_path: Path) -> None:
    for file in ("functions/api/room/read_box/handler.py", "services/room/read_box.py", "services/room/shared.py"):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    one = Map(tmp_path / "services/README.md", tmp_path)
    one.path.write_text("`room/`")

    assert one.missing() == ["room/shared"]


def test_of_two_modules_with_one_name_each_is_named_by_its_path(house: Map) -> None:
    (house.folder / "kitchen/hall.py").touch()
    house.path.write_text("`hall.py` `kitchen/stove.py` `attic/box`")

    assert house.missing() == ["kitchen/hall"]

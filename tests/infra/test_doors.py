"""A deployment opens the doors that it wants; what no open door needs is not created."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import pytest
from aws_cdk import App
from infra.constructs.doors import ROUTES
from infra.constructs.functions.images import Images
from infra.constructs.functions.room import ALWAYS, GET, Route
from infra.constructs.routes import RoutedStack
from infra.settings import DOORS, read_settings
from infra.stack import Code, EaselStack
from infra.switches import SettingsError
from tests.infra.synthesized import Synthesized
from tests.support.folders import api_folder

from easel.http.door import DoorName

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture(scope="module")
def closed(code: Code, flags: Mapping[str, object]) -> Synthesized:
    """A stack without any door."""
    settings = replace(read_settings({"stage": "dev"}.get, {}), doors=())
    app = App(context={**flags, "aws:cdk:enable-path-metadata": True}, analytics_reporting=False)
    return Synthesized(EaselStack(app, settings.stack_name, settings=settings, code=code), settings)


def test_every_door_is_open_unless_some_are_named() -> None:
    assert read_settings({"stage": "dev"}.get, {}).doors == DOORS
    assert read_settings({"doors": "canonical"}.get, {}).doors == ("canonical",)


def test_a_door_that_does_not_exist_is_named_with_those_that_do() -> None:
    there = rf"doors \(EASEL_DOORS\) is 'garage': garage: there are only {', '.join(DOORS)}\."
    with pytest.raises(SettingsError, match=there):
        read_settings({"doors": "garage"}.get, {})


def test_a_closed_door_has_no_routes_and_no_functions(closed: Synthesized, dev: Synthesized) -> None:
    assert {door for route in ROUTES for door in route.doors} == set(DOORS)
    shared = {f"{route.method.value} {route.path}" for route in ROUTES if route.doors == ALWAYS}
    open_routes = {route["RouteKey"] for route in closed.of_type("AWS::ApiGatewayV2::Route").values()}
    heads = {key.replace("GET ", "HEAD ") for key in shared if key.startswith("GET ")}
    assert open_routes == shared | heads | {"$default"}
    answering = {api_folder(route.function) for route in ROUTES if route.doors == ALWAYS}
    functions = {label for label in closed.functions if label.startswith("api/")}
    assert functions == answering | {api_folder("authorize_request")}
    assert functions < set(dev.functions)


def test_permalinks_callbacks_and_health_checks_work_whatever_doors_are_open(closed: Synthesized) -> None:
    routes = {route["RouteKey"] for route in closed.of_type("AWS::ApiGatewayV2::Route").values()}
    assert {"GET /i/{token}", "POST /api/v1/callbacks/{provider}", "GET /api/v1/health", "GET /docs"} <= routes


def test_a_closed_door_leaves_the_engine_as_it_is(closed: Synthesized, dev: Synthesized) -> None:
    def engine(stack: Synthesized) -> set[str]:
        # WebSockets belong to the canonical door.
        return {label for label in stack.functions if not label.startswith(("api/", "realtime/"))}

    assert engine(dev) == engine(closed)


def test_the_doors_of_a_deployment_are_doors_that_the_functions_know() -> None:
    assert set(DOORS) <= {door.value for door in DoorName}


@pytest.mark.parametrize(
    ("doors", "opened", "is_open"),
    [
        (("canonical",), ["canonical"], True),
        (("canonical", "bot"), ["bot"], True),
        (("bot",), ["canonical"], False),
        (ALWAYS, [], True),
    ],
)
def test_an_address_is_there_while_one_of_its_doors_is_open(
    doors: tuple[str, ...], opened: list[str], *, is_open: bool
) -> None:
    assert Route("GetPicture", GET, "/picture", "read_images", doors=doors).is_open(opened) is is_open


class Pictures(Images):
    """The functions of a room behind the routes of another door."""

    routes: ClassVar[tuple[Route, ...]] = (Route("GetShopImage", GET, "/api/images/{imageId}", "read_images"),)  # type: ignore[assignment] # another table


class More(RoutedStack):
    """A further nested stack, as a door with many functions brings it."""


def test_a_further_group_of_routes_is_a_nested_stack_of_a_few_lines(code: Code, flags: Mapping[str, object]) -> None:
    settings = read_settings({"stage": "dev"}.get, {})
    app = App(context={**flags, "aws:cdk:enable-path-metadata": True}, analytics_reporting=False)
    stack = EaselStack(app, settings.stack_name, settings=settings, code=code)

    More(stack, "More", foundation=stack.foundation, authorizer=stack.authorizer, rooms=(Pictures,))

    more = Synthesized(stack, settings)
    assert set(more.templates) == {"root", "Api", "Delivery", "Doors", "Library", "Realtime", "More"}
    resources = more.templates["More"]["Resources"].values()
    assert sorted(each["Type"] for each in resources) == [
        "AWS::ApiGatewayV2::Integration",
        *["AWS::ApiGatewayV2::Route"] * 2,
        "AWS::IAM::Role",
        "AWS::Lambda::Function",
        "AWS::Lambda::Permission",
        "AWS::Logs::LogGroup",
    ]

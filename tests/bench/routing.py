"""What choosing a provider costs: the circuit check of each image, reading the catalogue, planning a call."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Final

import boto3
from tests.bench.start_up import ROUNDS
from tests.bench.tables import show
from tests.support.aws_calls import counted_aws_calls
from tests.support.emulator import Emulator, emulator, unique_name
from tests.support.tables import create_core_table, create_ephemeral_table

from easel.clock import system_clock
from easel.domain.catalogue import Candidate, Catalogue, plan_upstream
from easel.domain.catalogue.loading import read_catalogue
from easel.domain.circuits import RULES
from easel.domain.reference import NO_REFERENCES
from easel.domain.request import Fallback, ImageParameters, Routing, Size
from easel.errors import ProviderErrorClass
from easel.repositories.catalogue.circuits import DynamoProviderHealth
from easel.repositories.catalogue.routing_defaults import DynamoRoutingDefaults
from easel.services.catalogue.choose_provider import ProviderRouting, RoutingPolicy

_REPEATS: Final = 100
MODEL: Final = "seedream-v4"
_BARE: Final = "bare read of one item"
_CLASS: Final = ProviderErrorClass.RETRYABLE


def report() -> None:
    """Interleaved with a bare read of one item, which is what the emulator and the client take by themselves."""
    with emulator() as cloud, counted_aws_calls() as calls:
        steps = _steps(cloud)
        counted = {name: calls.during(step) for name, step in steps.items()}
        medians = _medians(steps)
    rows = [
        (name, len(counted[name]), f"{medians[name] * 1000:.2f}", f"{medians[name] / medians[_BARE]:.1f}")
        for name in steps
    ]
    show("Circuit check, on the emulator", ("step", "AWS calls", "median ms", "x bare read"), rows)
    _report_catalogue()


def _steps(cloud: Emulator) -> Mapping[str, Callable[[], object]]:
    dynamodb = boto3.client("dynamodb", **cloud.client_options())
    core, ephemeral = (create(dynamodb) for create in (create_core_table, create_ephemeral_table))
    catalogue, health = read_catalogue(), DynamoProviderHealth(dynamodb, ephemeral)
    routes = ProviderRouting(
        catalogue=catalogue,
        health=health,
        defaults=DynamoRoutingDefaults(dynamodb, core),
        policy=RoutingPolicy(catalogue.providers()),
        clock=system_clock,
    )
    well, ill = (
        catalogue.candidates(catalogue.find(name), Fallback.NONE)[0] for name in (MODEL, "gpt-image-2.6-flare")
    )
    _open(health, ill)
    key = {"pk": {"S": "x"}, "sk": {"S": unique_name("x")}}
    return {
        _BARE: lambda: dynamodb.get_item(TableName=core, Key=key),
        "who is asked first (once for a generation)": lambda: routes.first(
            "workspace", MODEL, Routing(), NO_REFERENCES
        ),
        "may it be asked? yes (once for an image)": lambda: routes.admits("workspace", well),
        "may it be asked? no, its circuit is open": lambda: routes.admits("workspace", ill),
        "it delivered (once for an image)": lambda: routes.note_success("workspace", well),
    }


def _open(health: DynamoProviderHealth, candidate: Candidate) -> None:
    for number in range(RULES[_CLASS].failures):
        health.failed(candidate, _CLASS, system_clock(), caller=f"caller-{number}")


def _medians(steps: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds per step, taken in turns."""
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(_REPEATS * ROUNDS):
        for name, step in steps.items():
            begun = time.perf_counter()
            step()
            taken[name].append(time.perf_counter() - begun)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def _report_catalogue() -> None:
    catalogue = read_catalogue()
    candidates = _candidates(catalogue)
    asked = ImageParameters(size=Size(1024, 1024))
    steps: dict[str, Callable[[], object]] = {
        "read the catalogue (once for a process)": read_catalogue,
        "who may serve a model": lambda: catalogue.candidates(catalogue.find(MODEL), Fallback.EQUIVALENT),
        f"plan a call, for all {len(candidates)} offers": lambda: [
            plan_upstream(one, "a fox", asked) for one in candidates
        ],
    }
    rows = [(name, f"{seconds * 1000:.3f}") for name, seconds in _medians(steps).items()]
    show(f"Catalogue of {len(catalogue.models())} models", ("step", "median ms"), rows)


def _candidates(catalogue: Catalogue) -> tuple[Candidate, ...]:
    found = {one.key: one for model in catalogue.models() for one in catalogue.candidates(model, Fallback.NONE)}
    return tuple(found.values())

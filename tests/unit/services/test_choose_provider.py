"""What an image ends with when no provider may be asked in time."""

from __future__ import annotations

import pytest
from tests.support.generations import NOW, a_generation
from tests.support.health import MemoryHealth, routing_of

from easel.domain.catalogue import load_catalogue
from easel.domain.circuits import MIN_CALLERS, RULES
from easel.domain.image import FAILURE_TEXTS
from easel.domain.request import Fallback
from easel.domain.routing import GiveUp
from easel.errors import ProviderErrorClass


@pytest.mark.parametrize(
    ("opened_by", "told"),
    [
        (ProviderErrorClass.QUOTA, ProviderErrorClass.QUOTA),
        (ProviderErrorClass.AUTH, ProviderErrorClass.RETRYABLE),
    ],
)
def test_an_image_that_nobody_is_asked_for_says_whether_our_account_is_the_reason(
    opened_by: ProviderErrorClass, told: ProviderErrorClass
) -> None:
    catalogue, health, generation = load_catalogue(), MemoryHealth(), a_generation()
    for candidate in catalogue.candidates(catalogue.find(generation.model), Fallback.SAME_MODEL):
        for number in range(RULES[opened_by].failures):
            health.failed(candidate, opened_by, NOW, caller=f"caller-{number % MIN_CALLERS}")

    decision = routing_of(catalogue, ["wavespeed"], lambda: NOW, health).detour(generation, ())

    assert decision == GiveUp(FAILURE_TEXTS[told])

"""The choice of providers."""

from easel.clock import system_clock
from easel.domain.catalogue import load_catalogue
from easel.repositories.catalogue.routing_defaults import DynamoRoutingDefaults
from easel.services.catalogue.choose_provider import ProviderRouting, RoutingPolicy
from easel.wiring.aws import dynamodb
from easel.wiring.catalogue.provider_health import provider_health
from easel.wiring.env_objects import Routing


def provider_routing(env: Routing) -> ProviderRouting:
    """Choose the provider of an image, and the next one after a failure."""
    defaults = env.ROUTING
    return ProviderRouting(
        catalogue=load_catalogue(),
        health=provider_health(env),
        defaults=DynamoRoutingDefaults(dynamodb(), env.CORE_TABLE_NAME),
        policy=RoutingPolicy(providers=defaults.providers, preferred=defaults.preferred, fallback=defaults.fallback),
        clock=system_clock,
    )

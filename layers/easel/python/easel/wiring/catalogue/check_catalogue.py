"""The daily check of the catalogue against the vendors' model lists."""

from easel.clock import system_clock
from easel.domain.catalogue import load_catalogue
from easel.domain.events import Event
from easel.services.catalogue.check_catalogue import CheckCatalogue
from easel.wiring.catalogue.vendors import providers
from easel.wiring.env import EventTargets, Vendors
from easel.wiring.publishers import publishers


class CatalogueCheckEnv(Vendors, EventTargets):
    """Environment of the check."""


def check_catalogue(env: CatalogueCheckEnv) -> CheckCatalogue:
    """Compare the catalogue with what each vendor lists, and publish the differences."""
    targets = publishers(env)

    def publish(event: Event) -> None:
        for target in targets:
            target.publish(event)

    return CheckCatalogue(
        catalogue=load_catalogue(system_clock),
        names=sorted(env.PROVIDER_SETTINGS),
        providers=providers(env).get,
        publish=publish,
        clock=system_clock,
    )

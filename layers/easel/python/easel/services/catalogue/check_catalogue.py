"""Daily: compare the catalogue with the vendors' model lists and its own end dates. Findings are sent as events."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from easel.clock import Clock
from easel.domain.catalogue import Catalogue
from easel.domain.catalogue.watch import Observation, observe
from easel.domain.events import Event, catalogue_event
from easel.domain.provider import OfferedModel
from easel.errors import ProviderError
from easel.services.ports.providers import ImageProvider

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CatalogueReport:
    """The result of a check. `unchecked` are the providers whose list could not be fetched, with the reason."""

    observations: tuple[Observation, ...]
    unchecked: Mapping[str, str]


class CheckCatalogue:
    """Fetches each provider's model list, if it has one, and checks the catalogue's end dates.

    A provider that does not answer does not affect the others or the dates. An event that cannot be sent fails the
    check; the next check sends it again under the same id.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        names: Sequence[str],
        providers: Callable[[str], ImageProvider],
        publish: Callable[[Event], None],
        clock: Clock,
    ) -> None:
        self._catalogue = catalogue
        self._names = names
        self._providers = providers
        self._publish = publish
        self._clock = clock

    def __call__(self, request_id: str) -> CatalogueReport:
        """Raises QueueUnavailable: an event could not be sent."""
        now = self._clock()
        unchecked: dict[str, str] = {}
        found: list[Observation] = []
        for name in self._names:
            found += observe(self._catalogue, name, self._offered(name, unchecked), now.date())
        for observation in found:
            self._publish(catalogue_event(observation, request_id, now))
        return CatalogueReport(tuple(found), unchecked)

    def _offered(self, name: str, unchecked: dict[str, str]) -> tuple[OfferedModel, ...] | None:
        try:
            return self._providers(name).list_models()
        except ProviderError as error:
            logger.warning("model list not had", extra={"provider": name, "error_class": error.error_class.value})
            unchecked[name] = error.error_class.value
            return None

"""Every day: does what the catalogue promises still exist, and for how long? Whatever is amiss is told as an event."""

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
    """What a check found. `unchecked` are the providers whose list could not be had, each with the reason."""

    observations: tuple[Observation, ...]
    unchecked: Mapping[str, str]


class CheckCatalogue:
    """Asks each provider for its models, where it has such a list, and looks at the catalogue's own dates.

    A provider that does not answer hides nothing of the others, nor of the dates. An event that could not be sent fails
    the check; the next one tells the same again under the same id.
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

"""Daily: compare the catalogue with the vendors' model lists and its own end dates. Findings are sent as events."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from easel.clock import Clock
from easel.domain.catalogue import Catalogue
from easel.domain.catalogue.watch import Observation, observe
from easel.domain.events import Event, catalogue_event
from easel.domain.provider import OfferedModel
from easel.errors import ProviderError
from easel.jobs import JobCounts, for_each
from easel.services.ports.providers import ImageProvider

logger = logging.getLogger(__name__)

_UNREADABLE: Final = "unreadable"


@dataclass(frozen=True, slots=True)
class CatalogueReport:
    """The result of a check. `unchecked` are the providers whose list could not be fetched, with the reason.

    `failed` counts the findings that could not be published, and the workspaces that could not be told.
    """

    observations: tuple[Observation, ...]
    unchecked: Mapping[str, str]
    failed: int = 0


class CheckCatalogue:
    """Fetches each provider's model list, if it has one, and checks the catalogue's end dates.

    A provider that does not answer does not affect the others or the dates. An event that cannot be sent is counted and
    does not affect the others; the next check sends it again under the same id.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        names: Sequence[str],
        providers: Callable[[str], ImageProvider],
        publish: Callable[[Event], None],
        tell_workspaces: Callable[[Sequence[Observation], str], JobCounts],
        clock: Clock,
    ) -> None:
        self._catalogue = catalogue
        self._names = names
        self._providers = providers
        self._publish = publish
        self._tell_workspaces = tell_workspaces
        self._clock = clock

    def __call__(self, request_id: str) -> CatalogueReport:
        """Check once."""
        now = self._clock()
        unchecked: dict[str, str] = {}
        found: list[Observation] = []
        for name in self._names:
            found += observe(self._catalogue, name, self._offered(name, unchecked), now.date())

        def publish(observation: Observation) -> bool:
            self._publish(catalogue_event(observation, request_id, now))
            return True

        published = for_each(found, publish, kind="catalogue finding", name=lambda one: one.model.id)
        counts = published + self._tell_workspaces(found, request_id)
        return CatalogueReport(tuple(found), unchecked, counts.failed + counts.left)

    def _offered(self, name: str, unchecked: dict[str, str]) -> tuple[OfferedModel, ...] | None:
        try:
            return self._providers(name).list_models()
        except ProviderError as error:
            logger.warning("model list not had", extra={"provider": name, "error_class": error.error_class.value})
            unchecked[name] = error.error_class.value
            return None
        except Exception as error:  # noqa: BLE001 - a list that no adapter foresaw must not hide the other vendors
            _report(name, error)
            unchecked[name] = _UNREADABLE
            return None


def _report(provider: str, error: Exception) -> None:
    logger.error("model list not read", extra={"provider": provider, "error": type(error).__qualname__})

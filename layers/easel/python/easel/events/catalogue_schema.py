"""Events about models of the catalogue, as models: see `schema.py`."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from easel.events.schema import EventEnvelope, EventPart, schema_of

CATALOGUE_SCHEMA_ID: Final = "easel/catalogue.v1"
MODEL_SCHEMA_ID: Final = "easel/model.v1"


class EventModel(EventPart):
    """A model of the catalogue at one provider."""

    id: str = Field(description="The catalogue's name for the model.")
    provider: str
    upstream_model: str = Field(description="The provider's name for it.")
    status: Literal["active", "deprecated"]
    ends_on: str | None = Field(
        pattern=r"^\d{4}-\d{2}-\d{2}$", description="The first day without it; null for a missing one."
    )
    days_left: int | None = Field(description="Days until then; null for a missing one.")
    successor: str | None = Field(description="The model that requests will run on, if one is chosen.")
    equivalents: tuple[str, ...] = Field(description="Models that may replace it, best first.")


class CatalogueEventData(EventPart):
    """The body of the event."""

    model: EventModel


class CatalogueEvent(EventEnvelope):
    """A model is missing or will end. Sent daily until fixed; delivered at least once; drop duplicates by `id`."""

    type: Literal["catalogue.model_missing", "catalogue.model_shutdown_announced", "catalogue.model_ends_soon"]
    version: Literal[1]
    workspace_id: Literal["installation"]
    request_id: str = Field(description="The id of the check that found it.")
    data: CatalogueEventData


class EventRetiringModel(EventPart):
    """A model that ends soon."""

    id: str
    status: str = Field(description="Its stage of life in the catalogue: `active` or `deprecated`.")
    ends_on: str = Field(description="The day from which requests for it fail, `2026-12-01`.")
    days_left: int = Field(ge=0)
    successor: str | None = Field(description="The model that replaces it, where there is one.")
    equivalents: tuple[str, ...] = Field(description="Models that may replace it, best first.")


class ModelEventData(EventPart):
    """The body of the event."""

    model: EventRetiringModel


class ModelEvent(EventEnvelope):
    """A model ends in 30, 7 or 1 days. Sent to workspaces that have a listener; drop duplicates by `id`."""

    type: Literal["model.retiring"]
    version: Literal[1]
    workspace_id: str
    request_id: str = Field(description="The id of the check that found it.")
    data: ModelEventData


def catalogue_json_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of version 1 of the catalogue's events."""
    return schema_of(CATALOGUE_SCHEMA_ID, CatalogueEvent)


def model_json_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of version 1 of the events about a model's end, as workspaces get them."""
    return schema_of(MODEL_SCHEMA_ID, ModelEvent)

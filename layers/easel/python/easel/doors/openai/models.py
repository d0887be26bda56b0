"""Models as OpenAI's clients read them, with what each can do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import ConfigDict, Field

from easel.domain.catalogue import Catalogue, Model
from easel.http.models import AnswerModel
from easel.ids import MAX_IMAGES

ModelId = Annotated[str, Path(alias="modelId", description="A name or an alias of a model.")]


class ModelRow(AnswerModel):
    """One model."""

    model_config = ConfigDict(alias_generator=None, frozen=True, defer_build=True)

    id: str
    object: Literal["model"] = "model"
    created: int = Field(description="Seconds since 1970, of this catalogue.")
    owned_by: str
    shutdown_date: str | None = Field(description="When its vendor ends it, or has ended it.")
    status: str = Field(description="`active`, `deprecated`, or `retired`: then it runs on `successor`.")
    successor: str | None
    aliases: list[str]
    capabilities: list[str] = Field(
        description="`generations`, and `edits`, `variations` and `mask` where the model has them. No model sends "
        "partial images: streams have the completed event only."
    )
    sizes: list[str]
    aspect_ratios: list[str]
    qualities: list[str]
    backgrounds: list[str]
    max_images: int
    max_references: int


class ModelRows(AnswerModel):
    """All models that requests can name."""

    model_config = ConfigDict(alias_generator=None, frozen=True, defer_build=True)

    object: Literal["list"] = "list"
    data: list[ModelRow]


def model_rows(catalogue: Catalogue) -> ModelRows:
    """Every model, the retired ones too: clients have their names written down."""
    return ModelRows(data=[model_row(catalogue, model) for model in catalogue.models()])


def find_model(catalogue: Catalogue, name: str) -> ModelRow:
    """One model. Raises UnknownModel."""
    return model_row(catalogue, catalogue.find(name))


def model_row(catalogue: Catalogue, model: Model) -> ModelRow:
    """A model as a row."""
    life, edits = model.life, ("edits", "variations") if model.max_references else ()
    ended = life.retired_on or life.ends_on
    return ModelRow(
        id=model.id,
        created=int(datetime.fromisoformat(catalogue.version).replace(tzinfo=UTC).timestamp()),
        owned_by=model.provider,
        shutdown_date=ended.isoformat() if ended else None,
        status=model.status,
        successor=life.successor,
        aliases=list(model.aliases),
        capabilities=["generations", *edits, *(("mask",) if model.masks else ())],
        sizes=[str(size) for size in model.sizes.options] if model.sizes else [],
        aspect_ratios=list(model.aspect_ratios),
        qualities=list(model.qualities),
        backgrounds=list(model.backgrounds),
        max_images=MAX_IMAGES,
        max_references=model.max_references,
    )

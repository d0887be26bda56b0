"""What a page asks before it shows the form: who is signed in, which models there are, which prompts to begin with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from easel.clock import to_iso
from easel.domain.catalogue import Catalogue, Lifecycle, Model
from easel.domain.request import Fallback, Size
from easel.doors.workspace.door import SIZES
from easel.http.models import AnswerModel, Moment
from easel.services.accounts.principal import Principal
from easel.services.prompt_templates.read_prompt_templates import KnownTemplate

IMAGE_GENERATION: Final = "image-generation"
_IMAGE: Final = "image"
_SESSION: Final = timedelta(hours=1)
MAX_PRESETS: Final = 100

Capability = Annotated[str | None, Query(description=f"Every model here has `{IMAGE_GENERATION}`.")]
ProviderName = Annotated[str | None, Query(alias="provider", description="Only models of this provider.")]
Category = Annotated[str | None, Query(description=f"Every preset here is of the category `{_IMAGE}`.")]
SystemPresets = Annotated[
    str | None,
    Query(alias="includeSystemPresets", description="`false` leaves out those that every workspace has."),
]


class SessionUser(AnswerModel):
    """Who is signed in."""

    id: str
    role: str
    current_workspace_id: str


class SessionBody(AnswerModel):
    """The session of a page."""

    user: SessionUser
    expires: Moment


class WorkspaceModel(AnswerModel):
    """A model that makes images."""

    id: str
    name: str
    provider: str
    capabilities: list[str]
    description: str
    sizes: list[str] = Field(description="Those of this door that it makes.")
    qualities: list[str]
    available: bool = Field(description="Whether a request for it is served.")
    deprecated: bool = Field(description="Whether its vendor has announced its end, or ended it.")
    replacement_model: str | None = Field(description="Who serves it then.")


class WorkspaceModels(AnswerModel):
    """The models."""

    success: bool = True
    data: list[WorkspaceModel]


class PresetBody(AnswerModel):
    """A prompt to begin with: one shot of a prompt template."""

    id: str
    name: str
    description: str
    category: str
    template: str = Field(description="The text, with its variables in braces.")
    model: str | None = Field(description="Null: any model.")
    is_system_preset: bool


class PresetList(AnswerModel):
    """The presets."""

    success: bool = True
    data: list[PresetBody]


def session_body(caller: Principal, now: datetime) -> SessionBody:
    """Who is calling, and in which workspace."""
    user = SessionUser(id=caller.user_id, role=caller.role, current_workspace_id=caller.workspace_id)
    return SessionBody(user=user, expires=to_iso(now + _SESSION))


def models_body(catalogue: Catalogue, capability: str | None, provider: str | None) -> WorkspaceModels:
    """The models that make images, those with a size of this door first."""
    if capability not in {None, "", IMAGE_GENERATION}:
        return WorkspaceModels(data=[])
    models = [_model(catalogue, model) for model in catalogue.models()]
    listed = [model for model in models if provider in {None, "", model.provider}]
    return WorkspaceModels(data=sorted(listed, key=lambda model: (model.deprecated, not model.sizes)))


def presets_body(known: Iterable[KnownTemplate], category: str | None, system: str | None) -> PresetList:
    """One preset for each shot of the templates."""
    if category not in {None, "", _IMAGE}:
        return PresetList(data=[])
    wanted = [one for one in known if one.own is not None or system != "false"]
    return PresetList(data=[preset for one in wanted for preset in _presets(one)])


def _model(catalogue: Catalogue, model: Model) -> WorkspaceModel:
    candidates = catalogue.candidates(model, Fallback.SAME_MODEL)
    return WorkspaceModel(
        id=model.id,
        name=model.name,
        provider=candidates[0].provider if candidates else model.provider,
        capabilities=[IMAGE_GENERATION],
        description=model.description,
        sizes=sizes_of(model),
        qualities=[quality for quality in ("standard", "hd") if _takes_quality(model, quality)],
        available=bool(candidates),
        deprecated=model.status is not Lifecycle.ACTIVE,
        replacement_model=model.life.successor,
    )


def sizes_of(model: Model) -> list[str]:
    """The sizes of this door that a model takes; the large ones of a model that is chosen by ratio."""
    if model.sizes is None:
        return list(SIZES[2:])
    return [size for size in SIZES if model.sizes.allows(Size(*(int(side) for side in size.split("x"))))]


def _takes_quality(model: Model, quality: str) -> bool:
    return bool({quality, "high" if quality == "hd" else "medium"} & set(model.qualities))


def _presets(known: KnownTemplate) -> list[PresetBody]:
    template = known.template
    return [
        PresetBody(
            id=f"{template.id}/{shot.id}",
            name=f"{template.name}: {shot.name}",
            description=template.description,
            category=_IMAGE,
            template=shot.text,
            model=None,
            is_system_preset=known.own is None,
        )
        for shot in template.shots
    ]

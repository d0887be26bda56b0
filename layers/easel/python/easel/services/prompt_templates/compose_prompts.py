"""The prompts of a request that uses a template instead of a prompt.

The template language is imported only when a request uses a template: most do not, and imports slow down cold starts.
"""
# ruff: noqa: PLC0415 - see the docstring

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from easel.domain.catalogue import Model
from easel.domain.counting import counted
from easel.domain.generation import UsedTemplate
from easel.domain.image import Image
from easel.domain.limits import NOTICES
from easel.domain.request import ImageRequest
from easel.errors import FieldError, InvalidRequest, UnknownTemplate
from easel.ids import image_id

if TYPE_CHECKING:
    from easel.domain.prompt_templates import Composition, TemplateSet
    from easel.domain.template_use import TemplateUse

FindTemplate = Callable[[str, str, int | None], "TemplateSet | None"]
"""(workspace id, template id, version) -> the workspace's or built-in set, by default the newest version."""


def built_in_alone(_workspace_id: str, template_id: str, version: int | None) -> TemplateSet | None:
    """`FindTemplate` for built-in sets only."""
    from easel.domain.prompt_templates import find_built_in

    return find_built_in(template_id, version)


def composed(workspace_id: str, request: ImageRequest, model: Model, find: FindTemplate) -> Composition | None:
    """Render the request's template; None for a request with a prompt.

    Raises:
        UnknownTemplate: no such template or version in the workspace.
        InvalidRequest: invalid values, shots or references, or an `n` that differs from the number of shots.
    """
    use = request.template
    if use is None:
        return None
    from easel.domain.prompt_templates import compose

    chosen = find(workspace_id, use.id, use.version)
    if chosen is None:
        raise _unknown(use)
    roles = [reference.role for reference in request.references]
    made = compose(chosen, use, roles=roles, limit=model.max_prompt_characters)
    shots = len(made.prompts)
    if request.n not in {None, shots}:
        message = f"The template makes {counted(shots, 'image')} with these shots; leave n out, or choose other shots."
        raise InvalidRequest.of("n", message, [shots])
    return made


def filled_in(request: ImageRequest, made: Composition, model: Model) -> ImageRequest:
    """The request as it is validated and priced: with the template's number of images and suggested ratio.

    The suggestion applies if the caller chose nothing and the model supports it.
    """
    asked = request.asked
    if made.aspect_ratio in model.aspect_ratios and not (asked.size or asked.aspect_ratio):
        asked = replace(asked, aspect_ratio=made.aspect_ratio)
    return replace(request, prompt=made.title, n=len(made.prompts), asked=asked)


def new_images(generation_id: str, count: int, made: Composition | None) -> tuple[Image, ...]:
    """The images of a new generation, with their own prompts if a template is used."""
    images = tuple(Image(id=image_id(generation_id, index), index=index) for index in range(count))
    if made is None:
        return images
    pairs = zip(images, made.prompts, strict=True)
    return tuple(
        replace(image, prompt=prompt.text, shot=prompt.shot.id, references=prompt.references) for image, prompt in pairs
    )


def used(made: Composition | None) -> UsedTemplate | None:
    """The record of the template that is stored with a generation."""
    return UsedTemplate(made.template_id, made.version, made.notices[:NOTICES]) if made else None


def _unknown(use: TemplateUse) -> UnknownTemplate:
    from easel.domain.prompt_templates import BUILT_IN

    if use.version is not None:
        message = f"There is no version {use.version} of a template {use.id[:80]!r}."
    else:
        message = f"There is no template {use.id[:80]!r}."
    return UnknownTemplate(message, [FieldError(f"{use.at}id", message, {"builtIn": list(BUILT_IN)})])

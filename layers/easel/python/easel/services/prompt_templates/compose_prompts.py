"""The prompts of a request that names a template instead of bringing its own words.

What reads templates is imported when a request names one: most do not, and a cold start pays for every import.
"""
# ruff: noqa: PLC0415 - see the docstring

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from easel.domain.catalogue import Model
from easel.domain.generation import UsedTemplate
from easel.domain.image import Image
from easel.domain.request import ImageRequest
from easel.errors import FieldError, InvalidRequest, UnknownTemplate
from easel.ids import image_id

if TYPE_CHECKING:
    from easel.domain.prompt_templates import Composition, TemplateSet
    from easel.domain.template_use import TemplateUse

_AT: Final = "template."

FindTemplate = Callable[[str, str, int | None], "TemplateSet | None"]
"""(workspace id, template id, version): the set that the workspace knows by this id, the newest unless told."""


def built_in_alone(_workspace_id: str, template_id: str, version: int | None) -> TemplateSet | None:
    """`FindTemplate` where workspaces have none of their own."""
    from easel.domain.prompt_templates import find_built_in

    return find_built_in(template_id, version)


def composed(workspace_id: str, request: ImageRequest, model: Model, find: FindTemplate) -> Composition | None:
    """What the request's template makes of its values; None for a request with a prompt of its own.

    Raises:
        UnknownTemplate: not one of the workspace, or not this version.
        InvalidRequest: values, shots or reference pictures that the template does not take, or another `n` than it has.
    """
    use = request.template
    if use is None:
        return None
    from easel.domain.prompt_templates import compose

    chosen = find(workspace_id, use.id, use.version)
    if chosen is None:
        raise _unknown(use)
    roles = [reference.role for reference in request.references]
    made = compose(chosen, use, roles=roles, limit=model.max_prompt_characters, at=_AT)
    shots = len(made.prompts)
    if request.n not in {None, shots}:
        message = f"The template makes {shots} images with these shots; leave n out, or choose other shots."
        raise InvalidRequest.of("n", message, [shots])
    return made


def filled_in(request: ImageRequest, made: Composition, model: Model) -> ImageRequest:
    """The request as it is checked and priced: with the template's number of images, and the ratio it suggests.

    The suggestion counts where the caller chose nothing and the model takes it.
    """
    asked = request.asked
    if made.aspect_ratio in model.aspect_ratios and not (asked.size or asked.aspect_ratio):
        asked = replace(asked, aspect_ratio=made.aspect_ratio)
    return replace(request, prompt=made.title, n=len(made.prompts), asked=asked)


def new_images(generation_id: str, count: int, made: Composition | None) -> tuple[Image, ...]:
    """The images of a new generation, each with its own prompt where a template makes them."""
    images = tuple(Image(id=image_id(generation_id, index), index=index) for index in range(count))
    if made is None:
        return images
    pairs = zip(images, made.prompts, strict=True)
    return tuple(
        replace(image, prompt=prompt.text, shot=prompt.shot.id, references=prompt.references) for image, prompt in pairs
    )


def used(made: Composition | None) -> UsedTemplate | None:
    """What a generation remembers of its template."""
    return UsedTemplate(made.template_id, made.version, made.notices) if made else None


def _unknown(use: TemplateUse) -> UnknownTemplate:
    from easel.domain.prompt_templates import BUILT_IN

    if use.version is not None:
        message = f"There is no version {use.version} of a template {use.id[:80]!r}."
    else:
        message = f"There is no template {use.id[:80]!r}."
    return UnknownTemplate(message, [FieldError(f"{_AT}id", message, {"builtIn": list(BUILT_IN)})])

"""Have a picture made for a content item: a new version, or the one that the same request began a moment ago."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.catalogue import Catalogue, Model
from easel.domain.content_item import (
    UNNAMED_ITEM,
    ContentImage,
    ContentItem,
    ContentRequest,
    file_name,
    light_of,
)
from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.domain.request import AskedParameters, ImageRequest, Routing
from easel.domain.template_use import TemplateUse
from easel.errors import Contended, InvalidRequest, NotFound, StaleWrite
from easel.services.accounts.principal import Principal
from easel.services.generations.read_generations import ReadGenerations
from easel.services.generations.submit_generation import SubmitGeneration
from easel.services.ports.content import ContentImages
from easel.services.ports.generations import GenerationReader
from easel.services.ports.transactions import Write

JOIN_WINDOW: Final = timedelta(seconds=60)
"""How long the same request joins the version that it began: clients repeat a request that took them too long."""

_TEMPLATE: Final = "content-item"
_TEMPLATE_WITH_TEXT: Final = "content-item-with-text"
"""The same for pictures that may have letters in them."""
_VALUE_FIELDS: Final = {"title": "title", "description": "description"}
"""The fields that values of the template come from."""
_SIZE_OF_RATIO: Final = {"16:9": "1792x1008", "4:3": "1280x960", "1:1": "1024x1024"}
"""For models that take sizes and no ratios: the nearest that they have is made."""
_PREFERRED_FORMATS: Final = ("jpeg", "png", "webp")
_TITLE_KEPT: Final = 300
"""Characters of the title that a version keeps. Longer ones come only where the caller lets them be shortened."""
_TRIES: Final = 12
"""Of requests for one item at the same moment one gets through at a time."""


@dataclass(frozen=True, slots=True)
class ContentDefaults:
    """What a deployment says about pictures of content items."""

    model: str
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class SubmittedContent:
    """A version and its generation; `replayed` when an earlier request had begun it.

    `item` is what was known of its item when the request was taken; None for the item without a name.
    """

    image: ContentImage
    generation: Generation
    replayed: bool
    item: ContentItem | None = None

    @property
    def is_current(self) -> bool | None:
        """Whether it is the picture of its item now, if no later request was faster; None without an item."""
        if self.item is None:
            return None
        if not any(image.stored for image in self.generation.images):
            return False
        if self.item.chosen:
            return self.item.chosen == self.generation.id
        return not self.replayed or self.item.latest == self.generation.id


class SubmitContentImage:
    """Ends in `SubmitGeneration` as every other way in. The version is stored in the same transaction."""

    def __init__(
        self,
        *,
        submit: SubmitGeneration,
        read: ReadGenerations,
        images: ContentImages,
        generations: GenerationReader,
        catalogue: Callable[[], Catalogue],
        defaults: ContentDefaults,
        clock: Clock,
    ) -> None:
        self._submit = submit
        self._read = read
        self._images = images
        self._generations = generations
        self._catalogue = catalogue
        self._defaults = defaults
        self._clock = clock

    def __call__(
        self,
        principal: Principal,
        request: ContentRequest,
        *,
        request_id: str,
        idempotency_key: str | None,
        patience: Callable[[], float],
    ) -> SubmittedContent:
        """Accept the request, and wait for its picture as long as `patience` says once it is accepted.

        Raises: as `accept`.
        """
        made = self.accept(principal, request, request_id=request_id, idempotency_key=idempotency_key)
        ended = self._read.wait(principal, made.generation.id, patience())
        return replace(made, generation=ended, item=self._with_choice_that_is_there(principal, made.item))

    def accept(
        self, principal: Principal, request: ContentRequest, *, request_id: str, idempotency_key: str | None
    ) -> SubmittedContent:
        """Accept the request.

        Raises:
            InvalidRequest, IdempotencyKeyReused, LimitReached, InsufficientCredits, BudgetExceeded: as
                `SubmitGeneration`.
            Contended: too many requests for this item at the same moment.
        """
        model = self._catalogue().find(request.model or self._defaults.model)
        wanted = self._image_request(request, model)
        output_format = wanted.asked.output_format or "png"
        for later in range(_TRIES):
            item = self._item(principal, request)
            running = None if idempotency_key else self._running(principal, request, item)
            if running is not None:
                return running
            made = _Versions(self._images, request, item, output_format, later)
            try:
                submitted = self._submit(
                    principal, wanted, request_id=request_id, idempotency_key=idempotency_key, along=made
                )
            except StaleWrite:
                # Another request for this item, or for this address, was faster.
                continue
            generation = submitted.generation
            if not submitted.replayed:
                return SubmittedContent(made.image(generation), generation, replayed=False, item=item)
            earlier = self._earlier(principal, request, generation)
            return SubmittedContent(earlier, generation, replayed=True, item=item)
        raise Contended("There are too many requests for this content item at the same moment. Please try again.")

    def _image_request(self, request: ContentRequest, model: Model) -> ImageRequest:
        measures = _measures(request.aspect_ratio or request.variant.aspect_ratio, model)
        output_format = request.output_format or next(
            (one for one in _PREFERRED_FORMATS if one in model.output_formats), None
        )
        return ImageRequest(
            prompt=request.prompt or "",
            model=request.model or self._defaults.model,
            n=1,
            asked=AskedParameters(
                size=measures.size,
                aspect_ratio=measures.aspect_ratio,
                size_policy=measures.size_policy,
                output_format=output_format,
            ),
            input_params=request.sent,
            client_reference=request.item_id,
            routing=Routing(provider=request.provider or (None if request.model else self._defaults.provider)),
            template=None if request.prompt else _template(request),
        )

    def _with_choice_that_is_there(self, principal: Principal, item: ContentItem | None) -> ContentItem | None:
        """The item without the version that a person chose, if that was deleted since or is in the trash."""
        if item is None or item.chosen is None:
            return item
        chosen = self._generations.get(principal.workspace_id, item.chosen)
        return item if chosen is not None and chosen.images[0].stored else replace(item, chosen=None)

    # --- versions -----------------------------------------------------------------------------------------------------

    def _item(self, principal: Principal, request: ContentRequest) -> ContentItem | None:
        """The item; None where there is none, so that nothing is counted or joined."""
        if request.item_id == UNNAMED_ITEM:
            return None
        return self._images.item(principal.workspace_id, request.item_id)

    def _running(
        self, principal: Principal, request: ContentRequest, item: ContentItem | None
    ) -> SubmittedContent | None:
        """The version that the same request began within the window, unless it failed or is gone."""
        if item is None or item.latest is None or item.latest_at is None:
            return None
        if item.latest_fingerprint != request.fingerprint() or self._clock() - item.latest_at > JOIN_WINDOW:
            return None
        image = self._images.get(principal.workspace_id, request.item_id, item.latest)
        generation = self._generations.get(principal.workspace_id, item.latest)
        if image is None or generation is None or generation.status in {Status.FAILED, Status.CANCELLED}:
            return None
        if generation.images[0].gone_at is not None:
            return None
        return SubmittedContent(image, generation, replayed=True, item=item)

    def _earlier(self, principal: Principal, request: ContentRequest, generation: Generation) -> ContentImage:
        image = self._images.get(principal.workspace_id, request.item_id, generation.id)
        if image is None:
            raise NotFound("The picture that this Idempotency-Key made was deleted.")
        return image


def _measures(ratio: str, model: Model) -> AskedParameters:
    """What to ask the model for. Raises InvalidRequest: a ratio that it cannot make."""
    if ratio in model.aspect_ratios:
        return AskedParameters(aspect_ratio=ratio)
    if ratio in _SIZE_OF_RATIO:
        return AskedParameters(size=_SIZE_OF_RATIO[ratio], size_policy="nearest")
    allowed = list(dict.fromkeys((*_SIZE_OF_RATIO, *model.aspect_ratios)))
    message = f"aspectRatio must be one of {', '.join(allowed)} for {model.id}."
    raise InvalidRequest.of("aspectRatio", message, allowed)


def _template(request: ContentRequest) -> TemplateUse:
    variables = {
        "title": request.title,
        "description": request.description or "",
        "light": light_of(request.item_id, request.variant),
    }
    name = _TEMPLATE_WITH_TEXT if request.allow_text else _TEMPLATE
    shots = (request.variant.value,)
    return TemplateUse(name, variables, shots=shots, truncate=request.truncate, at="", value_fields=_VALUE_FIELDS)


@dataclass(frozen=True, slots=True)
class _Versions:
    """Makes the version of a new generation.

    `later` are the milliseconds by which its address moves on because an earlier one was taken.
    """

    images: ContentImages
    request: ContentRequest
    item: ContentItem | None
    output_format: str
    later: int

    def __call__(self, generation: Generation) -> Sequence[Write]:
        image = self.image(generation)
        adding = self.images.adding(image)
        if self.item is None:
            return adding
        return [self.images.counting(image, self.item, self.request.fingerprint()), *adding]

    def image(self, generation: Generation) -> ContentImage:
        request = self.request
        return ContentImage(
            workspace_id=generation.workspace_id,
            item_id=request.item_id,
            file_name=file_name(
                request.variant, generation.created_at + timedelta(milliseconds=self.later), self.output_format
            ),
            variant=request.variant,
            title=request.title[:_TITLE_KEPT],
            generation_id=generation.id,
            image_id=generation.images[0].id,
            created_at=generation.created_at,
            created_by=generation.user_id,
            number=None if self.item is None else self.item.versions + 1,
        )

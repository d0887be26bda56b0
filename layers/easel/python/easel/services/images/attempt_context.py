"""One attempt at one image, with what its provider was asked for: worked out once, passed to every step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from easel.domain.attempt import Attempt
from easel.domain.catalogue import Candidate, Cost, UpstreamPlan, plan_upstream
from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.domain.provider import Finished, UpstreamParameters
from easel.errors import ProviderError
from easel.services.catalogue.choose_provider import ProviderRouting
from easel.services.ports.image_tasks import ImageRef, ImageTask


@dataclass(frozen=True, slots=True)
class AttemptContext:
    """An attempt with its image and its plan.

    `candidate` and `plan` are None when the model has left the catalogue since the attempt began: a picture that was
    made is delivered all the same.
    """

    generation: Generation
    task: ImageTask
    attempt: Attempt
    candidate: Candidate | None
    plan: UpstreamPlan | None

    @classmethod
    def of(cls, routing: ProviderRouting, generation: Generation, task: ImageTask, attempt: Attempt) -> AttemptContext:
        """The context of an attempt that was read."""
        try:
            candidate = routing.candidate(generation.model, attempt.provider, attempt.model)
        except ProviderError:
            return cls(generation, task, attempt, None, None)
        plan = plan_image(candidate, generation, generation.images[task.ref.index])
        return cls(generation, task, attempt, candidate, plan)

    def at(self, task: ImageTask) -> AttemptContext:
        """The same attempt as `task` has it now."""
        return replace(self, task=task, attempt=task.attempt(self.attempt.id) or self.attempt)

    @property
    def ref(self) -> ImageRef:
        return self.task.ref

    @property
    def image(self) -> Image:
        return self.generation.images[self.task.ref.index]

    @property
    def has_ended(self) -> bool:
        """Whether the image needs no picture any more."""
        return self.generation.status.is_final or self.image.status.is_final

    @property
    def deadline(self) -> datetime:
        """When the image is given up."""
        return self.generation.image_deadline(self.task.attempts)

    @property
    def prompt(self) -> str:
        """The prompt that the provider gets."""
        return self.plan.prompt if self.plan else self.generation.prompt_of(self.image)

    @property
    def upstream(self) -> UpstreamParameters:
        """What the provider was asked for."""
        return self.plan.parameters if self.plan else UpstreamParameters()

    def cost_of(self, finished: Finished) -> Cost:
        """What the provider takes for a picture; what was expected at the start when its prices are gone."""
        if self.candidate is None:
            return Cost(self.attempt.cost_micro_usd, uncertain=True)
        return self.candidate.cost_of(finished, self.upstream)


def plan_image(candidate: Candidate, generation: Generation, image: Image) -> UpstreamPlan:
    """What `candidate` is asked for, to make this image."""
    return plan_upstream(candidate, generation.prompt_of(image), generation.parameters.of_image(image.index))

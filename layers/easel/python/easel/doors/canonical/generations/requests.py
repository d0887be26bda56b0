"""What a request for images may say."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError, PydanticKnownError

from easel.domain.catalogue.tuning import MAX_SEED
from easel.domain.request import AskedParameters
from easel.domain.retry import LONGEST_NOTE
from easel.domain.template_use import ANY_ROLE, MAX_VARIABLES, ROLE
from easel.domain.watermark import MAX_CHARACTERS
from easel.http.models import RequestModel, WebAddress, WholeNumber
from easel.ids import MAX_IMAGES

_LONGEST_CLIENT_REFERENCE: Final = 200


_LONGEST_QUOTE_ID: Final = 1024


EndType = Literal["generation.completed", "generation.failed", "generation.cancelled"]
TemplateValues = Annotated[dict[str, str], Field(max_length=MAX_VARIABLES)]


class TemplateUseRequest(RequestModel):
    """A prompt template and what to put into it."""

    id: str = Field(description="As `GET /api/v1/prompt-templates` lists them.", examples=["product-shots"])
    version: WholeNumber | None = Field(default=None, description="The newest when left out.")
    shots: list[str] | None = Field(
        default=None,
        max_length=MAX_IMAGES,
        description="Ids of the shots to make, one image each; all that fit the variables when left out.",
        examples=[["duo", "flat-lay"]],
    )
    variables: TemplateValues = Field(
        default_factory=dict,
        description="Values by the names of the template's variables.",
        examples=[{"name": "canvas tote bag", "color": "forest green", "material": "waxed cotton"}],
    )
    truncate: bool = Field(
        default=False,
        description="Shorten values that the template calls `truncatable` where they or a prompt are too long, and say "
        "so in `template.warnings`, instead of refusing the request.",
    )


_ONE_SOURCE: Final[JsonDict] = {
    "oneOf": [{"required": [name]} for name in ("uploadId", "imageId", "url", "telegramFileId")]
}


class ReferenceRequest(RequestModel):
    """A picture to work from, and what it shows. Exactly one of `uploadId`, `imageId`, `url` and `telegramFileId`."""

    model_config = ConfigDict(json_schema_extra=_ONE_SOURCE)

    upload_id: str | None = Field(default=None, description="Of `POST /api/v1/uploads`, once it is ready.")
    image_id: str | None = Field(default=None, description="A finished picture of the workspace.")
    url: WebAddress | None = Field(
        default=None,
        description="A picture over https, or the permalink of a picture of the workspace. Secrets in it, such as a "
        "signature, are neither stored nor shown in clear.",
    )
    telegram_file_id: str | None = Field(
        default=None, description="A file that was sent to the Telegram bot of the workspace."
    )
    role: str = Field(
        default=ANY_ROLE,
        description="What it shows, for templates that know such pictures: `front` and `back` of a product. "
        "`mask`: where the first picture may be changed, for models that take masks.",
        json_schema_extra={"pattern": f"^{ROLE}$"},
        examples=["front"],
    )


class RetryImageRequest(RequestModel):
    """What shall be different."""

    note: str | None = Field(
        default=None,
        json_schema_extra={"maxLength": LONGEST_NOTE},
        description="What was wrong with the image. It is added to the prompt.",
        examples=["the label cannot be read"],
    )
    quote_id: str | None = Field(
        default=None, max_length=_LONGEST_QUOTE_ID, description="Of a `dry_run`: no more than its price is charged."
    )


class WebhookRequest(RequestModel):
    """Where the end of this generation is posted to, as webhook endpoints get it."""

    url: WebAddress = Field(
        description="A public https address. Secrets in it are neither stored nor shown in clear.",
        examples=["https://shop.example/hooks/easel"],
    )
    events: list[EndType] = Field(
        default_factory=list, max_length=3, description="Which ends; all when empty or left out."
    )


class SubmitGenerationRequest(RequestModel):
    """What to draw. Fields may also be written in snake_case; `null` means the same as leaving a field out.

    Exactly one of `prompt` and `template` is needed.
    """

    # Not as a choice of required fields: generated clients would have a body without a type.
    template: TemplateUseRequest | None = Field(
        default=None, description="Instead of `prompt`: a template makes the prompts, one per image."
    )
    prompt: str | None = Field(
        default=None,
        # An absent prompt is a fault unless there is a template.
        validate_default=True,
        description="What the picture shall show. Not with `template`.",
        json_schema_extra={"minLength": 1},
        examples=["A red fox asleep in fresh snow, morning light"],
    )
    model: str = Field(description="A model's id, as `GET /api/v1/models` lists them.", examples=["seedream-v4"])
    # The range of n is a rule of the domain, which reports it together with all other faults: here it is only told.
    n: WholeNumber | None = Field(
        default=None,
        description="How many images; 1 when left out. With `template` it is the number of its shots.",
        json_schema_extra={"minimum": 1, "maximum": MAX_IMAGES},
    )
    size: str | None = Field(
        default=None,
        description="Pixels as `WIDTHxHEIGHT` (also `WIDTH*HEIGHT`), for models with `options.supports_size`.",
        examples=["2048x2048"],
    )
    aspect_ratio: str | None = Field(
        default=None, description="For models with `options.supports_aspect_ratio`.", examples=["16:9"]
    )
    resolution: str | None = Field(
        default=None, description="For models with `options.supports_resolution`.", examples=["2k"]
    )
    output_format: str | None = Field(default=None, description="`png`, `jpeg` or `webp`.")
    quality: str | None = Field(
        default=None,
        description="One of the model's `qualities`. `standard` and `medium` mean the same, so do `hd` and `high`; "
        "`auto` is the model's default.",
        examples=["hd"],
    )
    style: str | None = Field(
        default=None, description="`natural`, `vivid`, `artistic` or `photographic`.", examples=["vivid"]
    )
    background: str | None = Field(
        default=None, description="`transparent`, `opaque` or `auto`, for models with `backgrounds`."
    )
    # Which of these a model takes, and how far, is data of the catalogue.
    negative_prompt: str | None = Field(
        default=None, description="What the picture shall not show, for models whose `inputSchema` has it."
    )
    guidance: float | None = Field(
        default=None, description="How closely to follow the prompt, for models whose `inputSchema` has it."
    )
    steps: WholeNumber | None = Field(
        default=None, description="Steps of inference, for models whose `inputSchema` has it."
    )
    seed: WholeNumber | None = Field(
        default=None,
        description="Makes the same picture again, for models whose `inputSchema` has it. Of several images it is that "
        "of the first, and each further one has the next.",
        json_schema_extra={"minimum": 0, "maximum": MAX_SEED},
    )
    size_policy: str | None = Field(
        default=None,
        description="What becomes of a size that the model does not have: `strict` (the default) refuses it, `nearest` "
        "takes the nearest one and says so in `paramsAdjusted`.",
        examples=["nearest"],
    )
    # Which characters can be drawn is a rule of the domain.
    watermark: str | None = Field(
        default=None,
        description="Text to draw into the lower right corner: one line in Latin, Greek, Cyrillic, Armenian or "
        "Georgian letters. A character that cannot be drawn is refused.",
        json_schema_extra={"minLength": 1, "maxLength": MAX_CHARACTERS},
        examples=["© Easel Studio"],
    )
    reference_urls: list[WebAddress] | None = Field(
        default=None,
        description="Instead of `references`: addresses alone.",
    )
    references: list[ReferenceRequest] | None = Field(
        default=None,
        description="Pictures to work from, in order, each with what it shows. With any of them the request is "
        "image-to-image.",
    )
    reference_file_ids: list[str] | None = Field(
        default=None,
        description="Instead of `references`: Telegram file ids alone. Beside `referenceUrls` they are further names "
        "of the same pictures, in their order.",
    )
    provider: str | None = Field(
        default=None,
        description="Who shall be asked first, of the providers that serve the model; see `GET /api/v1/models/{id}`.",
        examples=["google"],
    )
    fallback: Literal["none", "same-model", "equivalent"] | None = Field(
        default=None,
        description="Who may stand in when a provider does not deliver: nobody, another provider of the same model, or "
        "also another model of the same kind. Left out, the workspace's choice counts, else that of the deployment.",
    )
    fallback_after_refusal: bool | None = Field(
        default=None,
        description="Whether another vendor may be asked for what the content policy of one has refused; by default "
        "none is.",
    )
    client_reference: str | None = Field(
        default=None,
        max_length=_LONGEST_CLIENT_REFERENCE,
        description="Your own name for this request; comes back unchanged.",
    )
    webhook: WebhookRequest | None = Field(
        default=None,
        description="Where to post the end of this generation; `POST /api/v1/webhooks/requests/rotate` has the secret.",
    )
    quote_id: str | None = Field(
        default=None,
        max_length=_LONGEST_QUOTE_ID,
        description="Of `POST /api/v1/quotes`: no more than was quoted is charged.",
    )

    def asked(self) -> AskedParameters:
        """What the body says about the picture, in the fields that this model and `AskedParameters` share."""
        own = type(self).model_fields
        shared = [field.name for field in fields(AskedParameters) if field.name in own]
        return AskedParameters(**{name: getattr(self, name) for name in shared})

    @field_validator("prompt")
    @classmethod
    def _one_of_two(cls, prompt: str | None, info: ValidationInfo) -> str | None:
        # A template at fault is not among the data, and told of by itself.
        template = info.data.get("template", ...)
        if prompt is None and template is None:
            raise PydanticKnownError("missing")
        if prompt is not None and template is not None:
            raise PydanticCustomError("not_with_template", "must be left out when there is a template")
        return prompt

"""The shapes of the canonical API: what requests may say and what answers look like.

All models of all functions live here and nowhere else. The OpenAPI document is merged from the functions by model name,
and two models of one name would silently become one.

On the wire names are camelCase. Requests may also use snake_case, and refuse what they do not know.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError, PydanticKnownError

from easel.domain.catalogue import Lifecycle
from easel.domain.generation import Mode, Stage, Status
from easel.domain.price import PriceUnit
from easel.domain.provenance import ContentCredentials
from easel.domain.template_use import ANY_ROLE, MAX_VARIABLES, ROLE
from easel.domain.watermark import MAX_CHARACTERS
from easel.ids import MAX_IMAGES

_WEB_ADDRESS: Final = re.compile(r"https?://[^\s/?#@\\]+(?:[/?#]\S*)?", re.IGNORECASE)
_LONGEST_ADDRESS: Final = 2048
_LONGEST_CLIENT_REFERENCE: Final = 200
_LONGEST_QUOTE_ID: Final = 1024
_LONGEST_VALUES: Final = 20_000
"""Characters of all values for a template: what was sent is stored beside ten prompts, in one item of 400 kB."""


def _web_address(text: str) -> str:
    if len(text) > _LONGEST_ADDRESS or not _WEB_ADDRESS.fullmatch(text):
        limit = {"allowed": {"schemes": ["https", "http"], "maxLength": _LONGEST_ADDRESS}}
        raise PydanticCustomError("not_a_web_address", "must be an absolute http(s) address without credentials", limit)
    return text


def _values(given: dict[str, str]) -> dict[str, str]:
    if sum(map(len, given.values())) > _LONGEST_VALUES:
        raise PydanticCustomError("values_too_long", "too much text", {"max_length": _LONGEST_VALUES})
    return given


TemplateValues = Annotated[dict[str, str], Field(max_length=MAX_VARIABLES), AfterValidator(_values)]
WebAddress = Annotated[str, AfterValidator(_web_address), Field(json_schema_extra={"format": "uri"})]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-20T10:00:00.000Z"])]
"""ISO 8601 in UTC with milliseconds and `Z`."""


class RequestModel(BaseModel):
    """A request body: strict about types, closed to fields it does not know."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True, strict=True, defer_build=True
    )


class AnswerModel(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, defer_build=True)


class TemplateUseRequest(RequestModel):
    """A prompt template and what to put into it."""

    id: str = Field(description="As `GET /api/v1/prompt-templates` lists them.", examples=["product-shots"])
    version: int | None = Field(default=None, description="The newest when left out.")
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


class ReferenceRequest(RequestModel):
    """A picture to work from, and what it shows."""

    url: WebAddress
    role: str = Field(
        default=ANY_ROLE,
        description="What it shows, for templates that know such pictures: `front` and `back` of a product.",
        json_schema_extra={"pattern": f"^{ROLE}$"},
        examples=["front"],
    )


class SubmitGenerationRequest(RequestModel):
    """What to draw. Fields may also be written in snake_case; `null` means the same as leaving a field out.

    Exactly one of `prompt` and `template` is needed.
    """

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
    n: int | None = Field(
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
        description="Pictures to work from, in order. With any of them the request is image-to-image.",
    )
    references: list[ReferenceRequest] | None = Field(
        default=None, description="Instead of `referenceUrls`: the same with what each picture shows."
    )
    reference_file_ids: list[str] | None = Field(
        default=None,
        description="Telegram file ids of the references, in the order of `referenceUrls`; kept with the generation.",
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
    quote_id: str | None = Field(
        default=None,
        max_length=_LONGEST_QUOTE_ID,
        description="Of `POST /api/v1/quotes`: no more than was quoted is charged.",
    )

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


class UsedTemplateBody(AnswerModel):
    """The template that made the prompts."""

    id: str
    version: int
    shots: list[str] = Field(description="One per image, in their order.")
    warnings: list[str] = Field(description="What was done otherwise than asked, such as a value that was shortened.")


class PriceOfGeneration(AnswerModel):
    """What a generation costs when all of its images are delivered, as it was when it was asked for."""

    unit: PriceUnit = Field(description="What the price counts.")
    plan: str = Field(description="The price list of the workspace's plan.")
    version: str = Field(description="Of the price book.")
    milli_credits: int = Field(ge=0)
    credits: float = Field(ge=0, description="The same in credits.")


class FailureBody(AnswerModel):
    """Why a generation or an image did not come to be. Switch on `code`; show `message`."""

    code: str
    message: str
    retryable: bool


class AttemptBody(AnswerModel):
    """One call to one provider for one image."""

    provider: str
    model: str = Field(description="The living model of the catalogue.")
    upstream_model: str = Field(description="The provider's name for it.")
    started_at: Moment
    ended_at: Moment | None
    duration_ms: int | None
    outcome: str | None = Field(description="`delivered`, `cancelled`, a class of failure, or null while it runs.")
    error_code: str | None
    cost_micro_usd: int = Field(description="What the provider takes for it, in millionths of a dollar.")
    cost_uncertain: bool = Field(description="Nobody knows yet, or will know, whether the provider takes it.")


class ServedByBody(AnswerModel):
    """Who made a picture: the provider, and the living model that stood for the one asked for."""

    provider: str
    model: str


class AdjustmentBody(AnswerModel):
    """One parameter that the provider was told otherwise than the caller asked, and what became of it."""

    field: str
    asked: str
    made: str = Field(description="What the provider was told.")
    reason: str


class ProvenanceBody(AnswerModel):
    """What the bytes of a picture, its preview and its thumbnail say of their origin."""

    digital_source_type: str = Field(
        description="IPTC's term for how the picture came to be; in the XMP of every variant, or in the vendor's own "
        "signed manifest where that was kept.",
        json_schema_extra={"format": "uri"},
    )
    generator: ServedByBody | None = Field(description="Who made it.")
    c2pa: ContentCredentials = Field(
        alias="c2pa",
        description="The vendor's signed C2PA manifest in the original: `kept`, `removed` because the picture was "
        "made anew in another size or format or with a watermark, or `absent`.",
    )
    watermark: str | None = Field(description="The text that can be seen in it.")


class ImageBody(AnswerModel):
    """One picture of a generation. Links and measures are null until it exists; the permalink never is."""

    id: str
    index: int
    status: Status
    stage: Stage | None
    url: str | None = Field(description="The original, by a link that works without credentials until `urlExpiresAt`.")
    url_expires_at: Moment | None
    preview_url: str | None
    thumbnail_url: str | None
    permalink: str = Field(description="Never changes; answers 202 until the picture exists.")
    width: int | None
    height: int | None
    media_type: str | None
    byte_count: int | None
    sha256: str | None
    blurhash: str | None
    provenance: ProvenanceBody | None = Field(description="What its bytes say of their origin.")
    served_by: ServedByBody | None = Field(description="Who made it.")
    params_adjusted: list[AdjustmentBody] = Field(description="What was made otherwise than it was asked for.")
    prompt: str = Field(description="What it shall show.")
    shot: str | None = Field(description="The shot of the template; null without one.")
    error: FailureBody | None
    attempts: list[AttemptBody]
    late: bool = Field(description="It arrived after the generation had ended: kept, not charged.")
    price_milli_credits: int = Field(description="Its share of the price; 0 once it will not be delivered in time.")
    provider_cost_micro_usd: int = Field(description="What providers take for all attempts at it.")
    completed_at: Moment | None


class SingleImageBody(ImageBody):
    """One picture on its own, with what its generation says about it."""

    generation_id: str
    model: str


class ParametersBody(AnswerModel):
    """What the pictures shall be, with the model's defaults filled in."""

    size: str | None
    aspect_ratio: str | None
    resolution: str | None
    output_format: str | None
    quality: str | None
    style: str | None
    background: str | None
    watermark: str | None


class QuoteBody(AnswerModel):
    """What a request costs at most. Nothing was written, and nothing is held."""

    quote_id: str = Field(description="Send it as `quoteId` with the request: then no more than this is charged.")
    expires_at: Moment = Field(description="Until then the quote binds.")
    model: str
    images: int
    parameters: ParametersBody
    price: PriceOfGeneration
    template: UsedTemplateBody | None


class ReferenceBody(AnswerModel):
    """A picture that the model works from."""

    url: str
    role: str
    telegram_file_id: str | None


class GenerationLinks(AnswerModel):
    """Where to go from here. `cancel` is null once the generation has ended."""

    self_: str = Field(alias="self")
    cancel: str | None


class GenerationBody(AnswerModel):
    """One request for images and how far it has come."""

    id: str
    status: Status
    stage: Stage | None
    progress: int = Field(ge=0, le=100, description="Percent; coarse, never runs backwards.")
    model: str
    provider: str
    served_by: ServedByBody | None = Field(description="Who is to make it; who made each image is said there.")
    deprecation: DeprecationBody | None = Field(description="Set when the model asked for ends or has ended.")
    params_adjusted: list[AdjustmentBody] = Field(
        description="What is planned to be made otherwise than it was asked for; what was is said with each image."
    )
    mode: Mode
    prompt: str = Field(description="With a template a short title; each image has its own prompt.")
    template: UsedTemplateBody | None
    parameters: ParametersBody
    n: int
    images_completed: int
    images_failed: int
    price: PriceOfGeneration | None = Field(description="What it costs at most.")
    charged_milli_credits: int | None = Field(description="What was taken for what was delivered; null until the end.")
    charged_credits: float | None = Field(description="The same in credits.")
    provider_cost_micro_usd: int = Field(description="What providers take for all attempts, in millionths of a dollar.")
    images: list[ImageBody]
    error: FailureBody | None
    input_params: dict[str, Any] = Field(description="The request as it was sent.")
    references: list[ReferenceBody]
    client_reference: str | None
    created_at: Moment
    started_at: Moment | None
    completed_at: Moment | None
    deadline: Moment
    duration_ms: int | None = Field(description="From `createdAt` to `completedAt`.")
    links: GenerationLinks


class PageLinks(AnswerModel):
    """This page and the one after it."""

    self_: str = Field(alias="self")
    next: str | None


class GenerationPage(AnswerModel):
    """The newest generations of the workspace first."""

    generations: list[GenerationBody]
    limit: int
    page: int | None = Field(description="The page asked for by number; null when a cursor was used.")
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")
    links: PageLinks


class PendingPictureBody(AnswerModel):
    """What a permalink answers while its picture is being made: nothing about the request itself."""

    status: Status
    stage: Stage | None
    message: str


class ModelOptions(BaseModel):
    """What a model lets the caller choose. The keys are in snake_case on every route."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    supports_size: bool
    supports_aspect_ratio: bool
    supports_resolution: bool
    size_options: list[str]
    aspect_ratio_options: list[str]
    resolution_options: list[str]


class PriceStepBody(AnswerModel):
    """One line of a price list."""

    option: str = Field(description="A size, a resolution, or `any`.")
    quality: str
    milli_credits: int
    credits: float


class PriceBody(AnswerModel):
    """What a model costs in a plan: the lowest price, and every line of the list."""

    credits: float
    milli_credits: int
    per: PriceUnit = Field(description="What is counted: the whole generation, each image, or each megapixel of it.")
    steps: list[PriceStepBody]
    milli_credits_per_megapixel_above: dict[str, int] | None = Field(
        description="For sizes beyond the list: by quality, for each megapixel begun. "
        "A size between two lines costs the larger."
    )


class DeprecationBody(AnswerModel):
    """What becomes of a name whose model ends, or has ended, at its vendor."""

    status: Lifecycle
    ends_on: date | None = Field(description="The first day on which the vendor no longer answers to the name.")
    retired_on: date | None
    successor: str = Field(description="The model that requests for this name run on, or will from that day on.")
    notice: str = Field(description="The same in a sentence.")
    price_difference: dict[str, int] = Field(
        description="By plan: how many milli-credits an image of the successor, asked for by its own name, costs more."
    )


class LatencyBody(AnswerModel):
    """How long callers lately waited for an image, from the request to the picture."""

    p50_ms: int
    p90_ms: int
    samples: int


class ModelLinks(AnswerModel):
    """Where to go from here."""

    self_: str = Field(alias="self")


class ModelBody(AnswerModel):
    """One model that requests can name."""

    id: str
    name: str
    description: str
    provider: str = Field(description="The vendor that the name belongs to, which is asked first.")
    status: Lifecycle = Field(description="`retired`: gone at its vendor; requests for the name run on its successor.")
    served_by: list[ServedByBody] = Field(description="Who makes its pictures, in the order of asking.")
    deprecation: DeprecationBody | None = Field(description="Null for a model that lives.")
    aliases: list[str] = Field(description="Other names that requests may use.")
    equivalents: list[str] = Field(description="Models that may stand in with `fallback: equivalent`.")
    modes: list[Mode]
    options: ModelOptions
    default_size: str | None
    sizes: dict[str, Any] | None = Field(description="The rule: either `sizes`, or bounds with `examples`.")
    default_resolution: str | None
    output_formats: list[str]
    qualities: list[str]
    default_quality: str
    styles: list[str]
    backgrounds: list[str]
    max_images: int
    max_references: int
    max_prompt_characters: int
    deadline_seconds: int
    price: PriceBody = Field(description="Of the standard plan.")
    prices: dict[str, PriceBody] = Field(description="By plan.")
    price_book_version: str
    latency: LatencyBody | None = Field(
        description="Of the last seven days; null in lists, and when nobody asked for it."
    )
    input_schema: dict[str, Any] = Field(description="JSON Schema of a request that this model takes.")
    links: ModelLinks


class ModelList(AnswerModel):
    """Every model that can be named."""

    models: list[ModelBody]
    version: str = Field(description="Of the catalogue.")


class SizeBody(AnswerModel):
    """A ready-made size. Any other within the model's bounds works as well."""

    size: str
    width: int
    height: int
    aspect_ratio: str
    label: str


class SizeList(AnswerModel):
    """The ready-made sizes of `model`; for a model of ratios, the pixels that each ratio comes out with."""

    model: str
    min_side: int | None
    max_side: int | None
    default: str | None
    sizes: list[SizeBody]


class RootBody(AnswerModel):
    """What this service is and where to read on."""

    name: str
    description: str
    version: str
    links: dict[str, str]


class HealthBody(AnswerModel):
    """A sign of life."""

    status: str
    uptime_seconds: float = Field(description="Of the process that answered.")
    version: str
    stage: str
    time: Moment
    request_id: str


class InfoBody(AnswerModel):
    """What a client may want to know before its first call."""

    name: str
    version: str
    stage: str
    api_version: str
    authentication: str
    models: list[str]
    statuses: list[Status]
    limits: dict[str, int]
    links: dict[str, str]


class ProblemDetail(AnswerModel):
    """One thing wrong with one field: its name as it was sent, and what would have been accepted."""

    field: str
    message: str
    allowed: Any = None


class ProblemError(AnswerModel):
    """The failure for programs: switch on `code`."""

    code: str
    message: str
    details: list[ProblemDetail]
    retryable: bool = Field(description="Whether the same request may succeed later.")


class Problem(AnswerModel):
    """Every failure, on every route: RFC 9457 with a stable code and one entry per field at fault."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    success: bool = Field(default=False, description="Always false.")
    error: ProblemError
    request_id: str
    active_request_id: str | None = Field(
        default=None,
        alias="active_request_id",
        description="Only with 409, when as many generations as may run at once are running: the oldest of them.",
    )

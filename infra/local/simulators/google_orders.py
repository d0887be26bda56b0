"""What a request to Google asks for, checked as strictly as the vendor does it.

Every field may be written in camelCase or in snake_case, and a field that does not exist is refused.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.local.simulators.google_models import Model
from infra.local.simulators.pictures import read_reference
from infra.local.simulators.ratios import nearest
from PIL import Image

MAX_BODY_BYTES: Final = 20 * 1024 * 1024
_INPUT_TYPES: Final = ("image/png", "image/jpeg", "image/webp", "image/heic", "image/heif")
_MODALITIES: Final = ("TEXT", "IMAGE")
_MAX_SAMPLES: Final = 4
_UNREADABLE: Final = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)

_REQUEST: Final = ("contents", "generationConfig", "safetySettings", "systemInstruction")
_CONTENT: Final = ("role", "parts")
_PART: Final = ("text", "inlineData", "thought", "thoughtSignature")
_GENERATION: Final = (
    *("responseModalities", "imageConfig", "candidateCount", "thinkingConfig", "temperature", "topP", "topK", "seed"),
    *("maxOutputTokens", "stopSequences", "mediaResolution"),
)
_TEXT_GENERATION: Final = (*_GENERATION, "responseMimeType", "responseSchema")
_IMAGE: Final = ("aspectRatio", "imageSize")
"""Its other fields (`outputMimeType`, `personGeneration` ...) exist on the vendor's other platform only."""
_PARAMETERS: Final = (
    *("sampleCount", "aspectRatio", "sampleImageSize", "personGeneration", "includeRaiReason", "outputOptions"),
    *("safetySetting", "language"),
)


class RefusedError(Exception):
    """A request that the vendor would refuse. `details` are those of its envelope."""

    def __init__(
        self,
        message: str,
        *,
        code: int = 400,
        status: str = "INVALID_ARGUMENT",
        details: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = status
        self.details = list(details)


@dataclass(frozen=True, slots=True)
class Source:
    """A reference picture: its bytes, and a small copy."""

    media_type: str
    data: bytes
    small: Image.Image


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made. `image_size` is one of the model's, `with_words` that the model may talk as well."""

    model: Model
    prompt: str
    ratio: str
    image_size: str
    format: str
    count: int = 1
    sources: tuple[Source, ...] = ()
    with_words: bool = False
    wants_thoughts: bool = False
    with_reasons: bool = False


def read_content_order(form: Mapping[str, Any], model: Model) -> Order:
    """The order in a request of `generateContent`."""
    request = _message(form, _REQUEST, "")
    generation = _message(request.get("generationConfig"), _GENERATION, "generation_config")
    modalities = _modalities(generation, model)
    if generation.get("candidateCount", 1) != 1:
        raise RefusedError("Multiple candidates is not enabled for this model")
    prompt, sources = _contents(request.get("contents"))
    if len(sources) > model.max_references:
        raise RefusedError(f"models/{model.id} takes at most {model.max_references} input images")
    image = _message(generation.get("imageConfig"), _IMAGE, "generation_config.image_config")
    thinking = generation.get("thinkingConfig")
    return Order(
        model,
        prompt,
        ratio=_ratio(image, model, sources),
        image_size=_image_size(image, "imageSize", model),
        format=model.format,
        sources=sources,
        with_words="TEXT" in modalities,
        wants_thoughts=isinstance(thinking, dict) and bool({"includeThoughts", "include_thoughts"} & thinking.keys()),
    )


def read_words_order(form: Mapping[str, Any]) -> tuple[str, tuple[Source, ...], bool]:
    """The words and pictures of a request that is answered in words, and whether the answer is to be JSON."""
    request = _message(form, _REQUEST, "")
    generation = _message(request.get("generationConfig"), _TEXT_GENERATION, "generation_config")
    media_type = _choice(generation, "responseMimeType", ("text/plain", "application/json"))
    if "responseSchema" in generation and media_type != "application/json":
        raise RefusedError("generation_config.response_schema: only allowed for response_mime_type application/json")
    return *_contents(request.get("contents")), media_type == "application/json"


def read_prediction_order(form: Mapping[str, Any], model: Model) -> Order:
    """The order in a request of `predict`."""
    request = _message(form, ("instances", "parameters"), "")
    instances = request.get("instances")
    if not isinstance(instances, list) or len(instances) != 1:
        raise RefusedError("There must be exactly one instance")
    prompt = _message(instances[0], ("prompt",), "instances[0]").get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise RefusedError("Text prompt must be provided")
    parameters = _message(request.get("parameters"), _PARAMETERS, "parameters")
    count = parameters.get("sampleCount", _MAX_SAMPLES)
    if not isinstance(count, int) or not 1 <= count <= _MAX_SAMPLES:
        raise RefusedError(f"sampleCount must be between 1 and {_MAX_SAMPLES}, inclusive")
    output = _message(parameters.get("outputOptions"), ("mimeType", "compressionQuality"), "parameters.outputOptions")
    media_type = _choice(output, "mimeType", ("image/png", "image/jpeg")) or "image/png"
    return Order(
        model,
        prompt,
        ratio=_ratio(parameters, model, ()),
        image_size=_image_size(parameters, "sampleImageSize", model),
        format=media_type.removeprefix("image/"),
        count=count,
        with_reasons=parameters.get("includeRaiReason") is True,
    )


def _message(value: Any, names: Sequence[str], where: str) -> dict[str, Any]:
    """An object with its fields in camelCase; a missing one is empty."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RefusedError(f"Invalid value at '{where}': an object is expected")
    fields = {_camel_case(name): content for name, content in value.items()}
    for name in fields.keys() - set(names):
        at = f" at '{where}'" if where else ""
        raise RefusedError(f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.')
    return fields


def _modalities(generation: Mapping[str, Any], model: Model) -> list[str]:
    modalities = generation.get("responseModalities", list(_MODALITIES))
    if not isinstance(modalities, list) or not all(name in _MODALITIES for name in modalities):
        raise RefusedError(f"response_modalities must be among {', '.join(_MODALITIES)}")
    if "IMAGE" not in modalities:
        raise RefusedError(f"The requested combination of response modalities is not supported by models/{model.id}")
    return modalities


def _contents(contents: Any) -> tuple[str, tuple[Source, ...]]:
    """The words and the pictures of a conversation."""
    if not isinstance(contents, list) or not contents:
        raise RefusedError("* GenerateContentRequest.contents: contents is not specified")
    turns = [_message(turn, _CONTENT, f"contents[{number}]") for number, turn in enumerate(contents)]
    if any(turn.get("role", "user") not in ("user", "model") for turn in turns):
        raise RefusedError("Please use a valid role: user, model.")
    parts = [
        _message(part, _PART, "contents.parts")
        for turn in turns
        for part in (turn["parts"] if isinstance(turn.get("parts"), list) else ())
    ]
    words = " ".join(part["text"] for part in parts if isinstance(part.get("text"), str)).strip()
    sources = tuple(_source(part["inlineData"]) for part in parts if "inlineData" in part)
    if not words and not sources:
        raise RefusedError("* GenerateContentRequest.contents: must have one initialized field 'data' in its parts")
    return words, sources


def _source(value: Any) -> Source:
    blob = _message(value, ("mimeType", "data"), "contents.parts.inline_data")
    media_type = _choice(blob, "mimeType", _INPUT_TYPES)
    if media_type is None:
        raise RefusedError("* contents.parts.inline_data.mime_type: mime_type is required")
    data = _decoded(blob.get("data"))
    try:
        return Source(media_type, data, read_reference(data))
    except _UNREADABLE as error:
        raise RefusedError("Unable to process input image. Please retry or report it.") from error


def _decoded(text: Any) -> bytes:
    """Bytes of base64, of which the vendor takes both alphabets."""
    try:
        return base64.b64decode(str(text).replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RefusedError("Invalid value at 'contents.parts.inline_data.data': Base64 decoding failed") from error


def _ratio(form: Mapping[str, Any], model: Model, sources: Sequence[Source]) -> str:
    ratio = _choice(form, "aspectRatio", model.sizes)
    if ratio is not None or not sources:
        return ratio or "1:1"
    first = sources[0].small
    return nearest(model.sizes, first.width / first.height)


def _image_size(form: Mapping[str, Any], field: str, model: Model) -> str:
    if field in form and not model.image_sizes:
        raise RefusedError(f"{field} is not supported for models/{model.id}")
    return _choice(form, field, model.image_sizes) or "1K"


def _choice(form: Mapping[str, Any], field: str, allowed: Iterable[str]) -> str | None:
    value = form.get(field)
    if value is None:
        return None
    if not isinstance(value, str) or value not in allowed:
        raise RefusedError(f"{field} must be one of: {', '.join(allowed)}")
    return value


def _camel_case(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)

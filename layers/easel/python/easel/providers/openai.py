"""OpenAI Images: the gpt-image families, and the DALL-E form that compatible servers still speak.

Wire format: the vendor's SDK (PyPI `openai` 3.52.0) and https://developers.openai.com/api. One call makes the picture
and brings it along: there is no job to ask for, so an answer that is lost on the way was paid for. The vendor's SDK
repeats such calls; we do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

import httpx

from easel.domain.provider import (
    Callback,
    CallbackRequest,
    Charge,
    Finished,
    InlinePicture,
    OfferedModel,
    ProviderTask,
    RemotePicture,
    Running,
    Submission,
    TokenUsage,
    UpstreamParameters,
)
from easel.errors import ProviderError, ProviderErrorClass
from easel.outbound.deadline import Deadline
from easel.providers.base import ProviderAdapter
from easel.providers.downloads import Downloads
from easel.providers.encoding import as_text, parse_object, sendable, usable_key
from easel.providers.numbers import TokenCounts, as_day, as_tokens
from easel.providers.openai_errors import error_over_success, refusal
from easel.providers.pictures import find_picture
from easel.providers.vendor_http import Answer, Effect, Timeouts, VendorHttp

DEFAULT_BASE_URL: Final = "https://api.openai.com/v1"

_SUBMIT_TIMEOUTS: Final = Timeouts(read=300.0)
"""Nothing is sent until the picture is done: up to two minutes for a large one, more on a bad day."""
_LIST_TIMEOUTS: Final = Timeouts(read=20.0)
_LIST_SECONDS: Final = 30.0
_DALL_E: Final = "dall-e-"


class OpenAI(ProviderAdapter):
    """The adapter.

    `base_url` ends in `/v1`, as the vendor's SDK takes it. `organization` and `project` (both among the settings'
    `options`) bill a certain one of those that the key belongs to; empty means the key's own default.
    """

    name = "openai"

    def __init__(
        self,
        *,
        api_key: Callable[[], str],
        base_url: str = DEFAULT_BASE_URL,
        organization: str = "",
        project: str = "",
        trusted_origins: Iterable[str] = (),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._api = base_url.rstrip("/")
        self._api_key = api_key
        self._account = {
            name: value for name, value in (("OpenAI-Organization", organization), ("OpenAI-Project", project)) if value
        }
        self._http = VendorHttp.to(self.name, self._api, transport)
        self._downloads = Downloads(self._http, self._api, trusted_origins=trusted_origins, transport=transport)

    def submit(self, task: ProviderTask) -> Submission:
        answer = self._http.submit(
            task,
            f"{self._api}/images/{'edits' if task.references else 'generations'}",
            # The vendor's own logs know the call by it, should its answer be lost.
            headers=self._headers() | {"X-Client-Request-Id": task.attempt_id},
            deadline=Deadline(task.timeout_seconds),
            timeouts=_SUBMIT_TIMEOUTS,
            **_request(task),
        )
        if not _succeeded(answer):
            raise refusal(self._http, answer, Effect.STARTS_JOB)
        body = parse_object(answer.body)
        if body is None:
            raise self._http.failure(
                ProviderErrorClass.AMBIGUOUS, "unreadable_answer", "sent an answer that cannot be read"
            )
        usage = _token_usage(body.get("usage"), from_pictures=bool(task.references))
        return Submission(job_id=None, state=Finished(self._picture(body, Charge(usage=usage)), usage=usage))

    def fetch(self, job_id: str) -> Finished | Running:  # noqa: ARG002 - the port's signature
        raise self._http.failure(ProviderErrorClass.FAILED, "job_not_found", "has no jobs to ask for")

    def download(self, picture: RemotePicture) -> bytes:
        return self._downloads.get(picture.url)

    def cancel(self, job_id: str) -> bool:  # noqa: ARG002 - the port's signature
        """Always False: there is nothing by which a call in flight could be named."""
        return False

    def parse_callback(self, request: CallbackRequest) -> Callback | None:  # noqa: ARG002 - the port's signature
        """Always None: it never calls back."""
        return None

    def list_models(self) -> tuple[OfferedModel, ...] | None:
        answer = self._http.call(
            "GET",
            f"{self._api}/models",
            headers=self._headers(),
            effect=Effect.REPEATABLE,
            deadline=Deadline(_LIST_SECONDS),
            timeouts=_LIST_TIMEOUTS,
        )
        if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED):
            return None  # a compatible server without a list
        if not _succeeded(answer):
            raise refusal(self._http, answer, Effect.REPEATABLE)
        listed = (parse_object(answer.body) or {}).get("data")
        if not isinstance(listed, list):
            raise self._http.failure(
                ProviderErrorClass.RETRYABLE, "unreadable_answer", "sent an answer that cannot be read"
            )
        return tuple(
            OfferedModel(entry["id"], as_day(entry.get("shutdown_date")))
            for entry in listed
            if isinstance(entry, dict) and isinstance(entry.get("id"), str)
        )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {usable_key(self._http, self._api_key())}"} | self._account

    def _picture(self, body: Mapping[str, Any], charge: Charge) -> RemotePicture | InlinePicture:
        try:
            return find_picture(self._http, [body.get("data"), {"text": as_text(body.get("message"))}], charge=charge)
        except ProviderError as error:
            # Compatible servers write errors over status 200, too; those are not billed.
            raise (error_over_success(self._http, body) or error) from error


def _request(task: ProviderTask) -> dict[str, Any]:
    """What httpx sends for this task: JSON, or a form with the reference pictures as files."""
    fields = {"model": task.upstream_model, "prompt": sendable(task.prompt), "n": 1}
    is_dall_e = task.upstream_model.startswith(_DALL_E)
    if not task.references:
        chosen = _dall_e_fields(task.parameters) if is_dall_e else _gpt_image_fields(task.parameters)
        return {"json": fields | chosen}
    if is_dall_e:
        # Its edits know neither quality nor style.
        chosen = _dall_e_fields(UpstreamParameters(size=task.parameters.size))
    else:
        chosen = _gpt_image_fields(task.parameters)
    # As the vendor's SDK does: servers that take one picture only know it by this name.
    part = "image" if sum(not picture.is_mask for picture in task.references) == 1 else "image[]"
    return {
        "data": fields | chosen,
        "files": [
            ("mask" if picture.is_mask else part, (picture.filename, picture.data, picture.media_type))
            for picture in task.references
        ],
    }


def _gpt_image_fields(parameters: UpstreamParameters) -> dict[str, str]:
    """The parameters as the gpt-image families take them; they refuse `style` and `response_format`."""
    return _set_ones(
        size=str(parameters.size) if parameters.size else None,
        quality=parameters.quality,
        background=parameters.background,
        output_format=parameters.output_format,
    )


def _dall_e_fields(parameters: UpstreamParameters) -> dict[str, str]:
    """The parameters as DALL-E took them. Without `response_format` it answers with an address."""
    return _set_ones(
        size=str(parameters.size) if parameters.size else None,
        quality=parameters.quality,
        style=parameters.style,
        response_format="b64_json",
    )


def _set_ones(**fields: str | None) -> dict[str, str]:
    """What is None is left to the vendor's default."""
    return {name: value for name, value in fields.items() if value is not None}


def _token_usage(usage: Any, *, from_pictures: bool) -> TokenUsage | None:
    """The vendor's metering; None when it does not say how much came out.

    Tokens whose kind it leaves open count as the dearer kind, so that no cost is understated.
    """
    if not isinstance(usage, dict) or not as_tokens(usage.get("output_tokens")):
        return None
    counts = TokenCounts()
    tokens_in, tokens_out = counts.required(usage.get("input_tokens")), counts.required(usage.get("output_tokens"))
    text_in, image_in = _split(counts, usage.get("input_tokens_details"), tokens_in, all_text=not from_pictures)
    text_out, image_out = _split(counts, usage.get("output_tokens_details"), tokens_out, all_text=False)
    total = as_tokens(usage.get("total_tokens"))
    counts.check(holds=total is None or total <= tokens_in + tokens_out)
    # A picture takes tokens.
    counts.check(holds=image_out > 0)
    return counts.usage(text_in=text_in, image_in=image_in, text_out=text_out, image_out=image_out)


def _split(counts: TokenCounts, details: Any, total: int, *, all_text: bool) -> tuple[int, int]:
    """Tokens of text and of pictures among `total`."""
    if not isinstance(details, dict) or not {"text_tokens", "image_tokens"} & details.keys():
        return (total, 0) if all_text else (0, total)
    text, image = details.get("text_tokens"), details.get("image_tokens")
    if image is None:
        text_count = counts.required(text)
        return text_count, max(0, total - text_count)
    image_count = counts.required(image)
    text_count = counts.required(text) if text is not None else max(0, total - image_count)
    counts.check(holds=text_count + image_count >= total)
    return text_count, image_count


def _succeeded(answer: Answer) -> bool:
    return HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES

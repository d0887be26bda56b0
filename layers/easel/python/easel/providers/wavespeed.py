"""WaveSpeed AI, API v3: the seedream, nano-banana and gpt-image families, from text and from reference pictures.

Wire format, as far as it is published: https://wavespeed.ai/docs (error-codes, sync-mode, upload-files,
verify-webhooks) and the vendor's SDK (PyPI `wavespeed` 2.0.5). Two rules of that SDK are ours too: a submit is sent
once, and synchronous mode is best effort: the status in the answer decides, not the mode that was asked for.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import httpx

from easel.clock import Clock, system_clock
from easel.domain.provider import (
    Callback,
    CallbackRequest,
    Charge,
    Finished,
    ProviderTask,
    ReferenceImage,
    RemotePicture,
    Running,
    Submission,
    UpstreamParameters,
)
from easel.errors import ProviderError, ProviderErrorClass
from easel.outbound.deadline import Deadline
from easel.providers.base import ProviderAdapter
from easel.providers.downloads import Downloads
from easel.providers.encoding import parse_object, sendable, usable_key
from easel.providers.error_texts import verdict
from easel.providers.numbers import as_code
from easel.providers.pictures import find_picture
from easel.providers.vendor_http import Answer, Effect, Timeouts, VendorHttp
from easel.providers.wavespeed_answers import (
    NO_PREDICTION,
    SUCCESS_CODES,
    Prediction,
    as_status,
    explained,
    names_a_job,
    read_prediction,
    texts_of,
)

DEFAULT_BASE_URL: Final = "https://api.wavespeed.ai"

_SYNC_TIMEOUTS: Final = Timeouts(read=100.0)
"""The vendor holds a synchronous call for about 90 s and then hands out the job id."""
_ASYNC_TIMEOUTS: Final = Timeouts(read=60.0)
_UPLOAD_TIMEOUTS: Final = Timeouts(read=60.0)
_FETCH_TIMEOUTS: Final = Timeouts(read=20.0)
_FETCH_SECONDS: Final = 30.0
_CALLBACK_MAX_AGE_SECONDS: Final = 300

_WITHOUT_OUTPUT_FORMAT: Final = ("bytedance/seedream-v4",)
"""Model families that do not know `output_format`; everything else is sent whenever the catalogue lets it be set."""


class WaveSpeed(ProviderAdapter):
    """The adapter.

    `base_url` is the vendor's host as its SDK takes it, or with `/api/v3` as its documents write it. `sync_mode` asks
    the vendor to hold the submit call until the picture is there. `webhook_secret` gives the account's `whsec_...`, or
    None as long as signatures are not checked.
    """

    name = "wavespeed"

    def __init__(
        self,
        *,
        api_key: Callable[[], str],
        base_url: str = DEFAULT_BASE_URL,
        sync_mode: bool = True,
        base64_output: bool = False,
        webhook_secret: Callable[[], str | None] = lambda: None,
        trusted_origins: Iterable[str] = (),
        transport: httpx.BaseTransport | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._api = base_url.rstrip("/").removesuffix("/api/v3") + "/api/v3"
        self._api_key = api_key
        self._sync_mode = sync_mode
        self._base64_output = base64_output
        self._webhook_secret = webhook_secret
        self._clock = clock
        self._http = VendorHttp.to(self.name, self._api, transport)
        self._downloads = Downloads(self._http, self._api, trusted_origins=trusted_origins, transport=transport)

    def submit(self, task: ProviderTask) -> Submission:
        deadline = Deadline(task.timeout_seconds)
        headers = self._authorization()
        images = [self._upload(reference, headers, deadline) for reference in task.references]
        answer = self._http.submit(
            task,
            f"{self._api}/{task.upstream_model}",
            json=self._form(task, images),
            params={"webhook": task.callback_url} if task.callback_url else None,
            headers=headers,
            deadline=deadline,
            timeouts=_SYNC_TIMEOUTS if self._sync_mode else _ASYNC_TIMEOUTS,
        )
        prediction = self._prediction(answer, Effect.STARTS_JOB)
        state = self._state(prediction)
        if prediction.id is None and isinstance(state, Running):
            raise self._http.failure(ProviderErrorClass.AMBIGUOUS, "no_job_id", "took the request but named no job")
        return Submission(prediction.id, state)

    def fetch(self, job_id: str) -> Finished | Running:
        answer = self._http.call(
            "GET",
            f"{self._api}/predictions/{quote(job_id, safe='')}/result",
            headers=self._authorization(),
            effect=Effect.REPEATABLE,
            deadline=Deadline(_FETCH_SECONDS),
            timeouts=_FETCH_TIMEOUTS,
        )
        if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            raise self._http.failure(
                ProviderErrorClass.FAILED, "job_not_found", "does not know this job any more", charge=Charge()
            )
        return self._state(self._prediction(answer, Effect.REPEATABLE))

    def download(self, picture: RemotePicture) -> bytes:
        return self._downloads.get(picture.url)

    def cancel(self, job_id: str) -> bool:  # noqa: ARG002 - the port's signature
        """Always False: the vendor can only delete a job, and a picture that comes late is kept, not thrown away."""
        return False

    def parse_callback(self, request: CallbackRequest) -> Callback | None:
        """Read a callback: the job object itself, without the envelope that other answers have.

        `attempt` in the callback's query comes back as the attempt id, if the submitter put it there.
        """
        secret = self._webhook_secret()
        if secret is not None and not self._signature_holds(request, secret):
            return None
        prediction = read_prediction(parse_object(request.body))
        if prediction is None or prediction.id is None or not prediction.status:
            return None
        return Callback(prediction.id, request.query.get("attempt"))

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {usable_key(self._http, self._api_key())}"}

    def _form(self, task: ProviderTask, images: list[str]) -> dict[str, Any]:
        form: dict[str, Any] = {
            "prompt": sendable(task.prompt),
            "enable_sync_mode": self._sync_mode,
            "enable_base64_output": self._base64_output,
        }
        if images:
            form["images"] = images
        return form | _parameter_fields(task.upstream_model, task.parameters)

    def _upload(self, reference: ReferenceImage, headers: Mapping[str, str], deadline: Deadline) -> str:
        """Lend a reference picture to the vendor; it keeps it for about a week."""
        answer = self._http.call(
            "POST",
            f"{self._api}/media/upload/binary",
            files={"file": (reference.filename, reference.data, reference.media_type)},
            headers=headers,
            effect=Effect.REPEATABLE,
            deadline=deadline,
            timeouts=_UPLOAD_TIMEOUTS,
        )
        data = self._envelope(answer, Effect.REPEATABLE).get("data")
        url = data.get("download_url") if isinstance(data, dict) else None
        if not isinstance(url, str) or not url:
            raise self._unreadable(Effect.REPEATABLE)
        return url

    def _prediction(self, answer: Answer, effect: Effect) -> Prediction:
        prediction = read_prediction(self._envelope(answer, effect))
        if prediction is None:
            raise self._unreadable(effect)
        return prediction

    def _envelope(self, answer: Answer, effect: Effect) -> Mapping[str, Any]:
        """The parsed answer, or the error that it is."""
        envelope = parse_object(answer.body)
        succeeded = HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES
        if envelope is None:
            raise self._unreadable(effect) if succeeded else self._refusal(answer, {}, effect)
        code = as_code(envelope.get("code"))
        if names_a_job(envelope) or (succeeded and code in SUCCESS_CODES):
            return envelope
        if succeeded:
            # An envelope that reports an error over HTTP 200 carries the status it should have had.
            answer = Answer(as_status(code), answer.headers, answer.body)
        raise self._refusal(answer, envelope, effect)

    def _refusal(self, answer: Answer, envelope: Mapping[str, Any], effect: Effect) -> ProviderError:
        failure = self._http.status_failure(answer, effect)
        decided = failure.error_class in (ProviderErrorClass.RETRYABLE, ProviderErrorClass.AMBIGUOUS)
        if decided or answer.status == HTTPStatus.UNAUTHORIZED:
            return failure
        prediction = read_prediction(envelope) or NO_PREDICTION
        if error := self._explained(prediction, texts_of(envelope), as_code(envelope.get("code"))):
            return error
        if answer.status == HTTPStatus.FORBIDDEN:
            # The key itself is refused with 401; what is left for 403 is an account that may not go on.
            failure.error_class = ProviderErrorClass.QUOTA
        return failure

    def _state(self, prediction: Prediction) -> Finished | Running:
        """Where the job stands. Raises the error that it ended in; a status we do not know means that it runs."""
        if prediction.ended_badly:
            failure = self._explained(prediction, prediction.error, None) or verdict(
                self._http,
                ProviderErrorClass.FAILED,
                prediction.status or "failed",
                # Failed jobs are refunded; one that was deleted may have been done before.
                charge=Charge() if prediction.status == "deleted" else None,
            )
            failure.job_ended = True
            raise failure
        if prediction.runs:
            return Running()
        # The job is done, and billed, whatever is wrong with what it made.
        if prediction.is_flagged:
            raise self._http.failure(
                ProviderErrorClass.CONTENT,
                "nsfw_output",
                "flagged the picture it made",
                job_ended=True,
                charge=Charge(),
            )
        return Finished(find_picture(self._http, [*prediction.unflagged, {"text": prediction.error}]))

    def _explained(self, prediction: Prediction, text: str, envelope_code: int | None) -> ProviderError | None:
        """The error that the vendor's own codes and words describe, None when they say nothing we know."""
        explanation = explained(prediction, text, envelope_code)
        return verdict(self._http, *explanation) if explanation else None

    def _signature_holds(self, request: CallbackRequest, secret: str) -> bool:
        """Check the vendor's signature, which looks like Standard Webhooks and is not: the key is the text itself."""
        stamp = request.headers.get("webhook-timestamp", "")
        if not secret or not re.fullmatch(r"\d{1,12}", stamp, re.ASCII):
            return False
        if abs(self._clock().timestamp() - int(stamp)) > _CALLBACK_MAX_AGE_SECONDS:
            return False
        signed = sendable(f"{request.headers.get('webhook-id', '')}.{stamp}.").encode() + request.body
        expected = hmac.new(secret.removeprefix("whsec_").encode(), signed, hashlib.sha256).hexdigest()
        given = sendable(request.headers.get("webhook-signature", ""))
        return hmac.compare_digest(f"v3,{expected}".encode(), given.encode())

    def _unreadable(self, effect: Effect) -> ProviderError:
        starts_job = effect is Effect.STARTS_JOB
        error_class = ProviderErrorClass.AMBIGUOUS if starts_job else ProviderErrorClass.RETRYABLE
        return self._http.failure(error_class, "unreadable_answer", "sent an answer that cannot be read")


def _parameter_fields(upstream_model: str, parameters: UpstreamParameters) -> dict[str, str]:
    """The picture's parameters in the vendor's words; what is None is left to the vendor's default."""
    size = parameters.size
    fields = {
        # An asterisk, not an x.
        "size": f"{size.width}*{size.height}" if size else None,
        "aspect_ratio": parameters.aspect_ratio,
        # `1K` is an invalid parameter there.
        "resolution": parameters.resolution.lower() if parameters.resolution else None,
        "quality": parameters.quality,
        "output_format": None if upstream_model.startswith(_WITHOUT_OUTPUT_FORMAT) else parameters.output_format,
    }
    return {name: value for name, value in fields.items() if value is not None}

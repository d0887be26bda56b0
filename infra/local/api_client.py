"""A client of the public HTTP API for `make run`. It does not use our own code."""

import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote, urljoin

import httpx
from infra.local.failures import ToolError

_TIMEOUT: Final = httpx.Timeout(40, connect=5)
_DOWNLOAD_TIMEOUT: Final = httpx.Timeout(120, connect=5)
_DEFAULT_PAUSE_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 5.0
_CHECK_SECONDS: Final = 60
_CHECK_PAUSE_SECONDS: Final = 0.3
_MEDIA_TYPES: Final = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
_FINAL: Final = frozenset({"COMPLETED", "FAILED", "CANCELLED"})
_RETRY: Final = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class ImageState:
    """One image of a generation."""

    id: str
    index: int
    status: str
    stage: str
    link: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class GenerationState:
    """A generation; `pause_seconds` is the API's Retry-After, `price` and `charged` are sums with their unit."""

    id: str
    url: str
    status: str
    images: tuple[ImageState, ...]
    error: str | None
    pause_seconds: float
    price: str | None = None
    charged: str | None = None

    @property
    def is_final(self) -> bool:
        return self.status in _FINAL


class ApiClient:
    """A client of one deployment. Every method raises ToolError with the API's message when a request is refused."""

    def __init__(self, base_url: str, api_key: str, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {api_key}"}
        self._http = httpx.Client(
            base_url=base_url, headers=headers, timeout=_TIMEOUT, trust_env=False, transport=transport
        )
        # Links are presigned; the API key must not be sent to other hosts.
        self._anonymous = httpx.Client(
            timeout=_DOWNLOAD_TIMEOUT, trust_env=False, follow_redirects=True, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        self._anonymous.close()

    def address(self, path: str) -> str:
        """The whole address of a path of the deployment."""
        return urljoin(str(self._http.base_url), path)

    def generation(self, generation_id: str) -> dict[str, Any]:
        """A generation as the API describes it."""
        described: dict[str, Any] = self._ask("GET", f"/api/v1/generations/{quote(generation_id, safe='')}").json()
        return described

    def submit(self, body: dict[str, Any]) -> GenerationState:
        """Submit a generation."""
        answer = self._ask("POST", "/api/v1/generations", json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
        return _state(answer)

    def upload(self, file: Path) -> str:
        """Send a picture to the object store and wait until it is checked: its id."""
        data = _read(file)
        wanted = {"contentType": _media_type(data, file), "filename": file.name, "bytes": len(data)}
        ticket = self._ask("POST", "/api/v1/uploads", json=wanted).json()
        try:
            sent = self._anonymous.post(ticket["url"], data=ticket["fields"], files={"file": data})
        except httpx.TransportError as error:
            raise ToolError(f"{file} could not be sent ({error}).") from error
        if not sent.is_success:
            raise ToolError(f"{file} was not taken by the object store (HTTP status {sent.status_code}).")
        return self._checked(ticket["uploadId"], file)

    def _checked(self, upload_id: str, file: Path) -> str:
        deadline = time.monotonic() + _CHECK_SECONDS
        while True:
            upload = self._ask("GET", f"/api/v1/uploads/{upload_id}").json()
            if upload["state"] == "READY":
                return upload_id
            if upload["state"] == "REJECTED":
                raise ToolError(f"{file} was rejected: {(upload.get('rejection') or {}).get('message')}")
            if time.monotonic() > deadline:
                raise ToolError(f"{file} is still {upload['state']} after {_CHECK_SECONDS} s.")
            time.sleep(_CHECK_PAUSE_SECONDS)

    def look(self, state: GenerationState) -> GenerationState:
        """The current state. A transient failure of the API returns the state before."""
        try:
            answer = self._http.get(state.url)
        except httpx.TransportError:
            return state
        return state if answer.status_code in _RETRY else _state(_accepted(answer))

    def download(self, link: str) -> tuple[bytes, str]:
        """Download a link: bytes and media type."""
        try:
            answer = _accepted(self._anonymous.get(urljoin(str(self._http.base_url), link)))
        except httpx.TransportError as error:
            raise ToolError(f"{link} could not be fetched ({error}).") from error
        return answer.content, answer.headers.get("content-type", "").split(";")[0]

    def _ask(self, method: str, path: str, **words: Any) -> httpx.Response:
        try:
            return _accepted(self._http.request(method, path, **words))
        except httpx.TransportError as error:
            raise ToolError(f"The API at {self._http.base_url} does not answer ({error}).") from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ToolError(f"{file} cannot be read ({error.strerror}).") from error


def _media_type(data: bytes, file: Path) -> str:
    """The type by the first bytes: names are often wrong."""
    for start, media_type in _MEDIA_TYPES.items():
        if data.startswith(start) and (media_type != "image/webp" or data[8:12] == b"WEBP"):
            return media_type
    raise ToolError(f"{file} is not a PNG, JPEG or WebP picture.")


def _accepted(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    try:
        body = answer.json()
        message = (body.get("error") or {}).get("message") or body.get("detail") or body
        reference = f" (request {body['requestId']})" if body.get("requestId") else ""
    except (ValueError, AttributeError):
        message, reference = answer.text[:300], ""
    raise ToolError(f"The API answers {answer.status_code}: {message}{_allowed(answer)}{reference}")


def _allowed(answer: httpx.Response) -> str:
    """What would have been accepted, for each field at fault that has a list of it."""
    try:
        faults = (answer.json().get("error") or {}).get("details") or []
        lists = [(fault.get("field"), fault["allowed"]) for fault in faults if isinstance(fault.get("allowed"), list)]
    except (ValueError, AttributeError):
        return ""
    return "".join(f"\n  {field}: {', '.join(map(str, allowed))}" for field, allowed in lists if allowed)


def _state(answer: httpx.Response) -> GenerationState:
    body = answer.json()
    return GenerationState(
        id=body["id"],
        url=answer.headers.get("location") or f"/api/v1/generations/{body['id']}",
        status=body["status"],
        images=tuple(_image(image) for image in body["images"]),
        error=_message(body.get("error")),
        pause_seconds=_pause(answer.headers.get("retry-after")),
        price=credits_text((body.get("price") or {}).get("credits")),
        charged=credits_text(body.get("chargedCredits")),
    )


def credits_text(amount: float | None) -> str | None:
    """An amount with its unit, as people read it."""
    if amount is None:
        return None
    return "1 credit" if amount == 1 else f"{amount:g} credits"


def _image(image: dict[str, Any]) -> ImageState:
    return ImageState(
        id=image["id"],
        index=image["index"],
        status=image["status"],
        stage=image.get("stage") or "",
        link=image.get("permalink"),
        error=_message(image.get("error")),
    )


def _message(error: dict[str, Any] | None) -> str | None:
    return str(error.get("message") or error.get("code")) if error else None


def _pause(retry_after: str | None) -> float:
    try:
        return min(float(retry_after or _DEFAULT_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)
    except ValueError:
        return _DEFAULT_PAUSE_SECONDS

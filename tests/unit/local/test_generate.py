import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from infra.local import generate
from infra.local.api_client import ApiClient
from infra.local.failures import ToolError
from infra.local.generate import Request
from rich.console import Console

BASE = "http://127.0.0.1:8080"


def test_without_wishes_one_image_is_made() -> None:
    (body,) = Request.from_environment({}).bodies

    assert body["model"] == "seedream-v4"
    assert body["prompt"]
    assert body.keys() == {"model", "prompt"}


def test_make_variables_become_fields_of_the_request() -> None:
    variables = {
        "PROMPT": 'it\'s $5, "quoted"',
        "MODEL": "seedream-v4",
        "SIZE": "2048x2048",
        "N": "3",
        "ASPECT_RATIO": "",
        "REFERENCES": "https://a.example/1.png, https://a.example/2.png",
    }

    request = Request.from_environment(variables)

    assert request.bodies == ({"model": "seedream-v4", "prompt": 'it\'s $5, "quoted"', "size": "2048x2048", "n": 3},)
    assert request.references == ("https://a.example/1.png", "https://a.example/2.png")


@pytest.mark.parametrize(
    ("text", "references"),
    [("a.jpg b.png", ("a.jpg", "b.png")), ("my fox.jpg, b.png,", ("my fox.jpg", "b.png")), (" ", ())],
)
def test_references_are_a_list_by_commas_or_by_spaces(text: str, references: tuple[str, ...]) -> None:
    assert Request.from_environment({"REFERENCES": text}).references == references


@pytest.mark.parametrize("variables", [{"PROMPT": "a red bicycle"}, {"N": "2"}, {"SIZE": "512x512"}])
def test_a_request_of_ones_own_is_made_once(variables: dict[str, str]) -> None:
    (body,) = Request.from_environment(variables).bodies

    assert body["model"] == "seedream-v4"


def test_an_empty_prompt_is_sent_as_it_is() -> None:
    (body,) = Request.from_environment({"PROMPT": ""}).bodies

    assert body["prompt"] == ""


def test_n_has_to_be_a_number() -> None:
    with pytest.raises(ToolError, match="N is 'many'"):
        Request.from_environment({"N": "many"})


class Easel:
    """An API whose generation goes through the given states, one per look, and whose pictures are three bytes."""

    def __init__(self, *states: tuple[str, list[str]]) -> None:
        self._states = list(states)
        self.submitted: list[dict[str, Any]] = []
        self.strangers_key: str | None = None
        self.sent: list[bytes] = []
        self.upload_states = ["PROCESSING", "READY"]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/i/"):
            self.strangers_key = request.headers.get("authorization")
            return httpx.Response(302, headers={"location": "http://127.0.0.1:9000/bucket/picture"})
        if request.url.port == 9000:
            return httpx.Response(200, content=b"png", headers={"content-type": "image/png"})
        if request.url.path == "/bucket":
            self.sent.append(request.content)
            return httpx.Response(201)
        if request.headers.get("authorization") != "Bearer the-key":
            return httpx.Response(401, json={"error": {"message": "Who are you?"}, "requestId": "r-1"})
        if request.url.path.startswith("/api/v1/uploads"):
            return self._upload(request)
        if request.method == "POST":
            self.submitted.append(json.loads(request.content))
        return httpx.Response(
            202 if request.method == "POST" else 200, json=self._state(), headers={"retry-after": "0"}
        )

    def _upload(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            ticket = {"uploadId": "up-1", "url": f"{BASE}/bucket", "fields": {"key": "incoming/up-1"}}
            return httpx.Response(201, json=ticket)
        state = self.upload_states.pop(0)
        return httpx.Response(200, json={"state": state, "rejection": {"message": "It is cut off."}})

    def _state(self) -> dict[str, Any]:
        status, images = self._states.pop(0) if len(self._states) > 1 else self._states[0]
        listed = [
            {
                "id": f"image-{index}",
                "index": index,
                "status": image,
                "stage": None,
                "permalink": f"{BASE}/i/token{index}",
                "error": {"code": "rejected", "message": "Not nice."} if image == "FAILED" else None,
            }
            for index, image in enumerate(images)
        ]
        price = {"price": {"credits": 2.5}, "chargedCredits": 1.0}
        return {"id": "gen-1", "status": status, "images": listed, "error": None} | price


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[bool, str]]:
    def generate_on(
        api: httpx.MockTransport | Easel, *models: str, key: str = "the-key", references: tuple[str, ...] = ()
    ) -> tuple[bool, str]:
        transport = httpx.MockTransport(api) if isinstance(api, Easel) else api
        monkeypatch.setattr(generate, "ApiClient", lambda url, key: ApiClient(url, key, transport))
        shown = io.StringIO()
        request = Request(tuple({"model": model, "prompt": "a fox"} for model in models), references)
        record = {"apiUrl": BASE, "apiKey": key}
        complete = generate.generate_all(record, request, tmp_path / "out", Console(file=shown, width=200))
        return complete, shown.getvalue()

    return generate_on


def test_pictures_are_saved_and_linked(run: Callable[..., tuple[bool, str]], tmp_path: Path) -> None:
    easel = Easel(
        ("PENDING", ["PENDING", "PENDING"]),
        ("PROCESSING", ["COMPLETED", "PROCESSING"]),
        ("COMPLETED", ["COMPLETED", "COMPLETED"]),
    )

    complete, shown = run(easel, "sandbox")

    assert complete
    assert easel.submitted == [{"model": "sandbox", "prompt": "a fox"}]
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"sandbox-gen-1-1.png", "sandbox-gen-1-2.png"}
    assert f"{BASE}/i/token1" in shown
    assert "price 2.5 credits" in shown
    assert "2 of 2 pictures, charged 1 credit" in shown
    assert f"{BASE}/gallery/image-1" in shown


def test_links_are_followed_without_our_key(run: Callable[..., tuple[bool, str]]) -> None:
    easel = Easel(("COMPLETED", ["COMPLETED"]))

    run(easel, "sandbox")

    assert easel.strangers_key is None


@pytest.mark.parametrize(
    "end", [("COMPLETED", ["COMPLETED", "FAILED"]), ("FAILED", ["FAILED", "FAILED"]), ("CANCELLED", ["CANCELLED"])]
)
def test_less_than_everything_is_a_failure(run: Callable[..., tuple[bool, str]], end: tuple[str, list[str]]) -> None:
    complete, shown = run(Easel(("PENDING", end[1]), end), "sandbox")

    assert not complete
    assert ("Not nice." in shown) is ("FAILED" in end[1])


def test_one_refusal_does_not_stop_the_rest(run: Callable[..., tuple[bool, str]]) -> None:
    easel = Easel(("COMPLETED", ["COMPLETED"]))

    complete, shown = run(easel, "sandbox", "seedream-v4", key="another key")

    assert not complete
    assert shown.count("The API answers 401: Who are you? (request r-1)") == 2


def test_a_refusal_says_what_is_allowed(run: Callable[..., tuple[bool, str]]) -> None:
    details = [{"field": "model", "message": "Unknown.", "allowed": ["sandbox", "seedream-v4"]}, {"field": "n"}]
    error = {"message": "There is no model named 'x'.", "details": details}

    complete, shown = run(httpx.MockTransport(lambda _request: httpx.Response(400, json={"error": error})), "x")

    assert not complete
    assert "The API answers 400: There is no model named 'x'." in shown
    assert "model: sandbox, seedream-v4" in shown


def test_an_api_that_is_down_is_told_plainly(run: Callable[..., tuple[bool, str]]) -> None:
    def refuse(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    complete, shown = run(httpx.MockTransport(refuse), "sandbox")

    assert not complete
    assert "does not answer" in shown


def test_files_are_uploaded_and_named_in_their_order_among_addresses(
    run: Callable[..., tuple[bool, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.local.api_client._CHECK_PAUSE_SECONDS", 0)
    file, easel = tmp_path / "my fox.jpg", Easel(("COMPLETED", ["COMPLETED"]))
    file.write_bytes(b"\xff\xd8\xff pixels")

    complete, _ = run(easel, "sandbox", references=("https://a.example/1.png", str(file)))

    assert complete
    assert easel.submitted[0]["references"] == [{"url": "https://a.example/1.png"}, {"uploadId": "up-1"}]
    assert b"incoming/up-1" in easel.sent[0]
    assert b"\xff\xd8\xff pixels" in easel.sent[0]


def test_a_file_that_cannot_be_used_stops_the_run_before_anything_is_asked_for(
    run: Callable[..., tuple[bool, str]], tmp_path: Path
) -> None:
    text, cut = tmp_path / "notes.txt", tmp_path / "cut.png"
    text.write_text("no picture", encoding="utf-8")
    cut.write_bytes(b"\x89PNG")
    reasons = {"absent.png": "cannot be read", str(text): "is not a PNG, JPEG or WebP", str(cut): "It is cut off."}

    for named, reason in reasons.items():
        easel = Easel(("COMPLETED", ["COMPLETED"]))
        easel.upload_states = ["REJECTED"]
        complete, shown = run(easel, "sandbox", references=(named,))
        assert (complete, easel.submitted) == (False, [])
        assert reason in shown

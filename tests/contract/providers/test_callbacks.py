"""Vendors call back over real HTTP, in their own forms, and what counts of it reaches the queue."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import TYPE_CHECKING, Any

import pytest
from infra.local.simulators.wavespeed import WEBHOOK_SECRET
from tests.contract.providers.test_wavespeed_adapter import TASK
from tests.functions.api.harness import http_event, invoke

from easel import settings
from easel.errors import ProviderError, QueueUnavailable
from easel.ids import new_generation_id, new_id
from easel.providers.registry import Providers, ProviderSettings
from easel.services.images.callback_tickets import CallbackSigner, SignedAddresses
from easel.services.images.receive_callback import ReceiveCallback
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.providers import JobHint

if TYPE_CHECKING:
    from tests.contract.providers.simulation import Simulator

REF = ImageRef(new_id(), new_generation_id(), 1)
ATTEMPT = new_id()
PATIENCE = 20


@dataclass
class Door:
    """The function behind a real socket. `refusals` are answered first; hints are what gets through."""

    url: str = ""
    statuses: Queue[int] = field(default_factory=Queue)
    hints: Queue[tuple[ImageRef, JobHint]] = field(default_factory=Queue)
    refusals: list[Exception] = field(default_factory=list)
    signer: CallbackSigner = field(
        default_factory=lambda: CallbackSigner(lambda: [b"a key of this run"], lambda: datetime.now(UTC))
    )

    def hint(self, ref: ImageRef, hint: JobHint, *, delay: timedelta = timedelta()) -> None:
        """The queue."""
        if self.refusals:
            raise self.refusals.pop()
        self.hints.put((ref, hint))

    def address(self, provider: str) -> str:
        addresses = SignedAddresses(signer=self.signer, base_url=self.url, providers=[provider])
        given = addresses.address(provider, REF, ATTEMPT, datetime.now(UTC) + timedelta(minutes=1))
        assert given is not None
        return given

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        path, _, query = request.path.partition("?")
        body = request.rfile.read(int(request.headers["content-length"])).decode()
        event = http_event("POST", path, query=query, headers=dict(request.headers), body=body, authorizer=None)
        answer = invoke("receive_callback", event)
        request.send_response(answer["statusCode"])
        request.end_headers()
        self.statuses.put(answer["statusCode"])


@contextmanager
def opened(webhook_secret: str = WEBHOOK_SECRET) -> Iterator[Door]:
    door = Door()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            door.handle(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    known = {"wavespeed": ProviderSettings(webhook_secret=lambda: webhook_secret), "nanobanana": ProviderSettings()}
    queue: Any = door
    receive = ReceiveCallback(signer=door.signer, providers=Providers(known).get, queue=queue, note=lambda *_: None)
    with pytest.MonkeyPatch.context() as patch, ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        patch.setattr("easel.wiring.images.receive_callback.receive_callback", lambda _: receive)
        settings.forget()
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        door.url = f"http://127.0.0.1:{server.server_port}"
        yield door
        server.shutdown()
        settings.forget()


@pytest.mark.requirement("X-20", "S001-54")
@pytest.mark.parametrize("sync_mode", [False, True])
def test_a_job_of_wavespeed_is_called_back_for_under_our_ticket(simulator: Simulator, *, sync_mode: bool) -> None:
    with opened() as door:
        adapter = simulator.adapter(sync_mode=sync_mode)
        submission = adapter.submit(replace(TASK, callback_url=door.address("wavespeed")))

        ref, hint = door.hints.get(timeout=PATIENCE)

        assert (ref.generation_id, ref.index) == (REF.generation_id, REF.index)
        assert (hint.provider, hint.attempt_id, hint.job_id) == ("wavespeed", ATTEMPT, submission.job_id)
        assert door.statuses.get(timeout=PATIENCE) == 204


@pytest.mark.requirement("X-20")
def test_the_job_of_a_dropped_submit_is_named_by_its_callback(simulator: Simulator) -> None:
    with opened() as door:
        dropped = replace(TASK, prompt="a fox [fault:drop]", callback_url=door.address("wavespeed"))
        with pytest.raises(ProviderError):
            simulator.adapter(sync_mode=False).submit(dropped)

        hint = door.hints.get(timeout=PATIENCE)[1]

    assert [job["id"] for job in simulator.jobs] == [hint.job_id]


@pytest.mark.requirement("X-20")
def test_what_cannot_be_queued_is_sent_again_by_the_vendor(simulator: Simulator) -> None:
    with opened() as door:
        door.refusals.append(QueueUnavailable("full"))
        simulator.adapter(sync_mode=False).submit(replace(TASK, callback_url=door.address("wavespeed")))

        door.hints.get(timeout=PATIENCE)

        assert [door.statuses.get(timeout=PATIENCE) for _ in range(2)] == [503, 204]


def test_another_accounts_signature_is_refused_under_a_good_ticket(simulator: Simulator) -> None:
    with opened(webhook_secret="whsec_of-another-account") as door:
        simulator.adapter(sync_mode=False).submit(replace(TASK, callback_url=door.address("wavespeed")))

        assert door.statuses.get(timeout=PATIENCE) == 404
        assert door.hints.empty()


NANOBANANA = {
    "generate": {"code": 200, "msg": "success", "data": {"taskId": "t-1", "info": {"resultImageUrl": "https://x/1"}}},
    "generate, refused": {"code": 400, "msg": "content policy", "data": {"taskId": "t-1", "info": None}},
    "generate-2": {
        "code": 200,
        "msg": "success",
        "data": {"taskId": "t-1", "successFlag": 1, "errorCode": 0, "response": {"resultImageUrl": "https://x/1"}},
    },
    "generate-2, failed": {"code": 200, "msg": "ok", "data": {"taskId": "t-1", "successFlag": 3, "errorCode": 501}},
}


@pytest.mark.requirement("X-20")
@pytest.mark.parametrize("form", NANOBANANA)
def test_each_form_of_nanobananas_callbacks_names_its_job(form: str) -> None:
    with opened() as door:
        assert post(door.address("nanobanana"), NANOBANANA[form]) == 204

        assert door.hints.get(timeout=PATIENCE)[1] == JobHint("nanobanana", ATTEMPT, "t-1")


def test_nanobananas_callbacks_count_with_our_ticket_only() -> None:
    with opened() as door:
        stolen = door.address("wavespeed").replace("/wavespeed?", "/nanobanana?")

        assert post(stolen, NANOBANANA["generate"]) == 404
        assert door.hints.empty()


def post(url: str, body: object) -> int:
    call = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(call, timeout=PATIENCE) as answer:
            status: int = answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    return status

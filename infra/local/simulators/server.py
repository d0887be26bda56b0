"""The HTTP server around the simulated vendors, and the control API under `/_simulator/`.

The standard library's server, because the faults are about connections (never answer, close without a word, send for
ever) and frameworks exist to keep those out of reach.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from infra.local.simulators import webhooks
from infra.local.simulators.faults import FAULTS
from infra.local.simulators.google import GoogleSimulator
from infra.local.simulators.job_threads import JobThreads
from infra.local.simulators.jobs import JobBook
from infra.local.simulators.messages import Drop, Endless, Hang, Outcome, Reply, Request, Vendor, json_reply
from infra.local.simulators.nanobanana import NanobananaSimulator
from infra.local.simulators.nanobanana_seed import NanobananaSeedSimulator
from infra.local.simulators.openai import OpenAISimulator
from infra.local.simulators.pictures import MAX_SIDE, Drawing
from infra.local.simulators.telegram import NAME as TELEGRAM
from infra.local.simulators.telegram import TelegramSimulator
from infra.local.simulators.wavespeed import WaveSpeedSimulator
from infra.local.simulators.webhooks import WebhookReceiver

_MAX_BODY_BYTES: Final = 64 * 1024 * 1024
_CHECK_SECONDS: Final = 0.2
_PICTURE_PATH: Final = re.compile(r"/_simulator/pictures/(\d{1,5})x(\d{1,5})\.(png|jpg|jpeg|webp)")
_OPENING: Final = b"\x89PNG\r\n\x1a\n"
_HOSTILE_PAGES: Final[Mapping[str, Outcome]] = {
    "/_simulator/hostile/redirect": Reply(
        302, b"", "text/plain", {"Location": "http://169.254.169.254/latest/meta-data/"}
    ),
    "/_simulator/hostile/endless": Endless(_OPENING, "image/png"),
    "/_simulator/hostile/slow": Endless(_OPENING, "image/png", pause=1.0),
    "/_simulator/hostile/svg": Reply(200, b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "image/png"),
}
"""What addresses of reference pictures may lead to."""
_NOISE: Final = hashlib.shake_256(b"noise").digest(65536)


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """How the simulators behave.

    `latency` is the time of an ordinary job, `sync_hold` how long synchronous mode waits, `callback_retry` the pause
    before a callback that was not taken is tried again (it doubles), all in seconds. Keys must begin with `key_prefix`.
    `public_url` is used in links instead of the address that the caller used.
    """

    host: str = "127.0.0.1"
    port: int = 0
    public_url: str | None = None
    latency: float = 0.3
    sync_hold: float = 90.0
    callback_retry: float = 0.5
    key_prefix: str = "sim-"


class Simulators:
    """All simulated vendors on one port. A context manager: serves from `with` to its end, in threads of its own."""

    def __init__(self, settings: SimulatorSettings | None = None) -> None:
        self.settings = settings or SimulatorSettings()
        self.jobs = JobBook()
        self.stopping = threading.Event()
        self.vendors: Mapping[str, Vendor] = {vendor.name: vendor for vendor in self._make_vendors()}
        self.telegram = TelegramSimulator()
        self.webhooks = WebhookReceiver()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def _make_vendors(self) -> Iterator[Vendor]:
        latency, key_prefix = self.settings.latency, self.settings.key_prefix
        threads = JobThreads(
            self.jobs, self.stopping, latency=latency, callback_retry_seconds=self.settings.callback_retry
        )
        yield WaveSpeedSimulator(threads, sync_hold=self.settings.sync_hold, key_prefix=key_prefix)
        yield NanobananaSimulator(threads, key_prefix=key_prefix)
        yield NanobananaSeedSimulator(threads, key_prefix=key_prefix)
        for compatible in (False, True):
            for vendor in (OpenAISimulator, GoogleSimulator):
                yield vendor(self.jobs, self.stopping, latency=latency, key_prefix=key_prefix, compatible=compatible)

    def __enter__(self) -> Simulators:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The address at which it listens, or under which others reach it."""
        return self.settings.public_url or f"http://{self.settings.host}:{self._server.server_port}"

    def base_urls(self) -> dict[str, str]:
        """Vendor name to base URL, in the form that the vendor's own SDK takes."""
        return {name: f"{self.url}/{name}{vendor.base_path}" for name, vendor in self.vendors.items()}

    def answer(self, request: Request) -> Outcome:
        """What to do about a request."""
        vendor_name, _, rest = request.path.lstrip("/").partition("/")
        called = self.telegram if vendor_name == TELEGRAM else self.vendors.get(vendor_name)
        if called is None:
            is_webhook = request.path.startswith(webhooks.PATH)
            return self.webhooks.answer(request) if is_webhook else self._control(request)
        inner = Request(request.method, f"/{rest}", request.query, request.headers, request.body, request.origin)
        return called.answer(inner)

    def _control(self, request: Request) -> Outcome:
        match request.method, request.path:
            case "GET", "/_simulator/health":
                return json_reply({"status": "ok", "vendors": self.base_urls(), "faults": dict(FAULTS)})
            case "GET", "/_simulator/jobs":
                return json_reply(self.jobs.describe())
            case "POST", "/_simulator/reset":
                self.jobs.reset()
                for vendor in self.vendors.values():
                    vendor.reset()
                self.webhooks.reset()
                return json_reply({"status": "ok"})
            case "GET", path if picture := _PICTURE_PATH.fullmatch(path):
                return _sample_picture(picture, request.query.get("seed", ""))
            case "GET", path if path in _HOSTILE_PAGES:
                return _HOSTILE_PAGES[path]
        return json_reply({"error": "not found"}, 404)


def _sample_picture(picture: re.Match[str], seed: str) -> Reply:
    width, height = int(picture[1]), int(picture[2])
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        return json_reply({"error": f"each side must be from 1 to {MAX_SIDE}"}, 400)
    image_format = "jpeg" if picture[3] == "jpg" else picture[3]
    data = Drawing(hashlib.sha256(seed.encode()).digest(), width, height, image_format, prompt=seed).render()
    return Reply(200, data, f"image/{image_format}")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, simulators: Simulators) -> None:
        self.simulators = simulators
        super().__init__((simulators.settings.host, simulators.settings.port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that hang up are part of the game; anything else is a mistake of ours."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "EaselSimulators"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: `/_simulator/jobs` says what happened."""

    def _serve(self) -> None:
        request = self._read_request()
        outcome = self.server.simulators.answer(request) if request else json_reply({"error": "bad length"}, 413)
        match outcome:
            case Reply():
                self._send_reply(outcome)
            case Hang():
                self._wait_for_hang_up()
            case Drop():
                self.close_connection = True
            case Endless():
                self._send_endlessly(outcome)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 - the names that the base class looks up

    def _read_request(self) -> Request | None:
        length = self.headers.get("Content-Length", "0")
        if (
            not re.fullmatch(r"\d{1,12}", length)
            or int(length) > _MAX_BODY_BYTES
            or "Transfer-Encoding" in self.headers
        ):
            self.close_connection = True
            return None
        target = urlsplit(self.path)
        host = self.headers.get("Host") or f"{self.server.simulators.settings.host}:{self.server.server_port}"
        return Request(
            method=self.command,
            path=unquote(target.path),
            query=dict(parse_qsl(target.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(length)),
            origin=self.server.simulators.settings.public_url or f"http://{host}",
        )

    def _send_reply(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in {"Content-Type": reply.media_type, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def _wait_for_hang_up(self) -> None:
        self.close_connection = True
        self.connection.settimeout(_CHECK_SECONDS)
        while not self.server.simulators.stopping.is_set():
            with contextlib.suppress(TimeoutError):
                if not self.connection.recv(4096):
                    return

    def _send_endlessly(self, endless: Endless) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", endless.media_type)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(endless.opening)
        while not self.server.simulators.stopping.wait(endless.pause):
            self.wfile.write(_NOISE[:1] if endless.pause else _NOISE)

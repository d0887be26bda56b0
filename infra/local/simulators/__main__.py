"""Run the simulated vendors: `python -m infra.local.simulators --port 8090`. Prints one JSON line when ready."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading

from infra.local.places import REPOSITORY
from infra.local.simulators.server import Simulators, SimulatorSettings


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    # The drawings are those of the sandbox, which is in a layer.
    sys.path.append(str(REPOSITORY / "layers/easel/python"))
    settings = SimulatorSettings(**vars(_parser().parse_args()))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with Simulators(settings) as simulators:
        print(json.dumps({"url": simulators.url, "vendors": simulators.base_urls()}), flush=True)
        stop.wait()


def _parser() -> argparse.ArgumentParser:
    default = SimulatorSettings()
    parser = argparse.ArgumentParser(prog="python -m infra.local.simulators", description="Simulated image vendors.")
    parser.add_argument("--host", default=default.host, help="address to listen at (%(default)s)")
    parser.add_argument("--port", type=int, default=default.port, help="0 takes a free one (%(default)s)")
    parser.add_argument("--public-url", help="base of links, when it is not the address that callers use")
    parser.add_argument("--latency", type=float, default=default.latency, help="seconds that a job takes (%(default)s)")
    parser.add_argument(
        "--sync-hold", type=float, default=default.sync_hold, help="seconds that synchronous mode waits (%(default)s)"
    )
    parser.add_argument(
        "--callback-retry",
        type=float,
        default=default.callback_retry,
        help="seconds before a refused callback is tried again (%(default)s)",
    )
    parser.add_argument("--key-prefix", default=default.key_prefix, help="beginning of every good key (%(default)s)")
    return parser


if __name__ == "__main__":
    main()

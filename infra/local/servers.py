"""The three servers of a copy: the AWS emulator, the simulators of image vendors, and the edge."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from infra.local.edge import HEALTH_PATH as EDGE_HEALTH_PATH
from infra.local.emulator_state import empty_in_background, forget_stream_positions
from infra.local.places import REPOSITORY, VENV_PYTHON, Places
from infra.local.ports import Ports
from infra.local.processes import Server

EMULATOR: Final = "emulator"
SIMULATORS: Final = "simulators"
EDGE: Final = "edge"
STOP_ORDER: Final = (EDGE, EMULATOR, SIMULATORS)

_HERE: Final = Path(__file__).resolve().parent
_FUNCTIONS_AT_ONCE: Final = "64"
"""More would only wait for a processor: sixty cold starts on two cores take half a minute."""


def all_servers(places: Places, ports: Ports, *, iam_enforced: bool) -> tuple[Server, Server, Server]:
    return emulator(places, ports, iam_enforced=iam_enforced), simulators(ports), edge(places, ports)


def emulator(places: Places, ports: Ports, *, iam_enforced: bool) -> Server:
    """MiniStack with its state in our folder. It saves its state only when it is stopped with SIGTERM."""
    unpacked, saved = places.emulator / "tmp", places.emulator / "state"

    def prepare() -> None:
        empty_in_background(unpacked)
        forget_stream_positions(saved)

    settings = {
        "GATEWAY_PORT": str(ports.emulator),
        "BIND_HOST": "127.0.0.1",
        "AUTH": "true" if iam_enforced else "false",
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_ACCOUNT_CONCURRENCY": _FUNCTIONS_AT_ONCE,
        "LAMBDA_WARM_TTL_SECONDS": "900",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "INFO",
        "TMPDIR": str(unpacked),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(saved),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(places.emulator / "s3"),
        # Functions of the emulator run on this interpreter: keep their bytecode out of our sources.
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }
    return Server(
        name=EMULATOR,
        command=(str(VENV_PYTHON), "-m", "infra.local.emulator"),
        settings=settings,
        port=ports.emulator,
        health_url=f"{ports.emulator_url}/_ministack/health",
        made_of=_digest([_HERE / "emulator.py"]),
        prepare=prepare,
        start_seconds=60,
        stop_seconds=30,
    )


def simulators(ports: Ports) -> Server:
    return Server(
        name=SIMULATORS,
        command=(str(VENV_PYTHON), "-m", "infra.local.simulators", "--port", str(ports.simulators)),
        port=ports.simulators,
        health_url=f"{ports.simulators_url}/_simulator/health",
        made_of=_digest(sorted((_HERE / "simulators").rglob("*.py"))),
    )


def edge(places: Places, ports: Ports) -> Server:
    files = ("--target", str(places.edge_target), "--record", str(places.record))
    return Server(
        name=EDGE,
        command=(str(VENV_PYTHON), "-m", "infra.local.edge", "--port", str(ports.edge), *files),
        port=ports.edge,
        health_url=f"{ports.edge_url}{EDGE_HEALTH_PATH}",
        made_of=_digest([_HERE / "edge.py", _HERE / "studio.py", _HERE.parent / "web_files.py"]),
    )


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(REPOSITORY)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()

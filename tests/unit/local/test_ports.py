import json
import socket
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from infra.local.failures import ToolError
from infra.local.ports import Ports, choose


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_chosen_ports_are_three_and_are_remembered(tmp_path: Path) -> None:
    remembered = tmp_path / "ports.json"

    first = choose(remembered, base=None)

    assert len(set(asdict(first).values())) == 3
    assert choose(remembered, base=None) == first


def test_copies_in_different_folders_get_different_ports(tmp_path: Path) -> None:
    one, other = (choose(tmp_path / f"{name}.json", base=None) for name in ("one", "other"))

    assert set(asdict(one).values()).isdisjoint(asdict(other).values())


def test_a_remembered_port_that_somebody_else_has_taken_is_given_up(tmp_path: Path, taken_port: int) -> None:
    remembered = tmp_path / "ports.json"
    remembered.write_text(json.dumps(asdict(Ports(edge=taken_port, emulator=20_001, simulators=20_002))))

    assert taken_port not in asdict(choose(remembered, base=None)).values()


def test_a_port_on_which_our_own_server_listens_is_kept(tmp_path: Path, taken_port: int) -> None:
    remembered = tmp_path / "ports.json"
    ours = Ports(edge=taken_port, emulator=taken_port, simulators=taken_port)
    remembered.write_text(json.dumps(asdict(ours)))

    assert choose(remembered, base=None, ours=frozenset({taken_port})) == ours


def test_a_given_base_is_obeyed_or_refused(tmp_path: Path, taken_port: int) -> None:
    with pytest.raises(ToolError, match=f"Port {taken_port} is in use"):
        choose(tmp_path / "ports.json", base=taken_port)


@pytest.mark.parametrize("content", ["", "[]", '{"edge": 1}', "not json"])
def test_an_unreadable_memory_is_replaced(tmp_path: Path, content: str) -> None:
    remembered = tmp_path / "ports.json"
    remembered.write_text(content)

    assert asdict(choose(remembered, base=None)) == json.loads(remembered.read_text())

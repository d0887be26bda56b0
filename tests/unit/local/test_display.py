import io

import pytest
from infra.local.display import Display
from infra.local.failures import ToolError


class Terminal(io.TextIOWrapper):
    """A screen with an encoding, of which all output is kept."""

    def __init__(self, encoding: str, *, terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, errors="replace", newline="")
        self._is_terminal = terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def shown(self) -> str:
        self.flush()
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode(self.encoding)


def do_a_step(screen: Terminal) -> str:
    with Display(screen).step("Building") as step:
        step.note = "two layers"
    return screen.shown()


def test_a_step_is_one_plain_line_where_nothing_can_move() -> None:
    shown = do_a_step(Terminal("utf-8", terminal=False))

    assert shown.startswith("✓ Building (two layers)")
    assert shown.count("\n") == 1
    assert "\033" not in shown


def test_marks_are_plain_where_the_encoding_has_no_others() -> None:
    assert do_a_step(Terminal("ascii", terminal=False)).startswith("ok Building")


def test_a_terminal_gets_colours_unless_it_asks_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\033[32m" in do_a_step(Terminal("utf-8", terminal=True))

    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033[32m" not in do_a_step(Terminal("utf-8", terminal=True))


def test_a_failed_step_is_marked_and_its_error_goes_on() -> None:
    screen = Terminal("utf-8", terminal=False)

    with pytest.raises(ToolError), Display(screen).step("Building"):
        raise ToolError("No room.")

    assert screen.shown().startswith("✗ Building")


def test_a_failure_names_its_log_and_shows_the_end_of_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    log = tmp_path_factory.mktemp("logs") / "build.log"
    log.write_text("\n".join(f"line {number}" for number in range(100)))
    screen = Terminal("utf-8", terminal=False)

    Display(screen).failure(ToolError("It broke.", log=log))

    assert "It broke." in screen.shown()
    assert "line 99" in screen.shown()
    assert "line 50" not in screen.shown()
    assert str(log) in screen.shown()

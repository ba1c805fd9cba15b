"""Progress: plain lines in a log, a bar on a terminal."""

import io
import re

import pytest

from ccsi.frame import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_one_line_at_the_end() -> None:
    stream = io.StringIO()
    with progress.progress_bar(4, unit="step", description="train t1", stream=stream) as bar:
        for loss in (3.0, 2.0, 1.0, 0.5):
            bar.advance(1, loss=loss)
    assert re.fullmatch(
        r"train t1: 4/4 step, [\d.]+ step/s, loss 0\.5000, [\d.]+ s\n", stream.getvalue()
    )


def test_a_long_loop_says_how_long_it_takes_still(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    stream = io.StringIO()
    with progress.progress_bar(40, unit="step", description="x", stream=stream) as bar:
        for _ in range(40):
            clock[0] += 1.0
            bar.advance(1)
    lines = stream.getvalue().splitlines()
    assert lines == [
        "x: 15/40 step, 1.0 step/s, 25 s left",
        "x: 30/40 step, 1.0 step/s, 10 s left",
        "x: 40/40 step, 1.0 step/s, 40.0 s",
    ]


@pytest.mark.parametrize(("steps", "lines"), [(30, 2), (0, 1)])
def test_the_end_is_told_once(monkeypatch: pytest.MonkeyPatch, steps: int, lines: int) -> None:
    """Also where the last step brings a line of its own, or nothing was to be done."""
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    stream = io.StringIO()
    with progress.progress_bar(steps, unit="step", description="x", stream=stream) as bar:
        for _ in range(steps):
            clock[0] += 1.0
            bar.advance(1)
    told = stream.getvalue().splitlines()
    assert len(told) == lines
    assert told[-1].startswith(f"x: {steps}/{steps} step")


def test_a_terminal_gets_a_bar_with_the_loss() -> None:
    stream = Terminal()
    with progress.progress_bar(2, unit="step", description="train t1", stream=stream) as bar:
        bar.advance(1, loss=0.25)
        bar.advance(1, loss=0.125)
    assert "\r" in stream.getvalue()
    assert "loss 0.1250" in stream.getvalue()

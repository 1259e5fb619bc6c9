"""The progress line: late, seldom, clean."""

import pytest

from trailkit import progress


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def test_short_work_shows_nothing(clock: Clock, capsys: pytest.CaptureFixture[str]):
    with progress.line() as say:
        say("1 of 2")
        clock.now += 0.9
        say("2 of 2")
    assert capsys.readouterr().err == ""


def test_long_work_shows_the_latest_text_and_wipes_it(
    clock: Clock, capsys: pytest.CaptureFixture[str]
):
    with progress.line() as say:
        clock.now += 1.5
        say("reading 10 of 20")
        clock.now += 0.2
        say("done")
    written = capsys.readouterr().err
    assert "\rreading 10 of 20" in written
    assert "\rdone            " in written
    assert written.endswith("\r")
    assert "\n" not in written


def test_texts_in_quick_succession_are_left_out(
    clock: Clock, capsys: pytest.CaptureFixture[str]
):
    with progress.line() as say:
        clock.now += 1.5
        for number in range(1000):
            say(f"file {number}")
    assert capsys.readouterr().err.count("file") == 1


def test_the_line_is_wiped_after_an_error(
    clock: Clock, capsys: pytest.CaptureFixture[str]
):
    def fail() -> None:
        with progress.line() as say:
            clock.now += 1.5
            say("working")
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()
    assert capsys.readouterr().err.endswith("\r")


def test_control_characters_of_a_file_name_do_not_reach_the_terminal(
    clock: Clock, capsys: pytest.CaptureFixture[str]
):
    with progress.line() as say:
        clock.now += 1.5
        say("reading a\nb\x1b[2Jc.json")
    assert "reading a\\nb\\x1b[2Jc.json" in capsys.readouterr().err


def test_nothing_is_shown_when_it_is_not_wanted(
    clock: Clock, capsys: pytest.CaptureFixture[str]
):
    with progress.line(shown=False) as say:
        clock.now += 1.5
        say("working")
    assert capsys.readouterr().err == ""

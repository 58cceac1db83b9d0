"""How text is printed: wrapped on a terminal, and in characters that can be shown."""

import io
import os
import sys
from pathlib import Path

import pytest

from stravacookies.cli import printing
from tests.command import PROGRAM
from tests.situations import User
from tests.terminal import on_terminal


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("It fits in here.", "It fits in here."),
        ("Words are not split anywhere.", "Words are not split\nanywhere."),
        ("  1  paste it from a browser", "  1  paste it from a\n     browser"),
        ("✓ Tile  the host answered 200", "✓ Tile  the host\n        answered 200"),
        ("Next, run 'make live ARGS=ride'.", "Next, run\n'make live ARGS=ride'."),
        ("JOSM's list shows 'Anna's own' and more", "JOSM's list shows\n'Anna's own' and more"),
        ("✓ JOSM  'a name that is too long'", "✓ JOSM\n'a name that is too long'"),
        ("✓ JOSM  in a-name-that-is-long", "✓ JOSM  in\n  a-name-that-is-long"),
    ],
)
def test_lines_end_between_words(line: str, expected: str) -> None:
    """Lines go on below their last column. What is quoted stays whole, even if it is too long."""
    assert expected == printing.wrapped(line, 21)


def test_paths_stay_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line ends within a path that exists, whatever its names contain."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "My own maps" / "of JOSM").mkdir(parents=True)
    other = f"{tmp_path}/My own maps"

    assert "The layers are in\n~/My own maps/of JOSM: open\nit." == printing.wrapped(
        "The layers are in ~/My own maps/of JOSM: open it.", 28
    )
    assert f"Looked in\n({other},\n{other})." == printing.wrapped(
        f"Looked in ({other}, {other}).", len(other) + 3
    )


def test_only_a_terminal_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that reads the output gets whole lines, and so does one that has no output."""
    for stream in (io.StringIO(), None):
        monkeypatch.setattr(sys, "stderr", stream)
        assert 999 == len(printing.fitted("word " * 199 + "word", err=True))


def test_characters_that_cannot_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own characters have a plain form, and others are shown as their numbers."""
    stream = io.TextIOWrapper(io.BytesIO(), "ascii", newline="")
    monkeypatch.setattr(sys, "stdout", stream)
    printing.prepare_streams()
    printing.say("Hike, blue – © Strava …: 日本\udcff")
    stream.flush()

    assert isinstance(stream.buffer, io.BytesIO)
    assert rb"Hike, blue - (c) Strava ...: \u65e5\u672c\udcff" == stream.buffer.getvalue().rstrip()


def test_80_columns(
    environment: dict[str, str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In 80 columns, only a path that is longer is longer, and it is on a line of its own."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    josm = home / "mapping" / "JOSM preferences, with a name that is quite long indeed" / "JOSM"
    josm.mkdir(parents=True)
    User(home, josm)
    for arguments in (["doctor"], ["josm-prefs"]):
        command = [str(PROGRAM), *arguments, "--josm-dir", str(josm)]
        _, shown = on_terminal(command, {**os.environ} | environment, [], columns=80)
        lines = shown.splitlines()
        long = {line.strip(":") for line in lines if len(line) > 80 and "\x1b" not in line}

        assert long <= {str(josm)}
        assert any(
            "JOSM preferences, with a name that is quite long indeed/JOSM" in x for x in lines
        )

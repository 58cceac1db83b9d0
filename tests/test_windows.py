"""What only Windows does, with its answers in place of this system's: it is not the real one."""

import ctypes
import errno
import getpass
import io
import logging
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta, tzinfo
from importlib import import_module
from pathlib import Path
from threading import current_thread, main_thread
from types import SimpleNamespace
from typing import Self
from unittest.mock import Mock

import pytest

from stravacookies.cli import prompt
from stravacookies.cli.main import main
from stravacookies.credentials.store import CredentialStore
from stravacookies.files import open_trusted
from stravacookies.josm.preferences import NEW
from stravacookies.locks import locked
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.session import Session
from stravacookies.wording import local_time, without_home
from tests.command import Outcome
from tests.made_up import values
from tests.test_imports import NAMES
from tests.windows import pretend


@pytest.fixture
def windows(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows, with an empty home."""
    pretend(home, monkeypatch)


@pytest.fixture
def josm(home: Path, windows: None) -> Path:
    """The directory of a JOSM that has run, for a user whose kept cookies are fresh."""
    directory = home / "AppData" / "Roaming" / "JOSM"
    directory.mkdir(parents=True)
    (directory / "preferences.xml").write_bytes(NEW)
    fresh = values(datetime.now(UTC) + timedelta(days=1))
    CredentialStore().keep_cookies(HeatmapCookies.from_values(fresh))
    return directory


def run(*arguments: str | Path, has_console: bool = True) -> Outcome:
    """Run the whole program in this process, with streams as they are redirected on Windows.

    Without a console, as an icon runs it, it has no streams.
    """
    streams = [io.TextIOWrapper(io.BytesIO(), "cp1252", newline="") for _ in range(2)]
    handlers = logging.getLogger("stravacookies").handlers
    before = handlers[:]
    try:
        out, err = streams if has_console else (None, None)
        with redirect_stdout(out), redirect_stderr(err):
            main([*map(str, arguments)])
    except SystemExit as end:
        code = end.code or 0
    finally:  # `main` expects the process to end
        handlers[:] = before
    assert isinstance(code, int)
    for stream in streams:
        stream.seek(0)
    return Outcome(code, *(stream.read() for stream in streams))


def contents(folder: Path) -> dict[str, bytes]:
    """Return the content of all files below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def modules() -> list[str]:
    """All modules, once imported with what they need from elsewhere, which knows this system."""
    names = sorted(NAMES - {"stravacookies.__main__"})
    for name in names:
        import_module(name)
    return names


def test_every_module_can_be_imported(
    modules: list[str], windows: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No module needs what Windows lacks before it knows where it runs."""
    for name in modules:
        monkeypatch.delitem(sys.modules, name)

    assert modules == [import_module(name).__name__ for name in modules]


def test_from_first_run_to_last(josm: Path, home: Path) -> None:
    """Files are where Windows has them; without modes, a run with nothing to do does nothing."""
    first = run("josm-prefs")
    for path in josm.rglob("*"):
        path.chmod(0o777 if path.is_dir() else 0o666)
    written = {path: path.stat().st_mtime_ns for path in josm.rglob("*")}
    second, status = run("josm-prefs"), run("status")

    assert (0, "", 0, "") == (first.code, first.err, second.code, second.err)
    assert f"The Strava heatmap is ready for JOSM, in {josm}:\n" in first.out
    assert "  preferences.xml     now lists them (backup: " in first.out
    assert written == {path: path.stat().st_mtime_ns for path in josm.rglob("*")}
    assert str(josm / "strava-heatmap.xml") in (josm / "preferences.xml").read_text()
    assert (0, "") == (status.code, status.err)
    assert "no Session         none yet\n" in status.out
    assert "ok Layers          329 layers with fresh cookies\n" in status.out

    removed, logged_out = run("remove"), run("logout")
    state = home / "AppData" / "Local" / "stravacookies"
    assert (0, "", 0, "") == (removed.code, removed.err, logged_out.code, logged_out.err)
    assert {"preferences.xml": NEW} == contents(josm)
    assert f"Removed {state / 'cookies-today.json'}.\n" == logged_out.out
    assert [] == [path for path in state.iterdir() if path.name != "Cache"]


def test_python_of_the_store(josm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that JOSM would not see are not written."""
    monkeypatch.setattr(sys, "base_prefix", r"C:\Program Files\WindowsApps\Python_3.13_x64")
    outcome = run("josm-prefs")

    assert (5, "", 1) == (outcome.code, outcome.out, outcome.err.count("\n"))
    assert outcome.err.startswith(f"stravacookies: JOSM would not see files in {josm}: this Python")
    assert {"preferences.xml": NEW} == contents(josm)


def test_output_in_a_code_page(josm: Path, home: Path) -> None:
    """What a code page has is printed as it is, and escapes stand for the rest."""
    directory = josm.rename(josm.parent / "Zoë 日本")
    ready = run("josm-prefs", "--josm-dir", directory, "--color", "hot")
    refused = run("status", "--josm-dir", home / "ł")

    assert (0, "") == (ready.code, ready.err)
    assert rf"{josm.parent}/Zoë \u65e5\u672c:" in ready.out
    assert (5, "") == (refused.code, refused.out)
    assert refused.err.startswith(rf"stravacookies: There is no directory {home}/\u0142. Correct")


@pytest.mark.parametrize("failures", [2, 99])
@pytest.mark.parametrize("name", ["strava-heatmap.xml", "preferences.xml"])
def test_file_that_another_program_has_open(
    josm: Path, monkeypatch: pytest.MonkeyPatch, name: str, failures: int
) -> None:
    """A moment is waited for; then one sentence says so, and all files are as they were."""
    run("josm-prefs", "--color", "hot")
    (josm / "preferences.xml").write_bytes(NEW)
    before, replace, sleep, pauses = contents(josm), Path.replace, time.sleep, list[float]()

    def fail(partial: Path, target: Path) -> Path:
        if target == josm / name and len(pauses) < failures:
            raise PermissionError(errno.EACCES, "Access is denied")
        return replace(partial, target)

    def note(seconds: float) -> None:
        (pauses.append if current_thread() is main_thread() else sleep)(seconds)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        patch.setattr(time, "sleep", note)
        outcome = run("josm-prefs", "--color", "blue")

    if failures == 2:
        assert (0, "", 2) == (outcome.code, outcome.err, len(pauses))
    else:
        assert (
            5,
            "",
            f"stravacookies: {josm / name} could not be written: another program, such as JOSM,"
            " has it open, or it is read-only.\n",
        ) == (outcome.code, outcome.out, outcome.err)
        assert before == contents(josm)
        assert 0.5 < sum(pauses) < 2


@pytest.mark.usefixtures("windows")
def test_locks(tmp_path: Path, home: Path) -> None:
    """Another run is kept out of a directory, unless our cache with the locks cannot be used."""
    file, other = tmp_path / "file", tmp_path / "other" / "file"
    other.parent.mkdir()
    with locked([file, other]):
        with pytest.raises(TimeoutError) as error, locked([other], patience=0):
            pass
        assert str(other.parent) == error.value.filename
        assert [] == [*other.parent.iterdir()]
    cache = home / "AppData" / "Local" / "stravacookies" / "Cache"
    for path in cache.iterdir():
        path.unlink()
    cache.rmdir()
    cache.touch()
    with locked([file]), locked([file], patience=0):
        pass


def test_compiled_template_is_used(josm: Path) -> None:
    """A user's own folders are trusted: there are no modes that could say otherwise."""
    with open_trusted(josm / "preferences.xml") as file:
        assert NEW == file.read()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (r"C:\Zoë\josm.exe", [r"C:\Zoë\josm.exe"]),
        (r'java -Djosm.home="D:\my josm" -jar "x y.jar"', ["java", r"-Djosm.home=D:\my josm"]),
        (r"C:\O'Brien\josm.exe --language=de", [r"C:\O'Brien\josm.exe", "--language=de"]),
    ],
)
def test_command_of_the_user(
    josm: Path, monkeypatch: pytest.MonkeyPatch, command: str, words: list[str]
) -> None:
    """A command is split as Windows does; JOSM is started beside this process, which ends."""
    started = Mock()
    monkeypatch.setattr(subprocess, "Popen", started)
    outcome = run("josm", "--josm-command", command)

    assert (0, "") == (outcome.code, outcome.err)
    assert words == started.call_args.args[0][:2]
    unclosed = run("josm", "--josm-command", f'{command}"')
    assert (2, True) == (unclosed.code, "a quotation mark is not closed." in unclosed.err)


def test_icon(josm: Path) -> None:
    """The icon's script in the Start menu starts Python without a window of its own."""
    added = run("josm", "--icon", "--josm-command", '"x y.exe" z')
    script = josm.parent / "Microsoft/Windows/Start Menu/Programs/JOSM with Strava heatmap.cmd"
    python = Path(sys.executable).with_name("pythonw.exe")
    line = f'"{python}" "-P" "-m" "stravacookies" "josm" "--josm-command" "\\"x y.exe\\" z"'

    assert (0, f"'{script.stem}' is now in the desktop's menu ({script}).\n") == (
        added.code,
        added.out.replace("\r\n", "\n"),
    )
    assert f'@chcp 65001 >nul\r\n@start "" {line}\r\n' == script.read_bytes().decode()


@pytest.mark.usefixtures("windows")
def test_icon_tells_what_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a console, a box says what failed."""
    windll = Mock()
    monkeypatch.setattr(ctypes, "windll", windll, raising=False)

    assert 6 == run("josm", has_console=False).code
    windll.user32.MessageBoxW.assert_called_once()
    _, text, title, _ = windll.user32.MessageBoxW.call_args.args
    assert "JOSM with Strava heatmap" == title
    assert text.startswith("JOSM cannot be started: it was not found.")
    windll.reset_mock()
    assert run("josm").err.startswith("stravacookies: JOSM cannot be started")
    windll.user32.MessageBoxW.assert_not_called()


@pytest.mark.usefixtures("windows")
def test_home_in_any_case(home: Path) -> None:
    """What is safe to share hides the home directory, however its letters are typed."""
    assert "in ~/JOSM" == without_home(f"in {str(home).upper()}/JOSM")


def test_time_that_windows_cannot_convert() -> None:
    """A time that is too late for Windows' calendar is printed in UTC."""

    class Late(datetime):
        def astimezone(self, tz: tzinfo | None = None) -> Self:
            raise OSError(errno.EINVAL, "Invalid argument")

    assert "01 January 3002, 00:00 UTC" == local_time(Late(3002, 1, 1, tzinfo=UTC))


@pytest.mark.usefixtures("windows")
def test_paste_of_several_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """`getpass` reads a line, and what then waits in the console belongs to the same paste."""
    lines = ["curl https://www.strava.com/maps ^", '  -H "Cookie: _strava4_session=0123456789ab"']
    monkeypatch.setattr(getpass, "getpass", lambda question: lines.pop(0))
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(kbhit=lambda: bool(lines)))
    monkeypatch.setattr(time, "sleep", lambda _: None)

    assert Session("0123456789ab") == prompt.for_session()

"""Starting a browser on a profile folder of ours, and ending it with all its processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from stravacookies.credentials import window_profile
from stravacookies.credentials.browser_process import end_all, running
from stravacookies.credentials.own_browser import own_browser
from stravacookies.credentials.window_browsers import Program
from stravacookies.errors import NotLoggedInError
from tests.pretended_browser import LOGIN, has_ended, pretended, processes, started

QUICK = 1.5
"""Seconds to wait for a browser that will not start."""


def start(program: Program, patience: float = 30) -> None:
    """Start a browser, and end it."""
    with running(own_browser(program), LOGIN, patience):
        assert processes(program)


@pytest.mark.parametrize(
    ("browser", "arguments"),
    [
        ("edge", ["--user-data-dir={profile}", "--remote-debugging-port=0", "--no-first-run"]),
        ("firefox", ["--profile", "{profile}", "--new-instance"]),
    ],
)
def test_browser_is_started_and_ended(
    tmp_path: Path, browser: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets a private profile and arguments, but none of our variables; then it is gone."""
    program = pretended(tmp_path, browser=browser)
    usual = dict(os.environ)
    monkeypatch.setenv("STRAVA_PASSWORD", "secret")
    start(program)

    assert usual == started(program)["environment"]
    given = started(program)["arguments"]
    assert LOGIN == given[-1]
    assert {each.format(profile=program.profile) for each in arguments} <= set(given)
    assert 0o700 == program.profile.stat().st_mode & 0o777
    assert has_ended(program)


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        ("ends", "it ended at once"),
        ("ends and leaves a child", "it ended at once"),
        ("shows nothing", "nothing happened for 1.5 seconds"),
        ("answers nonsense", "it does not speak DevTools: its answer makes no sense"),
        ("speaks no DevTools", "it does not speak DevTools: InvalidMessage"),
    ],
)
def test_failed_start_is_one_sentence(tmp_path: Path, behaviour: str, why: str) -> None:
    """A browser that does not start as it should is ended, and named with the reason."""
    program = pretended(tmp_path, behaviour=behaviour)
    with pytest.raises(NotLoggedInError) as caught:
        start(program, QUICK if behaviour == "shows nothing" else 30)

    assert f"Chromium could not be started ({why})." == caught.value.finding
    assert has_ended(program)


def test_program_that_is_missing(tmp_path: Path) -> None:
    """What the system says is part of the sentence."""
    program = Program("brave", tmp_path / "missing", tmp_path / "profile")
    with pytest.raises(NotLoggedInError) as caught:
        start(program)

    assert "Brave could not be started (No such file or directory)." == caught.value.finding


def test_stubborn_browser_is_killed(tmp_path: Path) -> None:
    """A browser that does not end when it is asked to is ended by force."""
    program = pretended(tmp_path, behaviour="is stubborn")
    start(program)

    assert has_ended(program)


def test_profile_that_others_can_enter(tmp_path: Path) -> None:
    """No login is put into such a folder."""
    program = pretended(tmp_path)
    program.profile.mkdir()
    program.profile.chmod(0o750)
    with pytest.raises(NotLoggedInError) as caught:
        start(program)

    assert (
        f"Chromium could not be started (other users can open {program.profile}; remove it)."
    ) == caught.value.finding
    assert [] == list(program.profile.iterdir())


def test_profile_that_is_a_file(tmp_path: Path) -> None:
    """A file in place of the folder stays."""
    program = pretended(tmp_path)
    program.profile.write_text("mine")
    with pytest.raises(NotLoggedInError) as caught:
        start(program)

    assert (
        f"Chromium could not be started ({program.profile}: File exists)." == caught.value.finding
    )
    assert "mine" == program.profile.read_text()


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_second_run_is_refused(tmp_path: Path, browser: str) -> None:
    """The profile is locked while a browser runs on it, and only then."""
    program = pretended(tmp_path, browser=browser)
    with running(own_browser(program), LOGIN):
        with pytest.raises(NotLoggedInError) as caught:
            start(program)
        assert processes(program)
    start(program)

    assert (
        f"Another run of stravacookies has a {browser.capitalize()} window open: log in there, or"
        " close it."
    ) == caught.value.finding


def test_leftover_browser_is_named(tmp_path: Path) -> None:
    """A browser whose stravacookies was killed still has the profile: no one else may touch it."""
    program = pretended(tmp_path)
    program.profile.mkdir(mode=0o700)
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen([*sleep, f"--user-data-dir={program.profile}"]) as leftover:
        with pytest.raises(NotLoggedInError) as caught:
            start(program)
        window_profile.remove(program.profile)
        assert program.profile.exists()
        assert leftover.poll() is None
        leftover.kill()
    window_profile.remove(program.profile)
    assert not program.profile.exists()

    assert (
        "Chromium could not be started (it is still open from an earlier run; close its window, or"
        f" end process {leftover.pid})."
    ) == caught.value.finding


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, -signal.SIGINT),
        (signal.SIGTERM, 128 + signal.SIGTERM),
        (signal.SIGHUP, 128 + signal.SIGHUP),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
@pytest.mark.parametrize("behaviour", ["works", "shows nothing"])
def test_signals_end_the_browser(
    tmp_path: Path, number: signal.Signals, code: int, behaviour: str
) -> None:
    """Ctrl-C, the end of the terminal, and `kill` leave no process, started or still starting."""
    program = pretended(tmp_path, behaviour=behaviour)
    script = (
        "from pathlib import Path\n"
        "import signal, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # it may be ignored here
        "from stravacookies.credentials.browser_process import running\n"
        "from stravacookies.credentials.own_browser import own_browser\n"
        "from stravacookies.credentials.window_browsers import Program\n"
        f"paths = Path({str(program.path)!r}), Path({str(program.profile)!r})\n"
        f"with running(own_browser(Program('chromium', *paths)), {LOGIN!r}):\n"
        "    print('running', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout
        if behaviour == "works":
            assert b"running\n" == process.stdout.readline()
        else:
            end = time.monotonic() + 20
            while not (program.profile / "started.json").exists():
                assert time.monotonic() < end
                time.sleep(0.02)
        process.send_signal(number)
        ended = process.wait(20)

    assert code == ended
    assert has_ended(program)


def test_signal_handlers_are_restored(tmp_path: Path) -> None:
    """Afterwards, signals do what they did before; one that was ignored is never handled."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with running(own_browser(pretended(tmp_path)), LOGIN):
            during = signal.getsignal(signal.SIGHUP), signal.getsignal(signal.SIGTERM)
        after = signal.getsignal(signal.SIGHUP), signal.getsignal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGHUP, before)

    assert (signal.SIG_IGN, signal.SIG_DFL) == after
    assert signal.SIG_IGN == during[0]
    assert callable(during[1])


def test_consumer_that_fails(tmp_path: Path) -> None:
    """The browser ends with whatever its user raises."""
    program = pretended(tmp_path)
    with pytest.raises(ZeroDivisionError), running(own_browser(program), LOGIN):
        raise ZeroDivisionError

    assert has_ended(program)
    assert os.listdir(program.profile)  # noqa: PTH208 - the login stays for a renewal


@pytest.mark.parametrize(("behaviour", "patience"), [("works", 20.0), ("shows nothing", 0.0)])
def test_browsers_of_other_threads(tmp_path: Path, behaviour: str, patience: float) -> None:
    """A process that ends waits for them, and ends by force those that take too long."""
    program = pretended(tmp_path, behaviour=behaviour)
    ended: list[str] = []

    def work() -> None:
        try:
            start(program)
        except NotLoggedInError as error:
            ended.append(error.finding)

    thread = threading.Thread(target=work)
    thread.start()
    give_up = time.monotonic() + 20
    while not (program.profile / "started.json").exists():
        assert time.monotonic() < give_up
        time.sleep(0.02)
    end_all(patience)
    is_forced = behaviour == "shows nothing"
    thread.join(20)

    assert has_ended(program)
    assert (["Chromium could not be started (it ended at once)."] if is_forced else []) == ended

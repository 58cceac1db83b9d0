"""The program around its commands: exit codes, streams, secrets, and what it imports."""

import os
import re
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

import stravacookies
from stravacookies import errors
from stravacookies.errors import StravacookiesError
from stravacookies.josm import settings
from tests import command
from tests.command import Run, run_in_process
from tests.josm_app import free_port
from tests.situations import User
from tests.standin.server import StandIn
from tests.standin.strava import Guard, Request, Response, Strava

HEAVY = {"requests", "lxml", "jinja2", "psutil", "keyring", "yt_dlp"}


def files(home: Path) -> list[Path]:
    """Return all files below a home directory."""
    return [path for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("code", "arguments", "variables", "words"),
    [
        (1, "cartograph --icloud", {}, "Cartograph's folder in iCloud was not found"),
        (2, "josm-prefs --activity Hikee", {}, "Error: Invalid value for '--activity'"),
        (2, "josm-prefs --password x", {}, "Error: No such option '--password'."),
        (2, "stauts", {}, "Error: No such command 'stauts'. Did you mean 'status'?"),
        (2, "cookies --from firefix", {}, "nor an existing file. Did you mean firefox?"),
        (2, "josm-prefs --josm-dir=", {}, "it is empty or names the current folder"),
        (2, "status --josm-dir ~no-one/x", {}, "there is no home directory for '~no-one/x'."),
        (2, "preview -o ~no-one", {}, "there is no home directory for '~no-one'."),
        (3, "josm-prefs", {}, "No usable Strava session was found"),
        (3, "josm-prefs", {"STRAVA_SESSION": "a}b"}, "STRAVA_SESSION is neither an export of"),
        (3, "cookies", {"STRAVA_EMAIL": "\udcff", "STRAVA_PASSWORD": "x"}, "cannot be sent."),
        (3, "cookies", {"STRAVA_EMAIL": "x", "STRAVA_PASSWORD": "\udcff"}, "cannot be sent."),
        (4, "cookies", {"STRAVA_SESSION": "any", "HTTPS_PROXY": "http://127.0.0.1:1"}, "reached"),
        (5, "josm-prefs --josm-dir missing", {}, "There is no directory missing. Correct the path"),
        (5, f"status --josm-dir {'long' * 99}", {}, "could not be read: File name too long."),
        (6, "live", {}, "JOSM is"),
    ],
)
def test_exit_codes(
    run: Run,
    stand_in: StandIn,
    josm_directory: Path,
    code: int,
    arguments: str,
    variables: dict[str, str],
    words: str,
) -> None:
    """Each kind of failure has its exit code and one sentence, and leaves everything as it was."""
    preferences = josm_directory / "preferences.xml"
    tag = f'<tag key="remote.control.port" value="{free_port()}"/>'
    text = f'<preferences xmlns="http://josm.openstreetmap.de/preferences-1.0">{tag}</preferences>'
    preferences.write_text(text)
    outcome = run(*arguments.split(), **variables)
    lines = outcome.err.splitlines()
    sentences = [line for line in lines if line.startswith(("stravacookies: ", "Error: "))]

    assert (code, "", 1) == (outcome.code, outcome.out, len(sentences))
    assert words in sentences[0]
    assert ([preferences], text) == (files(josm_directory.parents[1]), preferences.read_text())
    assert [] == stand_in.requests


@pytest.mark.parametrize(
    ("code", "fault", "words"),
    [
        (3, Guard.FIREWALL, "firewall"),
        (4, Response(404), "404 Not Found"),
        (4, {"_strava_idcf": None}, "lacks the cookie _strava_idcf"),
        (4, {"CloudFront-Signature": "a}b"}, "unusable cookie CloudFront-Signature"),
    ],
)
def test_strava_that_refuses(
    run: Run,
    josm_directory: Path,
    strava: Strava,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    fault: Guard | Response | dict[str, str | None],
    words: str,
) -> None:
    """If Strava's answer is not as expected, nothing is kept or written."""
    credential = {"STRAVA_SESSION": strava.open_session()}
    if isinstance(fault, Guard):
        strava.guard = fault
        credential = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    elif isinstance(fault, Response):
        monkeypatch.setattr(strava, "answer", lambda _: fault)
    else:
        strava.changes |= fault
    outcome = run("josm-prefs", **credential)

    assert (code, "", 1) == (outcome.code, outcome.out, outcome.err.count("\n"))
    assert words in outcome.err
    assert [] == files(home)


def test_templates_are_missing(
    run: Run, strava: Strava, josm_directory: Path, tmp_path: Path
) -> None:
    """A file of the installation that is missing is named, without a traceback."""
    shutil.copytree(Path(stravacookies.__file__).parent, tmp_path / "stravacookies")
    outcome = run("josm-prefs", STRAVA_SESSION=strava.open_session(), PYTHONPATH=str(tmp_path))

    words = f"{tmp_path / 'templates'} cannot be used: No such file or directory."
    assert (1, f"stravacookies: {words}\n") == (outcome.code, outcome.err)
    assert [] == list(josm_directory.iterdir())


def test_interrupt_at_the_start(run: Run, tmp_path: Path) -> None:
    """An interrupt while the program is still being imported shows no traceback."""
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt\n")
    outcome = run("status", PYTHONPATH=str(tmp_path))

    assert (1, "", "Aborted!\n") == (outcome.code, outcome.out, outcome.err)


def test_package_is_missing(run: Run, tmp_path: Path) -> None:
    """A package that cannot be imported is named, with what to do."""
    (tmp_path / "requests.py").write_text("raise ImportError('No requests here')\n")
    outcome = run("cookies", STRAVA_SESSION="any", PYTHONPATH=str(tmp_path))

    words = "stravacookies: A required package could not be loaded (No requests here):"
    assert (1, f"{words} {errors.REINSTALL}.\n") == (outcome.code, outcome.err)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
@pytest.mark.parametrize("arguments", ["status", "--help", "josm-prefs"])
def test_output_cannot_be_written(
    environment: dict[str, str], josm_directory: Path, strava: Strava, arguments: str
) -> None:
    """If there is no room for the output, one sentence says so."""
    line = f"{sys.executable} -m stravacookies {arguments} >/dev/full"
    environment["STRAVA_SESSION"] = strava.open_session()
    outcome = command.run("sh", "-c", line, environment=environment, folder=josm_directory)

    words = "stravacookies: Cannot write the output: No space left on device.\n"
    assert (1, words) == (outcome.code, outcome.err)


@pytest.mark.parametrize(
    ("code", "arguments", "words"),
    [
        (0, "cookies <&-", ""),
        (3, "login --from - <&-", "stravacookies: Standard input is empty."),
        (1, "doctor >&-", ""),
    ],
)
def test_streams_may_be_closed(
    environment: dict[str, str],
    josm_directory: Path,
    strava: Strava,
    code: int,
    arguments: str,
    words: str,
) -> None:
    """The program runs without standard input or output."""
    line = f"{sys.executable} -m stravacookies {arguments}"
    environment["STRAVA_SESSION"] = strava.open_session()
    outcome = command.run("sh", "-c", line, environment=environment, folder=josm_directory)

    assert code == outcome.code, outcome.err
    assert words in outcome.err
    assert bool(words) == bool(outcome.err)


def test_output_cannot_show_a_path(run: Run, tmp_path: Path) -> None:
    """A path that standard output cannot encode is printed with escapes."""
    (tmp_path / "日本").mkdir()
    outcome = run("remove", "--josm-dir", "日本", PYTHONIOENCODING="latin-1")

    assert (0, "") == (outcome.code, outcome.err)
    assert "\\u65e5\\u672c" in outcome.out


def test_user_without_a_home_directory(run_here: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a home directory, as in some containers, is told to set one."""

    def fail() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", fail)

    with pytest.raises(StravacookiesError, match="set HOME to a folder of yours"):
        run_here("status")


def test_verbose_shows_names_and_lengths(run: Run, josm_directory: Path, strava: Strava) -> None:
    """With `--verbose`, requests and answers can be followed without the values in them."""
    login = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    outcome = run("josm-prefs", "--verbose", **login)
    refused = run("cookies", "-v", "--refresh", STRAVA_SESSION="an-ended-session")

    assert (0, 3) == (outcome.code, refused.code)
    assert "<   'Location': (28 characters)\n" in refused.err
    assert strava.email not in outcome.err
    for line in [
        "> GET https://www.strava.com/login",
        "> POST https://www.strava.com/session",
        f">   field 'password': ({len(strava.password)} characters)",
        "< 302 Found",
        "> HEAD https://www.strava.com/maps",
        ">   cookie '_strava4_session': (32 characters)",
        "< 200 OK",
        "<   cookie 'CloudFront-Policy' of .strava.com: ",
        "<   cookie 'CloudFront-Policy': (0 characters)",
    ]:
        assert f"\nstravacookies: {line}" in f"\n{outcome.err}"


def test_process_title_has_no_secret(
    run: Run, strava: Strava, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While Strava is asked, the system's list of processes shows no secret."""
    shown: list[str] = []
    real = strava.answer

    def answer(request: Request) -> Response:
        shown.extend(str(process.cmdline()) for process in psutil.Process().children())
        return real(request)

    monkeypatch.setattr(strava, "answer", answer)
    run("cookies", STRAVA_EMAIL=strava.email, STRAVA_PASSWORD=strava.password)

    assert any("stravacookies" in line for line in shown)
    secrets = stand_in.secrets() | {strava.email}
    assert [] == [secret for secret in secrets if any(secret in line for line in shown)]


@pytest.mark.parametrize("arguments", [["--help"], ["josm-prefs", "--help"], ["josm-prefs"]])
def test_imports(
    run_here: Run,
    environment: dict[str, str],
    josm_directory: Path,
    tmp_path: Path,
    arguments: list[str],
) -> None:
    """Help, and a run with nothing to do, import none of the packages that take long."""
    run_here("josm-prefs")
    python = (sys.executable, "-X", "importtime", "-m", "stravacookies", *arguments)
    outcome = command.run(*python, environment=environment, folder=tmp_path)
    imported = set(re.findall(r"\| +(\w+)$", outcome.err, re.MULTILINE))

    assert (0, True) == (outcome.code, "click" in imported)
    assert set() == imported & HEAVY


def test_child_processes_inherit_no_secret(
    run: Run, environment: dict[str, str], strava: Strava, export: Path, tmp_path: Path
) -> None:
    """What libraries start sees no secret, such as the compiler that importing `keyring` runs."""
    compiler, seen = tmp_path / "bin" / "gcc", tmp_path / "seen"
    compiler.parent.mkdir()
    compiler.write_text(f"#!/bin/sh\nenv >>{seen}\n")
    compiler.chmod(0o700)
    secrets = {
        "STRAVA_SESSION": strava.open_session(),
        "STRAVA_EMAIL": strava.email,
        "STRAVA_PASSWORD": strava.password,
    }
    path = f"{compiler.parent}:{environment['PATH']}"

    assert 0 == run("login", "--from", export, PATH=path, **secrets).code
    assert [] == [line for line in seen.read_text().splitlines() if line.startswith("STRAVA_")]


@pytest.mark.usefixtures("josm_directory")
def test_keyring_is_asked_only_if_something_is_in_it(
    run: Run, export: Path, tmp_path: Path
) -> None:
    """While a kept session is in a file, and stays the same, `keyring` is not imported."""
    run("login", "--from", export)
    (tmp_path / "keyring.py").write_text("raise SystemExit('keyring was imported')\n")

    for arguments in (["josm-prefs", "--refresh"], ["status"], ["doctor"]):
        outcome = run(*arguments, PYTHONPATH=str(tmp_path))
        assert (0, "") == (outcome.code, outcome.err)
    asked = run("login", "--from", export, PYTHONPATH=str(tmp_path))
    assert "keyring was imported\n" == asked.err


JOSM, STATE, CONFIG = Path(".config/JOSM"), Path(".local/state/stravacookies"), Path(".config")


@pytest.mark.parametrize(
    ("file", "commands"),
    [
        (JOSM / "preferences.xml", ["josm-prefs", "status", "doctor", "live", "preview", "remove"]),
        (JOSM / "strava-heatmap.xml", ["josm-prefs", "status", "doctor", "logout", "remove"]),
        (JOSM / "cartograph/strava-heatmap-hot.onlinemap", ["josm-prefs", "doctor", "remove"]),
        (CONFIG / "stravacookies/config.toml", ["josm-prefs"]),
        (STATE / "session.json", ["josm-prefs --refresh", "status", "logout"]),
        (STATE / "cookies-today.json", ["status", "cookies", "logout"]),
    ],
    ids=str,
)
def test_pipe_in_place_of_a_file(
    environment: dict[str, str],
    home: Path,
    josm_directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: Path,
    commands: list[str],
) -> None:
    """No command waits for what a pipe may never contain."""
    User(home, josm_directory)
    monkeypatch.chdir(home)  # where `preview` writes its page
    monkeypatch.setattr(settings, "USUAL_PORT", free_port())
    (home / file).unlink(missing_ok=True)
    (home / file).parent.mkdir(exist_ok=True)
    os.mkfifo(home / file)
    before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("It waits."))
    signal.alarm(30)
    try:
        for command_line in commands:
            with suppress(StravacookiesError):
                run_in_process(*command_line.split(), environment=environment)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)

"""The command `serve`: what it says, what it refuses, and how it is started at login."""

import re
import shlex
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stravacookies.cli import prompt, server_messages
from stravacookies.cli.commands import cmd_serve
from stravacookies.credentials.store import CredentialStore
from stravacookies.errors import NotLoggedInError, StravacookiesError, UsageError
from stravacookies.server.at_login import Installed
from stravacookies.strava.cookies import HeatmapCookies
from tests.command import Run
from tests.josm_app import free_port
from tests.made_up import values
from tests.served import serving
from tests.services import Managers, managers
from tests.standin.server import StandIn
from tests.standin.strava import Strava


def test_what_it_says(environment: dict[str, str], stand_in: StandIn, export: Path) -> None:
    """It says where it listens and what to do next; with kept cookies, Strava is not asked."""
    port = free_port()
    for arguments in (("--from", export), ()):
        with serving(environment, *arguments, port=port) as served:
            code, out = served.end()
        cookies, _, rest = out.lstrip().partition("\n")

        assert (0, "") == (code, served.said)
        assert cookies.startswith("The cookies expire on ")
        assert cookies.endswith("left), and are renewed automatically. Press Ctrl+C to stop.")
        assert (
            f"""
Next, for JOSM: run 'stravacookies josm-prefs --local {port}' once.
For iD, Rapid and QGIS: open http://127.0.0.1:{port}/, and copy an address.
Stopped.
"""
            == rest
        )
    assert ["/maps"] == [each.path for each in stand_in.requests]


def test_cookies_that_end_soon(environment: dict[str, str], strava: Strava, home: Path) -> None:
    """Kept cookies with less than half an hour left are renewed before anything is served."""
    soon = values(datetime.now(UTC) + timedelta(minutes=29))
    store = CredentialStore(home / ".local" / "state" / "stravacookies")
    store.keep_cookies(HeatmapCookies.from_values(soon))
    with serving(environment | {"STRAVA_SESSION": strava.open_session()}) as served:
        assert "(23 h 59 min left)" in served.ask("/").text


def test_strava_is_down(environment: dict[str, str]) -> None:
    """If Strava cannot be reached, it serves nevertheless, and says why there are no tiles."""
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:1", "STRAVA_SESSION": "0123456789abcdef"}
    with serving(environment | nowhere) as served:
        answer = served.ask()
        code, out = served.end()

    assert (0, 503) == (code, answer.status_code)
    assert answer.text.startswith("www.strava.com could not be reached")
    assert out.startswith("\nThe cookies are renewed automatically.")
    assert "keeps trying. www.strava.com could not be reached" in served.said


def test_what_is_refused(run_here: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a session that a person named, or on a port that is in use, it does not begin."""
    (tmp_path / "empty").touch()
    with monkeypatch.context() as at_terminal:
        at_terminal.setattr(prompt, "is_possible", lambda: True)
        with pytest.raises(NotLoggedInError, match="is empty"):
            run_here("serve", "--port", str(free_port()), "--from", tmp_path / "empty")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UsageError) as error:
            run_here("serve", "--port", str(port))

    assert (
        f"Port {port} cannot be used (Address already in use): end the program that listens there,"
        " perhaps another 'stravacookies serve', or choose another port: 'stravacookies serve"
        " --port PORT'."
    ) == str(error.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "::", "example.com"])  # noqa: S104
def test_other_interfaces(run_here: Run, host: str) -> None:
    """It listens for this computer only, and says why."""
    outcome = run_here("serve", "--host", host)

    assert (2, "") == (outcome.code, outcome.out)
    assert (
        "Error: Invalid value for '--host': only 127.0.0.1 is possible: on another interface, other"
        " computers could use your cookies, which are yours alone.\n"
    ) in outcome.err


@pytest.mark.parametrize("options", [(), ("--at-login",)])
def test_packages_are_missing(
    run_here: Run, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """Without the extra, it says how to install it."""
    monkeypatch.setattr(cmd_serve, "find_spec", lambda _: None)
    with pytest.raises(StravacookiesError) as error:
        run_here("serve", *options)

    assert "'serve' needs packages that are not installed: run 'make serve'." == str(error.value)


def test_no_one_to_ask(environment: dict[str, str]) -> None:
    """Without a session and a terminal, it serves nevertheless: the user may log in later."""
    with serving(environment) as served:
        answer = served.ask()

    assert 503 == answer.status_code
    assert answer.text.startswith("No usable Strava session was found.")


@pytest.fixture
def pretended(tmp_path: Path) -> Iterator[Managers]:
    """Pretended managers of services."""
    with managers(tmp_path / "managers") as pretended:
        yield pretended


NO_SESSION = (
    "stravacookies: No session is kept, so renewing the cookies may fail: run"
    " 'stravacookies login'.\n"
)


def unit_of(home: Path) -> Path:
    """Return where systemd's unit is."""
    return home / ".config" / "systemd" / "user" / "stravacookies-serve.service"


def test_at_login(run_here: Run, pretended: Managers, home: Path) -> None:
    """It says what it did, what runs, and how to see and undo it; so does the removal."""
    port = free_port()
    pretended.install(port)
    added = run_here("serve", "--at-login", "--port", str(port), PATH=pretended.path)
    removed = run_here("serve", "--not-at-login", PATH=pretended.path)
    again = run_here("serve", "--not-at-login", PATH=pretended.path)

    assert (0, NO_SESSION) == (added.code, added.err)
    assert f"""\
The server runs now and at each login, at http://127.0.0.1:{port}/

  file      {unit_of(home)}
  messages  journalctl --user -u stravacookies-serve
  remove    stravacookies serve --not-at-login

The cookies are renewed automatically.

Next, for JOSM: run 'stravacookies josm-prefs --local {port}' once.
For iD, Rapid and QGIS: open http://127.0.0.1:{port}/, and copy an address.
""" == re.sub(" expire on .* left\\), and", "", added.out)
    assert (
        0,
        f"The server no longer starts at login, and was stopped. Removed {unit_of(home)}.\n",
    ) == (removed.code, removed.out)
    assert (0, "The server does not start at login, so there was nothing to remove.\n") == (
        again.code,
        again.out,
    )


def test_what_windows_users_read() -> None:
    """On Windows, it starts at the next login."""
    said = server_messages.started_at_login(8765, None, Installed(Path("the script"), None))

    assert said.startswith("""\
The server starts at the next login, at http://127.0.0.1:8765/

  file      the script
  remove    stravacookies serve --not-at-login

The cookies are renewed automatically.
Until then, run 'stravacookies serve'.

Next, for JOSM:""")


def test_what_is_started(
    run: Run, environment: dict[str, str], pretended: Managers, export: Path, tmp_path: Path
) -> None:
    """The command in the unit serves tiles with the variables in the unit alone, and no secret."""
    port = free_port()
    pretended.install(port)
    secrets = {"STRAVA_SESSION": "0123456789abcdef", "ALL_PROXY": "http://me:secret@127.0.0.1:1"}
    outcome = run(
        *("serve", "--at-login", "--port", str(port), "--from", export.relative_to(tmp_path)),
        PATH=pretended.path,
        STRAVACOOKIES_SOURCE="home/cookies.json",
        **secrets,
    )
    home = environment["HOME"]
    text = unit_of(Path(home)).read_text()
    pretended.stop()
    (line,) = re.findall(r"^ExecStart=:(.*)", text, re.MULTILINE)
    _, *words = shlex.split(line)
    variables = dict(
        shlex.split(each)[0].split("=", 1) for each in re.findall(r"^Environment=(.*)", text, re.M)
    )

    assert 0 == outcome.code
    assert (
        "stravacookies: The server does not get ALL_PROXY, since passwords are not written into"
        " files. If it cannot reach Strava, set that in your desktop's environment.\n"
    ) == outcome.err
    assert [] == [secret for secret in secrets.values() if secret in text]
    assert Path(words[2]).samefile(sys.executable)
    started = ["-P", "-m", "stravacookies", "serve", "--port", str(port), "--from", str(export)]
    assert ["-c", 'exec "$0" "$@"', words[2], *started] == words
    assert str(export) == variables["STRAVACOOKIES_SOURCE"]
    assert {"PATH", "HTTPS_PROXY", "REQUESTS_CA_BUNDLE"} <= variables.keys()
    with serving(variables | {"HOME": home}, "--from", export, port=port) as served:
        assert 200 == served.ask().status_code


@pytest.mark.parametrize(
    ("code", "options", "variables", "words"),
    [
        (2, ["--from", "-"], {}, "--from must be a browser or a file: the server cannot ask any"),
        (2, ["--from", "no-file"], {}, "The source of the session is neither a known browser"),
        (
            2,
            [],
            {"STRAVACOOKIES_SOURCE": "password"},
            "STRAVACOOKIES_SOURCE must be a browser or a file: the server cannot ask anyone. To log"
            " in another way, first run 'stravacookies login'.",
        ),
        (3, ["--from", "firefox"], {}, "Firefox was not found (looked in: "),
    ],
)
def test_what_cannot_start_at_login(
    run_here: Run,
    pretended: Managers,
    home: Path,
    code: int,
    options: list[str],
    variables: dict[str, str],
    words: str,
) -> None:
    """What would need a person later, or does not work now, is refused; systemd is not asked."""
    pretended.install(1)
    with pytest.raises(StravacookiesError) as error:
        run_here("serve", "--at-login", *options, PATH=pretended.path, **variables)

    assert code == error.value.exit_code
    assert str(error.value).startswith(words)
    assert ([], False) == (pretended.calls(), unit_of(home).exists())


def test_at_login_and_not(run_here: Run) -> None:
    """It cannot be added and removed at the same time."""
    outcome = run_here("serve", "--at-login", "--not-at-login")

    assert (2, "") == (outcome.code, outcome.out)
    assert "\nError: --at-login and --not-at-login cannot be combined.\n" in outcome.err

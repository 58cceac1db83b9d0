"""The command `serve`: what it says, and what it refuses before it listens."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stravacookies.cli.commands import cmd_serve
from stravacookies.credentials.store import CredentialStore
from stravacookies.errors import NotLoggedInError, StravacookiesError, UsageError
from stravacookies.strava.cookies import HeatmapCookies
from tests.command import Run, run_in_process
from tests.josm_app import free_port
from tests.made_up import values
from tests.served import serving
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
        assert cookies.endswith("left), and are renewed by themselves. Ctrl+C ends this.")
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
    assert out.startswith("\nThe cookies are renewed by themselves.")
    assert "tried again. www.strava.com could not be reached" in served.said


def test_what_is_refused(run_here: Run, environment: dict[str, str]) -> None:
    """Without a session, or on a port that is in use, it does not begin."""
    run_here("logout")
    with pytest.raises(NotLoggedInError, match="No usable Strava session was found"):
        run_in_process("serve", "--port", str(free_port()), environment=environment)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UsageError) as error:
            run_here("serve", "--port", str(port))

    assert (
        f"Port {port} cannot be used (Address already in use): end the program that listens there,"
        " perhaps another 'stravacookies serve', or choose another port with --port."
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


def test_packages_are_missing(run_here: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, it says how to install it."""
    monkeypatch.setattr(cmd_serve, "find_spec", lambda _: None)
    with pytest.raises(StravacookiesError) as error:
        run_here("serve")

    assert "'serve' needs packages that are not installed: run 'make serve'." == str(error.value)

"""`stravacookies login`: where a session comes from, and what is kept of it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stravacookies.errors import BrowserNotFoundError, NotLoggedInError, UsageError
from tests.command import Run, run_stravacookies
from tests.credentials.browser_stores import CHROMIUM, add, create
from tests.made_up import token, values
from tests.standin.server import StandIn
from tests.standin.strava import Strava

LEFT = r"\d\d \w+ \d{4}, \d\d:\d\d \(\d+ h \d+ min left\)"
SOON = datetime.now(UTC) + timedelta(hours=20)
LAST_YEAR = datetime(2025, 1, 2, 12, tzinfo=UTC)


def kept(home: Path) -> list[Path]:
    """Return the files of session and cookies that are kept."""
    return sorted((home / ".local" / "state" / "stravacookies").glob("*"))


def test_file(run: Run, export: Path, home: Path, stand_in: StandIn) -> None:
    """A session is checked with one request, and kept so that only its owner can read it."""
    outcome = run("login", "--from", export)

    assert (0, "") == (outcome.code, outcome.err)
    assert re.fullmatch(
        rf"Logged in to Strava with {export}\.\n"
        rf"The cookies expire on {LEFT}\.\n"
        r"The session is kept in a file that only you can read; it lasts as long as Strava accepts"
        r" it\.\n\n"
        r"Next: run 'stravacookies josm-prefs'\.\n",
        outcome.out,
    ), outcome.out
    assert ["HEAD"] == [request.method for request in stand_in.requests]
    assert ["cookies-today.json", "session.json"] == [path.name for path in kept(home)]
    assert {0o600} == {path.stat().st_mode & 0o777 for path in kept(home)}


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("_strava4_session={}; sp=x\n", 0, "Logged in to Strava with standard input.\n"),
        ("ended", 3, "stravacookies: The session from standard input is not logged in to Strava: "),
        ("CloudFront-Policy=x; sp=y", 3, "stravacookies: Standard input is a header, but it "),
    ],
)
def test_standard_input(
    environment: dict[str, str], home: Path, strava: Strava, typed: str, code: int, words: str
) -> None:
    """With `-`, a session in any form comes from standard input, which messages call that."""
    outcome = run_stravacookies(
        *("login", "--from", "-"),
        environment=environment,
        folder=home,
        typed=typed.format(strava.open_session()),
    )

    assert code == outcome.code
    assert (outcome.out + outcome.err).startswith(words)
    assert bool(kept(home)) == (code == 0)


def test_password(run: Run, strava: Strava) -> None:
    """The remember token of a login with a password says how long the session lasts."""
    login = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    outcome = run("login", "--from", "password", **login)
    end = datetime.now() + timedelta(days=30)

    assert 0 == outcome.code
    assert f"it lasts at least until {end:%d %B %Y}" in outcome.out


@pytest.mark.parametrize("more", [{}, {"strava_remember_token": token(LAST_YEAR)}])
def test_heatmap_cookies_alone(
    run_here: Run, tmp_path: Path, home: Path, more: dict[str, str]
) -> None:
    """Heatmap cookies without a session are kept; they need no request."""
    path = tmp_path / "cookies.txt"
    path.write_text("; ".join(f"{name}={value}" for name, value in (values(SOON) | more).items()))
    run_here("logout")
    outcome = run_here("login", "--from", path)

    assert (0, "") == (outcome.code, outcome.err)
    assert "but no session, so they cannot be refreshed.\n" in outcome.out
    assert ["cookies-today.json"] == [path.name for path in kept(home)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("x" * 50_000_000, "is larger than 20 MB"),
        ('[{"name": "_strava4_session", "value": "a}b"}]', "is JSON, but its _strava4_session is"),
        (f"strava_remember_id=7; strava_remember_token={token(LAST_YEAR)}", "02 January 2025"),
    ],
)
def test_no_session(run_here: Run, tmp_path: Path, home: Path, content: str, words: str) -> None:
    """From a file without a usable session nothing is kept; Strava is not asked."""
    path = tmp_path / "export"
    path.write_text(content)
    run_here("logout")

    with pytest.raises(NotLoggedInError, match=words):
        run_here("login", "--from", path)
    assert [] == kept(home)


def test_login_cannot_be_kept(run: Run, export: Path, home: Path) -> None:
    """A login that cannot be kept for the next run is an error."""
    (home / ".local").write_text("a file where a directory should be")
    outcome = run("login", "--from", export)

    assert (1, "") == (outcome.code, outcome.out)
    assert outcome.err.endswith(
        "stravacookies: The session could not be kept for the next run: Not a directory.\n"
    )


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("login", ""),
        ("josm-prefs", ""),
        ("cookies", ""),
        ("login", f"_strava4_session=SECRET{'x' * 300}; sp=1"),
        ("josm-prefs", "0123456789abcdef0123456789abcdefSECRET"),
        ("cookies", "QUJDREVGR0hJSktMTU5PUA/SECRET"),
    ],
)
def test_unknown_source(run_here: Run, josm_directory: Path, name: str, source: str) -> None:
    """A source that does not exist is not repeated: it could be the session itself."""
    with pytest.raises(UsageError) as error:
        run_here(name, "--from", source)
    assert str(error.value).startswith("The source of the session is neither a known browser nor")
    assert "SECRET" not in str(error.value)


def test_browser_is_not_installed(run_here: Run) -> None:
    """A browser that is not on this computer is named."""
    with pytest.raises(BrowserNotFoundError, match="Vivaldi was not found"):
        run_here("login", "--from", "vivaldi")


@pytest.mark.parametrize("command", ["login", "josm-prefs"])
def test_no_browser_has_a_session(run: Run, home: Path, josm_directory: Path, command: str) -> None:
    """Each browser that is here has one line; then the error lists at most three ways."""
    profile = home / ".mozilla" / "firefox" / "x.default"
    with create(profile) as firefox:
        add(firefox, name="sp")
    outcome = run(command)
    first, error, *ways = outcome.err.splitlines()

    assert (3, "") == (outcome.code, outcome.out)
    nothing = "stravacookies: There is no Strava session in Firefox."
    assert f"{nothing} Looked in: {profile}." == first
    assert "stravacookies: No usable Strava session was found. Do one of these:" == error
    assert ["- "] * 3 == [way[:2] for way in ways]


def test_browsers_are_searched(run: Run, home: Path, strava: Strava, stand_in: StandIn) -> None:
    """Without a source, browsers are read until Strava accepts a session; failures are shown."""
    with create(home / ".mozilla" / "firefox" / "x.default") as firefox:
        add(firefox, value="ended")
    with create(home / ".config" / "chromium" / "Default", CHROMIUM) as chromium:
        add(chromium, CHROMIUM, value=strava.open_session())
    outcome = run("login")

    assert (0, 2) == (outcome.code, len(stand_in.requests))
    assert "Logged in to Strava with Chromium.\n" in outcome.out
    assert "stravacookies: The session from Firefox is not logged in" in outcome.err
    assert 1 == outcome.err.count("\n")


def test_josm_prefs_finds_a_session(
    run: Run, home: Path, josm_directory: Path, strava: Strava
) -> None:
    """Without a kept session, `josm-prefs` takes that of a browser, keeps it, and says so."""
    with create(home / ".mozilla" / "firefox" / "x.default") as firefox:
        add(firefox, value=strava.open_session())
    first, second = run("josm-prefs"), run("josm-prefs", "--refresh")

    assert (0, "stravacookies: Logged in to Strava with Firefox.\n") == (first.code, first.err)
    assert (0, "") == (second.code, second.err)


@pytest.mark.parametrize("arguments", [("firefox",), ("--from", "firefox")])
def test_source_can_be_an_argument(
    run: Run, home: Path, strava: Strava, arguments: tuple[str, ...]
) -> None:
    """`login firefox` is the same as `login --from firefox`; both together are a mistake."""
    with create(home / ".mozilla" / "firefox" / "x.default") as firefox:
        add(firefox, value=strava.open_session())

    assert "Logged in to Strava with Firefox.\n" in run("login", *arguments).out
    mistake = run("login", "firefox", "--from", "firefox")
    assert (2, True) == (mistake.code, "Give the source once" in mistake.err)


def test_extra_is_not_installed(run: Run, tmp_path: Path, home: Path, strava: Strava) -> None:
    """Without the extra `browser`, Firefox and its forks are read; others say what they need."""
    (tmp_path / "yt_dlp.py").write_text("raise ImportError\n")
    profile = home / ".config" / "chromium" / "Default"
    with create(profile, CHROMIUM) as chromium:
        add(chromium, CHROMIUM)
    needed = (
        "stravacookies: Reading Chromium needs an optional package: run 'make browser'. Looked in:"
        f" {profile}.\n"
    )
    path = {"PYTHONPATH": str(tmp_path)}
    named = run("login", "--from", "chromium", **path)
    assert (3, needed) == (named.code, named.err)
    assert run("login", **path).err.startswith(needed)
    with create(home / ".librewolf" / "x.default") as librewolf:
        add(librewolf, value=strava.open_session())
    outcome = run("login", **path)

    assert (0, "") == (outcome.code, outcome.err)
    assert "Logged in to Strava with LibreWolf.\n" in outcome.out


def test_store_in_a_file(run: Run, home: Path, strava: Strava) -> None:
    """A browser's store that is named as a file is read; the advice is not to write to it."""
    with create(home / "profile") as firefox:
        add(firefox, value=strava.open_session())
    path = home / "profile" / "cookies.sqlite"
    taken = run("login", "--from", path)
    strava.end_sessions()
    refused = run("cookies", "--refresh")

    assert (0, "") == (taken.code, taken.err)
    assert 3 == refused.code
    assert refused.err.endswith(
        " Log in at https://www.strava.com in your browser, then run 'stravacookies login"
        f" {path}' again.\n"
    )

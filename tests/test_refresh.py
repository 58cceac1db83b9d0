"""From which source cookies come, in which order, and what is kept of it."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from stravacookies import keystore, sources
from stravacookies.commands import credentials
from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import (
    LockedKeyringError,
    MissingCookieError,
    NoBrowserHasSessionError,
    NoSessionError,
    SessionRefusedError,
    WrongPasswordError,
)
from stravacookies.heatmap import TODAY, TileHost
from stravacookies.refresh import Given, current_cookies, exchange
from stravacookies.session import Login, Session
from stravacookies.strava import CookieFetcher
from stravacookies.vault import Vault
from tests.made_up import values
from tests.standin.server import StandIn
from tests.standin.strava import Strava


@pytest.fixture(autouse=True)
def network(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strava is the stand-in."""
    for name, value in stand_in.environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault with nothing in it."""
    return Vault(tmp_path / "vault")


def never() -> tuple[Given, str]:
    """Nobody is asked."""
    raise AssertionError


def sent_sessions(stand_in: StandIn) -> list[str]:
    """The sessions that arrived at `/maps`, in order."""
    return [r.cookies["_strava4_session"] for r in stand_in.requests if r.path == "/maps"]


def test_environment_comes_first(vault: Vault, strava: Strava, stand_in: StandIn) -> None:
    """A session in the environment is taken before the kept one, and does not replace it."""
    kept, given = strava.open_session(), strava.open_session()
    vault.keep_session(Session(kept), "firefox")
    login = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    current_cookies(TODAY, vault, {"STRAVA_SESSION": given, **login}, never)

    assert [given] == sent_sessions(stand_in)
    session = vault.session()
    assert session
    assert Session(kept) == session.session


def test_kept_session_comes_second(vault: Vault, strava: Strava, stand_in: StandIn) -> None:
    """The kept session is taken before a password is sent."""
    kept = strava.open_session()
    vault.keep_session(Session(kept), "firefox")
    login = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    current_cookies(TODAY, vault, login, never)

    assert [kept] == sent_sessions(stand_in)
    assert 0 == strava.logins


def test_password_comes_third(vault: Vault, strava: Strava) -> None:
    """A password in the environment is taken before anybody is asked."""
    login = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    current_cookies(TODAY, vault, login, never)

    assert 1 == strava.logins


def test_person_comes_last(vault: Vault, strava: Strava) -> None:
    """Without anything else, the person is asked, and what was answered is kept."""
    session = Session(strava.open_session())
    current_cookies(TODAY, vault, {}, lambda: (session, "what you pasted"))

    kept = vault.session()
    assert kept
    assert (session, "what you pasted") == (kept.session, kept.source)


def test_nobody_to_ask(vault: Vault, stand_in: StandIn) -> None:
    """Without any source, Strava is not asked."""
    with pytest.raises(NoSessionError):
        current_cookies(TODAY, vault, {})

    assert [] == stand_in.requests


def test_wrong_password_leaves_the_kept_session(vault: Vault, strava: Strava) -> None:
    """A login that is refused replaces nothing, and is not tried twice."""
    kept = Session(strava.open_session())
    vault.keep_session(kept, "firefox")
    with pytest.raises(WrongPasswordError):
        exchange(Login(strava.email, "wrong"), "password", TODAY, vault)

    session = vault.session()
    assert session
    assert (kept, 1) == (session.session, strava.logins)


def test_login_is_kept_though_the_cookies_fail(vault: Vault, strava: Strava) -> None:
    """A session that was got with a password is not lost to a fault in what follows."""
    strava.changes["_strava_idcf"] = None
    with pytest.raises(MissingCookieError):
        exchange(Login(strava.email, strava.password), "password", TODAY, vault)

    assert vault.session()
    assert vault.cookies(TODAY) is None


def test_renewed_session_is_kept(vault: Vault, strava: Strava, stand_in: StandIn) -> None:
    """When remember cookies open a new session, the next refresh uses that."""
    exchange(Login(strava.email, strava.password), "password", TODAY, vault)
    strava.end_sessions()
    current_cookies(TODAY, vault, {}, refresh=True)
    current_cookies(TODAY, vault, {}, refresh=True)

    first, second, third = sent_sessions(stand_in)
    assert first == second != third


def test_cookies_alone_need_no_request(vault: Vault, stand_in: StandIn) -> None:
    """Heatmap cookies are taken as they are."""
    cookies = HeatmapCookies.from_values(values())

    assert cookies == exchange(cookies, "file.json", TODAY, vault)
    assert cookies == vault.cookies(TODAY)
    assert [] == stand_in.requests
    assert vault.session() is None


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> dict[str, Session]:
    """A browser whose session a test sets."""
    holds: dict[str, Session] = {}

    def read(source: str, host: TileHost) -> Session:
        assert source == "firefox:work"
        return holds["session"]

    monkeypatch.setattr(sources, "read", read)
    return holds


def test_browser_is_read_again(
    vault: Vault, strava: Strava, stand_in: StandIn, browser: dict[str, Session]
) -> None:
    """When the session from a browser is refused, the browser is read again by itself."""
    vault.keep_session(Session("ended"), "firefox:work")
    browser["session"] = Session(strava.open_session())
    current_cookies(TODAY, vault, {})

    assert ["ended", browser["session"].value] == sent_sessions(stand_in)
    kept = vault.session()
    assert kept
    assert (browser["session"], "firefox:work") == (kept.session, kept.source)


def test_browser_is_read_again_once(
    vault: Vault, stand_in: StandIn, browser: dict[str, Session]
) -> None:
    """A second refusal is the end of it."""
    vault.keep_session(Session("ended"), "firefox:work")
    browser["session"] = Session("ended-too")
    with pytest.raises(SessionRefusedError):
        current_cookies(TODAY, vault, {})

    assert ["ended", "ended-too"] == sent_sessions(stand_in)


def test_all_sources_share_the_time(
    vault: Vault, browser: dict[str, Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits longer than 45 seconds, however many sessions and logins are tried."""
    now, patiences = [1000.0], []

    def refuse(*_: object, patience: float) -> None:
        patiences.append(patience)
        now[0] += 20
        raise SessionRefusedError

    def log_in(*_: object, patience: float) -> Session:
        patiences.append(patience)
        now[0] += 3
        return Session("new")

    monkeypatch.setattr("stravacookies.refresh.time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(CookieFetcher, "fetch", refuse)
    monkeypatch.setattr(CookieFetcher, "log_in", log_in)
    vault.keep_session(Session("ended"), "firefox:work")
    browser["session"] = Session("ended-too")
    with pytest.raises(SessionRefusedError):
        current_cookies(TODAY, vault, {"STRAVA_EMAIL": "a@b.c", "STRAVA_PASSWORD": "any"})

    assert [45.0, 25.0, 5.0, 2.0] == patiences


def test_time_of_a_keyrings_owner_does_not_count(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To read a browser may take as long as its owner needs to unlock a keyring."""
    now, patiences = [1000.0], []

    def read(source: str, host: TileHost) -> Session:
        now[0] += 60
        return Session("any")

    def refuse(*_: object, patience: float) -> None:
        patiences.append(patience)
        now[0] += 5
        raise SessionRefusedError

    clock = SimpleNamespace(monotonic=lambda: now[0])
    monkeypatch.setattr("stravacookies.refresh.time", clock)
    monkeypatch.setattr("stravacookies.commands.credentials.time", clock)
    monkeypatch.setattr(sources, "read", read)
    monkeypatch.setattr(
        sources, "search", lambda host: ((name, read(name, host)) for name in ("firefox", "edge"))
    )
    monkeypatch.setattr(CookieFetcher, "fetch", refuse)
    with pytest.raises(SessionRefusedError):
        current_cookies(TODAY, vault, {}, source="firefox")
    with pytest.raises(NoBrowserHasSessionError):
        credentials.search(vault)

    assert [45.0, 45.0, 40.0] == patiences


def test_same_session_is_not_sent_again(
    vault: Vault, stand_in: StandIn, browser: dict[str, Session]
) -> None:
    """A browser that still has the refused session has nothing new to say."""
    vault.keep_session(Session("ended"), "firefox:work")
    browser["session"] = Session("ended")
    with pytest.raises(SessionRefusedError):
        current_cookies(TODAY, vault, {})

    assert ["ended"] == sent_sessions(stand_in)


def test_browser_is_read_when_the_keyring_is_locked(
    vault: Vault, strava: Strava, browser: dict[str, Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session that its keyring does not give out is as good as none."""
    monkeypatch.setattr(keystore, "store", lambda _: True)
    monkeypatch.setattr(keystore, "load", lambda: None)
    vault.keep_session(Session("kept"), "firefox:work")
    browser["session"] = Session(strava.open_session())

    assert current_cookies(TODAY, vault, {}).is_fresh()


def test_locked_keyring_is_told(
    vault: Vault, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a browser to read again, the user hears that the keyring is the matter."""
    monkeypatch.setattr(keystore, "store", lambda _: True)
    monkeypatch.setattr(keystore, "load", lambda: None)
    vault.keep_session(Session("kept"), "password")

    with pytest.raises(LockedKeyringError):
        current_cookies(TODAY, vault, {})
    assert [] == stand_in.requests

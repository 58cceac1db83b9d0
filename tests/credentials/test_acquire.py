"""From which source cookies come, in which order, and what is kept of them."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

import pytest

from stravacookies import errors
from stravacookies.credentials.acquire import acquire, current_cookies
from stravacookies.credentials.candidates import Candidate, Contents, Origin, Sources, once
from stravacookies.credentials.sources import label
from stravacookies.credentials.store import FILE, KEYRING, CredentialStore
from stravacookies.deadline import Deadline
from stravacookies.heatmap import CLASSIC, CURRENT, TileHost
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.fetcher import CookieFetcher
from stravacookies.strava.session import Login, Session
from tests.credentials import browser_stores
from tests.credentials.conftest import MemoryKeyring, exactly
from tests.made_up import token, values
from tests.standin.server import StandIn
from tests.standin.strava import Refusal, Strava

EMAIL, PASSWORD = {"STRAVA_EMAIL": Strava.email}, {"STRAVA_PASSWORD": Strava.password}
LOGIN, SET = EMAIL | PASSWORD, {"STRAVA_SESSION": "abc123"}
EXPIRED = Session(None, "7", token(datetime.now(UTC) - timedelta(hours=1)))


def never() -> NoReturn:
    """Fail: this source must not be read, and this person not be asked."""
    raise AssertionError


def named(session: Session | HeatmapCookies) -> Candidate:
    """Return a source that contains this."""
    return Candidate(Origin.NAMED, "file", once(lambda: session))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((None, {}, None, None), ""),
        (("old.json", {}, None, None), "KEPT old.json"),
        (("edge:work", {}, None, None), "KEPT edge:work, RENEWAL edge:work"),
        (("window:edge", {}, None, None), "KEPT window:edge, RENEWAL window:edge"),
        (("expired", {}, None, None), "KEPT expired (3)"),
        ((None, EMAIL, None, None), ""),
        ((None, PASSWORD, None, None), ""),
        ((None, LOGIN, None, None), "LOGIN password"),
        ((None, LOGIN | {"STRAVA_EMAIL": "\n"}, "edge", never), "LOGIN password (3)"),
        ((None, {}, "Edge", None), "DEFAULT edge"),
        ((None, {}, "gone", never), "DEFAULT gone (2), SEARCH zen, PERSON pasted"),
        ((None, {}, None, never), "SEARCH zen, PERSON pasted"),
        ((None, {}, "zen", never), "DEFAULT zen, PERSON pasted"),
        (("old.json", LOGIN, "edge", never), "KEPT old.json, LOGIN password"),
        (("old.json", EMAIL, "edge", None), "KEPT old.json, DEFAULT edge"),
        (
            ("edge", {}, "opera", never),
            "KEPT edge, RENEWAL edge, DEFAULT opera, SEARCH zen, PERSON pasted",
        ),
        (("edge", LOGIN, "opera", never), "KEPT edge, RENEWAL edge, LOGIN password"),
        (("edge", {"STRAVA_SESSION": ""}, None, None), "KEPT edge, RENEWAL edge"),
        (("zen", {}, "zen", never), "KEPT zen, RENEWAL zen, PERSON pasted"),
        (("edge", LOGIN | SET, "opera", never), "VARIABLE STRAVA_SESSION"),
        (("edge", {"STRAVA_SESSION": "\n"}, None, never), "VARIABLE STRAVA_SESSION (3)"),
    ],
)
def test_order(store: CredentialStore, given: Any, expected: str) -> None:
    """There is one order; what is known to fail is found without a browser or a person.

    A source that is named or set is the only one, and a login is the last.
    """
    kept, environ, default, ask = given
    if kept:
        store.keep_session(EXPIRED if kept == "expired" else Session("kept"), kept)
    sources = Sources(store, environ, default, ("zen",) if ask else (), ask)
    only = Candidate(Origin.NAMED, "chrome", never)

    assert [only] == replace(sources, named=only).candidates()
    assert only.known_failure() is None
    assert expected == ", ".join(
        f"{each.origin.name} {each.source.removeprefix('what you ')}"
        + (f" ({failure.exit_code})" if (failure := each.known_failure()) else "")
        for each in sources.candidates()
    )


@pytest.fixture
def network(stand_in: StandIn, home: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """The stand-in, which gets what is sent to Strava, for a user with an empty home."""
    for name, value in (stand_in.environment() | {"HOME": str(home)}).items():
        monkeypatch.setenv(name, value)
    return stand_in


def sent_sessions(stand_in: StandIn) -> list[str]:
    """Return the sessions that were sent, in order."""
    return [r.cookies["_strava4_session"] for r in stand_in.requests if r.path == "/maps"]


def log_in_to_firefox(session: str) -> None:
    """Write a session into the profile `work` of Firefox."""
    with browser_stores.create(Path.home() / ".mozilla/firefox/work") as store:
        browser_stores.add(store, value=session)


def test_each_failure_is_logged(
    store: CredentialStore, network: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    """A run tries all sources in order and logs each failure, as a warning before it asks."""
    caplog.set_level("INFO", "stravacookies.credentials")
    store.keep_session(Session("ended"), "chrome")
    (store.directory / "export.json").write_text("ended-too")

    def ask() -> NoReturn:
        raise errors.NotLoggedInError("no answer")

    with pytest.raises(errors.NotLoggedInError, match="no answer"):
        current_cookies(Sources(store, {}, str(store.directory / "export.json"), ask=once(ask)))
    refused, missing = errors.SessionRefusedError, errors.BrowserNotFoundError
    failures = [type(failure) for record in caplog.records for failure in record.args or ()]
    assert [refused, missing, refused] == failures
    assert ["WARNING"] * 3 == [record.levelname for record in caplog.records]
    assert ["ended", "ended-too"] == sent_sessions(network)
    assert (Session("ended"), "chrome", FILE) == store.session()


def test_refused_login_is_the_end(store: CredentialStore, network: StandIn) -> None:
    """A login that is refused is sent once, replaces nothing, and no other source follows."""
    store.keep_session(Session("ended"), "old.json")
    network.strava.password = "another"
    with pytest.raises(errors.LoginRefusedError):
        current_cookies(Sources(store, LOGIN, "edge", ask=never))

    assert (Session("ended"), "old.json", FILE) == store.session()
    assert 1 == network.strava.logins


def test_session_in_the_environment(network: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """By default, a session in the environment is used; it does not replace the kept one."""
    session, store = network.strava.open_session(), CredentialStore()
    store.keep_session(Session("kept"), "firefox")
    monkeypatch.setenv("STRAVA_SESSION", session)

    assert current_cookies() == store.cookies()
    assert [session] == sent_sessions(network)
    assert (Session("kept"), "firefox", FILE) == store.session()


def test_answer_is_kept(store: CredentialStore, network: StandIn) -> None:
    """What a person answers is kept, even after a source that does not exist."""
    session = Session(network.strava.open_session())

    assert current_cookies(Sources(store, {}, "gone", ask=once(lambda: session))) == store.cookies()
    assert (session, "what you pasted", FILE) == store.session()


IN_BROWSER = "Log in at https://www.strava.com in your browser, then"
RUN_LOGIN = f"{IN_BROWSER} run 'stravacookies login'."


@pytest.mark.parametrize(
    ("environ", "source", "way_out"),
    [
        ({}, "firefox:work", RUN_LOGIN),
        (
            SET,
            "STRAVA_SESSION",
            f"Unset STRAVA_SESSION, which comes before any other source. {RUN_LOGIN}",
        ),
        (
            {},
            "what you pasted",
            f"{IN_BROWSER} copy the session from there, and run 'stravacookies login -' again.",
        ),
        (
            {},
            "/home/m/export.json",
            f"{IN_BROWSER} export its cookies to that file, and run 'stravacookies login"
            " /home/m/export.json' again.",
        ),
        (
            {},
            "/home/m/recovery.jsonlz4",
            f"{IN_BROWSER} run 'stravacookies login /home/m/recovery.jsonlz4' again.",
        ),
    ],
)
def test_refused_session_is_not_sent_again(
    store: CredentialStore, network: StandIn, environ: dict[str, str], source: str, way_out: str
) -> None:
    """A session that Strava has refused is not sent again, even if a browser has it, too."""
    store.keep_session(Session("abc123"), "firefox:work" if environ else source)
    log_in_to_firefox("abc123")
    message = (
        f"The session from {label(source)} is not logged in to Strava: it has ended, or it is the"
        f" kind that every visitor gets. {way_out}"
    )
    with pytest.raises(errors.SessionRefusedError, match=exactly(message)):
        current_cookies(Sources(store, environ))
    assert ["abc123"] == sent_sessions(network)


@pytest.mark.parametrize("default", [None, "good", "ended"])
def test_server_error(
    store: CredentialStore,
    network: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    default: str | None,
) -> None:
    """If Strava answers with an error, another source is tried, but no person is asked."""
    monkeypatch.setattr("stravacookies.strava.http.sleep", lambda _: None)  # between retries
    strava, source = network.strava, store.directory / "export.txt"
    strava.refusal = Refusal.ERROR
    store.keep_session(Session("ended"), "/x/old.json")
    source.write_text(strava.open_session() if default == "good" else "ended-too")
    sources = Sources(store, {}, str(source) if default else None, ask=never)

    if default == "good":
        assert current_cookies(sources).is_fresh()
    else:
        with pytest.raises(errors.ServerError, match="answered 500") as error:
            current_cookies(sources)
        assert "Try again later. If that does not help: Log in at https" in str(error.value)
        assert "then export its cookies to that file" in str(error.value)
    assert ["ended"] == list(dict.fromkeys(sent_sessions(network)))[:1]


def test_login_refused_after_a_server_error(
    store: CredentialStore, network: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused login is what a person must know: another try could lock the account."""
    monkeypatch.setattr("stravacookies.strava.http.sleep", lambda _: None)  # between retries
    network.strava.refusal, network.strava.password = Refusal.ERROR, "another"
    store.keep_session(Session("ended"), "old.json")

    with pytest.raises(errors.LoginRefusedError):
        current_cookies(Sources(store, LOGIN))


@pytest.mark.parametrize("is_locked", [False, True])
def test_browser_is_read_again(
    store: CredentialStore, network: StandIn, memory_keyring: MemoryKeyring, is_locked: bool
) -> None:
    """If Strava refuses a session, or a keyring is locked, its browser is read, and no more."""
    session = network.strava.open_session()
    store.keep_session(Session("ended"), "firefox:work")
    log_in_to_firefox(session)
    memory_keyring.is_locked = is_locked
    current_cookies(Sources(store, LOGIN))

    assert (["ended", session][is_locked:], 0) == (sent_sessions(network), network.strava.logins)
    place = FILE if is_locked else KEYRING
    assert (Session(session), "firefox:work", place) == store.session()


def test_no_source(
    store: CredentialStore, memory_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says what to do: log in, where there is a screen also in a window, or unlock."""
    message = (
        "No usable Strava session was found. Do one of these:\n"
        "- log in at https://www.strava.com in a browser here, and run this again half a minute"
        " later;\n"
        "- run 'stravacookies josm-prefs' with STRAVA_SESSION set to the value of the cookie"
        " _strava4_session from any browser;\n"
        "- run 'stravacookies login window', and use its window to log in."
    )
    monkeypatch.setenv("DISPLAY", ":0")
    with pytest.raises(errors.NotLoggedInError, match=exactly(message)):
        current_cookies(Sources(store, {}))
    monkeypatch.setenv("SSH_CONNECTION", "::1 1 ::1 22")
    with pytest.raises(errors.NotLoggedInError, match="\n- run 'stravacookies login -'"):
        current_cookies(Sources(store, {}))
    store.keep_session(Session("kept"), "password")
    memory_keyring.is_locked = True
    with pytest.raises(errors.NotLoggedInError, match="keyring, which is locked"):
        current_cookies(Sources(store, {}))


def test_browsers_are_searched(store: CredentialStore, network: StandIn) -> None:
    """Each session of each browser is tried; a failure is reported before the next source."""
    log_in_to_firefox("ended")
    with browser_stores.create(Path.home() / ".zen/x.default") as store_of_zen:
        browser_stores.add(store_of_zen, value="ended-too")
    with browser_stores.create(Path.home() / ".zen/y.default") as store_of_zen:
        browser_stores.add(store_of_zen, value=network.strava.open_session())
    reported = []
    acquired = acquire(
        Sources(store, {}, search=("vivaldi", "firefox", "zen"), ask=never).candidates(),
        store,
        report=lambda candidate, error: reported.append((candidate.source, type(error))),
    )

    assert (Origin.SEARCH, "zen") == acquired[1:3]
    missing, refused = errors.BrowserNotFoundError, errors.SessionRefusedError
    assert [("vivaldi", missing), ("firefox", refused)] == reported
    assert "ended" == sent_sessions(network)[0]


def test_search_without_a_result(store: CredentialStore, network: StandIn) -> None:
    """An empty browser is reported. The error says what to do, or why the kept session fails."""
    reported: list[str] = []
    sources = Sources(store, {}, search=("vivaldi", "zen"))

    def search() -> None:
        acquire(
            sources.candidates(), store, report=lambda each, error: reported.append(each.source)
        )

    with pytest.raises(errors.NotLoggedInError, match="No usable Strava session"):
        search()
    assert ["vivaldi", "zen"] == reported
    store.keep_session(Session("ended"), "old.json")
    with pytest.raises(errors.SessionRefusedError, match="from old"):
        search()


def test_person_chooses_a_source(store: CredentialStore, network: StandIn) -> None:
    """A source that a person chooses is kept under its name; its contents are tried in turn."""
    sessions, closed = ["anonymous", network.strava.open_session(), "not needed"], []

    def contents() -> Contents:
        try:
            yield from map(Session, sessions)
        finally:
            closed.append(True)

    chosen = Candidate(Origin.PERSON, "window:edge", contents)
    current_cookies(Sources(store, {}, ask=lambda: (each for each in [chosen])))

    assert ((Session(sessions[1]), "window:edge", FILE), [True]) == (store.session(), closed)
    assert sessions[:2] == sent_sessions(network)


def test_window_stays_open_after_a_server_error(
    store: CredentialStore, network: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Strava may answer a visitor's session with an error, and a person may still log in.

    If that person gives up, Strava's error is the reason.
    """
    monkeypatch.setattr("stravacookies.strava.http.sleep", lambda _: None)  # between retries
    network.strava.refusal = Refusal.ERROR
    sessions = ["of-a-visitor"]

    def contents() -> Contents:
        yield from map(Session, sessions)
        raise errors.NotLoggedInError

    window = Sources(store, {}, named=Candidate(Origin.NAMED, "window:edge", contents))
    with pytest.raises(errors.ServerError, match="answered 500"):
        current_cookies(window)
    sessions.append(network.strava.open_session())
    assert current_cookies(window).is_fresh()


def test_login_is_kept_though_the_cookies_fail(store: CredentialStore, network: StandIn) -> None:
    """A session that a password has opened is not lost to a later fault."""
    network.strava.changes["_strava_idcf"] = None
    with pytest.raises(errors.StravaError):
        current_cookies(Sources(store, LOGIN))

    assert store.session()
    assert store.cookies() is None


def test_renewed_session_is_kept(store: CredentialStore, network: StandIn) -> None:
    """When remember cookies open a new session, the next refresh uses that."""
    current_cookies(Sources(store, LOGIN))
    network.strava.end_sessions()
    for _ in range(2):
        current_cookies(Sources(store, {}), refresh=True)

    first, second, third = sent_sessions(network)
    assert first == second != third


def cookies(hours: float, host: TileHost = CURRENT) -> HeatmapCookies:
    """Return heatmap cookies with some time left."""
    end = datetime.now(UTC) + timedelta(hours=hours)
    return HeatmapCookies.from_values(values(end), host.cookies)


@pytest.mark.parametrize("host", [CURRENT, CLASSIC], ids=lambda host: host.key)
def test_cookies_alone_need_no_request(store: CredentialStore, host: TileHost) -> None:
    """Heatmap cookies of the host are kept as they are; there is no session to keep."""
    sources = Sources(store, {"STRAVA_SESSION": json.dumps(cookies(7, host).values())})

    assert current_cookies(sources, host) == store.cookies(host)
    assert store.session() is None


def test_fresh_cookies_need_no_source(store: CredentialStore) -> None:
    """Kept cookies are used while they are fresh, unless a refresh or a source is asked for."""
    new, kept = cookies(9), cookies(7)
    ask = once(lambda: new)
    sources, with_source = Sources(store, {}, ask=ask), Sources(store, named=named(new))
    store.keep_cookies(kept)
    assert kept == current_cookies(sources)
    assert new == current_cookies(sources, refresh=True)
    for hours, each in [(5, sources), (7, with_source)]:
        store.keep_cookies(cookies(hours))
        assert new == current_cookies(each)


def test_what_cannot_be_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A run goes on with cookies that cannot be kept, and warns."""
    (tmp_path / "state").touch()
    store, source = CredentialStore(tmp_path / "state"), named(cookies(7))
    current_cookies(Sources(store, named=source))

    assert ["The cookies could not be kept for the next run: File exists."] == caplog.messages
    assert caplog.messages == [str(acquire([source], store).not_kept)]


class RefusingFetcher(CookieFetcher):
    """Accepts logins but no session, and notes how much time is left."""

    left: tuple[float, ...] = ()

    def log_in(self, login: Login | None, deadline: Deadline | None = None) -> Session:
        """Accept a login."""
        assert deadline
        self.left += (deadline.left,)
        time.sleep(0.1)
        return Session("new")

    def fetch(
        self, session: Session, host: TileHost = CURRENT, deadline: Deadline | None = None
    ) -> HeatmapCookies:
        """Refuse a session."""
        self.log_in(None, deadline)
        raise errors.SessionRefusedError


def test_time(store: CredentialStore, memory_keyring: MemoryKeyring) -> None:
    """All sources share 45 seconds; the time that a keyring or a person takes does not count."""
    memory_keyring.pause = 0.4  # when a session is stored, and when that is checked

    def ask() -> Login:
        time.sleep(0.8)
        return Login("a@b.c", "secret")

    fetcher = RefusingFetcher()
    person = Candidate(Origin.PERSON, "what you pasted", once(ask))
    with pytest.raises(errors.SessionRefusedError):
        acquire([named(Session("1")), person, named(Session("2"))], store, fetcher=fetcher)

    first, *_, last = fetcher.left
    assert 4 == len(fetcher.left)
    assert 44 < first <= 45
    assert all(0.1 <= before - after for before, after in pairwise(fetcher.left))
    assert first - last < 0.8


@pytest.mark.parametrize(
    "environ",
    [
        {"STRAVA_SESSION": "made-up-secret"},
        {"STRAVA_EMAIL": "mapper@example.org", "STRAVA_PASSWORD": "made-up-secret"},
    ],
)
def test_repr_shows_no_secret(store: CredentialStore, environ: dict[str, str]) -> None:
    """Sources and candidates can be printed: what they hold in secret is not shown."""
    sources = Sources(store, environ)

    assert "made-up-secret" not in repr((sources, sources.candidates()))

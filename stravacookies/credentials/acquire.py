"""Get heatmap cookies: the kept ones, or new ones from the first source that Strava accepts."""

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from stravacookies.credentials import sources
from stravacookies.credentials.store import CredentialStore, StoredSession
from stravacookies.deadline import Deadline
from stravacookies.errors import (
    RUN_LOGIN,
    NotLoggedInError,
    ServerError,
    SessionRefusedError,
    StravacookiesError,
    UsageError,
)
from stravacookies.heatmap import CURRENT, TileHost
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.session import Login, Session

if TYPE_CHECKING:
    from stravacookies.strava.fetcher import CookieFetcher

SESSION_VARIABLE = "STRAVA_SESSION"
EMAIL_VARIABLE = "STRAVA_EMAIL"
PASSWORD_VARIABLE = "STRAVA_PASSWORD"  # noqa: S105 - the name of a variable, not its value
VARIABLES = (SESSION_VARIABLE, EMAIL_VARIABLE, PASSWORD_VARIABLE)

Credential = Session | Login | HeatmapCookies
"""What can be exchanged for heatmap cookies, or the cookies themselves."""

_NO_SESSION = (
    f"There is no Strava session yet: {RUN_LOGIN}, or set STRAVA_SESSION to the value of your"
    " browser's cookie _strava4_session, or set STRAVA_EMAIL and STRAVA_PASSWORD."
)

_log = logging.getLogger(__name__)


class Origin(Enum):
    """Why a source is tried."""

    NAMED = "named for this run"
    VARIABLE = "set in the environment"
    KEPT = "kept from an earlier run"
    BROWSER = "the browser that the kept session came from"
    LOGIN = "email and password in the environment"
    DEFAULT = "the user's default source"
    PERSON = "asked for"


class Candidate(NamedTuple):
    """One source that a run may take a session from.

    Attributes:
        origin: Why it is tried.
        source: Its name, which is kept with the session.
        read: Returns what it contains, or raises `NotLoggedInError` or `UsageError`. Never a
            `functools.partial`, whose `repr` would show a secret.
    """

    origin: Origin
    source: str
    read: Callable[[], Credential]


class Prospect(NamedTuple):
    """A candidate before it is used, and why it is known to fail; None if it may work."""

    candidate: Candidate
    failure: StravacookiesError | None


class Acquired(NamedTuple):
    """What a source gave. There is no session if it contained only heatmap cookies.

    `not_kept` says why something could not be kept for the next run.
    """

    cookies: HeatmapCookies
    source: str
    session: Session | None
    not_kept: StravacookiesError | None


@dataclass(frozen=True)
class Sources:
    """The sources of a session that one user has, and the order in which a run tries them.

    Attributes:
        store: Where session and cookies are kept.
        environ: The environment variables, which may hold a session, or an email and password.
        default: A browser or a file.
        ask: Asks a person for a credential; None if there is no one to ask.
        named: The only source to try, if the user named one for this run.
    """

    store: CredentialStore = field(default_factory=CredentialStore)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    default: str | None = None
    ask: Callable[[], Credential] | None = None
    named: Candidate | None = None

    def candidates(
        self, host: TileHost = CURRENT, kept: StoredSession | None = None
    ) -> list[Candidate]:
        """List the sources that a run tries until Strava accepts one. Only this sets the order.

        A session in the environment is never mixed with others, and nothing is tried after a
        password: Strava locks accounts.

        Args:
            host: The tile host that cookies are wanted for.
            kept: The kept session, if it was already read: a locked keyring asks its owner.
        """
        if self.named:
            return [self.named]
        if text := self.environ.get(SESSION_VARIABLE):
            return [
                Candidate(
                    Origin.VARIABLE,
                    SESSION_VARIABLE,
                    lambda: sources.from_text(text, SESSION_VARIABLE, host),
                )
            ]
        found = []
        if kept := kept or self.store.session():
            found.append(Candidate(Origin.KEPT, kept.source, kept.read))
            if sources.is_browser(kept.source):
                found.append(_named_source(Origin.BROWSER, kept.source, host))
        email, password = self.environ.get(EMAIL_VARIABLE), self.environ.get(PASSWORD_VARIABLE)
        if email and password:
            login = Candidate(Origin.LOGIN, sources.PASSWORD, lambda: Login(email, password))
            return [*found, login]
        if self.default:
            found.append(_named_source(Origin.DEFAULT, self.default, host))
        if self.ask:
            found.append(Candidate(Origin.PERSON, sources.ENTERED, self.ask))
        return found

    def survey(self, kept: StoredSession | None = None) -> list[Prospect]:
        """List what the next run would try, and what is already known to fail.

        This reads no browser, asks no person and sends nothing to Strava.
        """
        return [Prospect(each, _known_failure(each)) for each in self.candidates(kept=kept)]


def login_from(environ: Mapping[str, str]) -> Login | None:
    """Return the email and password in `STRAVA_EMAIL` and `STRAVA_PASSWORD`, if both are set."""
    email, password = environ.get(EMAIL_VARIABLE), environ.get(PASSWORD_VARIABLE)
    return Login(email, password) if email and password else None


def current_cookies(
    sources: Sources | None = None, host: TileHost = CURRENT, *, refresh: bool = False
) -> HeatmapCookies:
    """Return the kept cookies while they are fresh; otherwise get new ones and keep them.

    Args:
        sources: Where a session may come from; by default the environment, then what an earlier
            run kept.
        host: The tile host that the cookies are for.
        refresh: Ask Strava even if the kept cookies are fresh.

    Raises:
        NotLoggedInError: There is no session that Strava accepts.
        UsageError: The default source does not exist.
        StravaError: Strava or the network failed.
    """
    sources = sources or Sources()
    if not refresh and not sources.named:
        kept = sources.store.cookies(host)
        if kept and kept.is_fresh():
            return kept
    acquired = acquire(sources.candidates(host), sources.store, host)
    if acquired.not_kept:
        _log.warning("%s", acquired.not_kept)
    return acquired.cookies


def acquire(
    candidates: Iterable[Candidate],
    store: CredentialStore,
    host: TileHost = CURRENT,
    report: Callable[[StravacookiesError], None] | None = None,
    fetcher: "CookieFetcher | None" = None,
) -> Acquired:
    """Try sources in order, and keep what the first one gives that Strava accepts.

    `report` is called with each failure after which another source is tried. By default it is
    logged; before a person is asked, as a warning.

    Raises:
        NotLoggedInError: The last source failed, or there was no source.
        UsageError: The last source does not exist.
        StravaError: Strava or the network failed.
    """
    # Imported here: requests takes 65 ms, and a run with fresh cookies does not need it.
    from stravacookies.strava.fetcher import CookieFetcher
    from stravacookies.strava.http import PATIENCE

    attempt = _Attempt(store, host, fetcher or CookieFetcher(), Deadline(PATIENCE))
    failure: StravacookiesError | None = None
    server_error: ServerError | None = None
    for candidate in candidates:
        if server_error and candidate.origin is Origin.PERSON:
            break  # another session would not help
        if failure and report:
            report(failure)
        elif failure:
            is_asked = candidate.origin is Origin.PERSON
            _log.log(logging.WARNING if is_asked else logging.INFO, "%s", failure)
        try:
            return attempt.use(candidate)
        except ServerError as error:
            failure = server_error = error
        except (NotLoggedInError, UsageError) as error:
            failure = error
    raise server_error or failure or NotLoggedInError(_NO_SESSION)


@dataclass
class _Attempt:
    """One run's attempt to get cookies, through one connection and before one deadline."""

    store: CredentialStore
    host: TileHost
    fetcher: "CookieFetcher"
    deadline: Deadline
    refused: list[Session] = field(default_factory=list)
    not_kept: StravacookiesError | None = None

    def use(self, candidate: Candidate) -> Acquired:
        """Exchange what a source contains for cookies, and keep both."""
        with self.deadline.paused():  # a keyring or a person may be asked
            credential = candidate.read()
        session = None
        if isinstance(credential, HeatmapCookies):
            cookies = credential
        else:
            if isinstance(credential, Login):
                credential = self.fetcher.log_in(credential, self.deadline)
                # Kept before it is used: a login must not be lost to a fault of the network.
                self._keep("The session", self.store.keep_session, credential, candidate.source)
            cookies = self._fetch(credential, candidate)
            session = self.fetcher.session() or credential
            is_kept = candidate.origin is Origin.KEPT and session == credential
            if candidate.origin is not Origin.VARIABLE and not is_kept:
                self._keep("The session", self.store.keep_session, session, candidate.source)
        self._keep("The cookies", self.store.keep_cookies, cookies, self.host)
        return Acquired(cookies, candidate.source, session, self.not_kept)

    def _fetch(self, session: Session, candidate: Candidate) -> HeatmapCookies:
        if session not in self.refused:  # a source may still have what Strava has just refused
            with suppress(SessionRefusedError):
                return self.fetcher.fetch(session, self.host, self.deadline)
            self.refused.append(session)
        way_out = sources.way_out(candidate.source)
        if candidate.origin is Origin.VARIABLE:
            way_out = f"Unset {SESSION_VARIABLE}, which comes before any other source. {way_out}"
        raise SessionRefusedError(
            f"The session from {sources.label(candidate.source)} is not logged in to Strava: it has"
            f" ended, or it is the kind that every visitor gets. {way_out}"
        )

    def _keep(self, what: str, keep: Callable[..., None], *arguments: object) -> None:
        try:
            with self.deadline.paused():  # a keyring may ask its owner
                keep(*arguments)
        except OSError as error:
            why = f"{what} could not be kept for the next run: {error.strerror or error}."
            self.not_kept = self.not_kept or StravacookiesError(why)


def _named_source(origin: Origin, source: str, host: TileHost) -> Candidate:
    with suppress(NotLoggedInError, UsageError):  # raised when it is read
        source = sources.normalize(source)
    return Candidate(origin, source, lambda: sources.read(sources.normalize(source), host))


def _known_failure(candidate: Candidate) -> StravacookiesError | None:
    """Return why a candidate is known to fail, without reading a browser or asking anyone."""
    try:
        if candidate.origin in (Origin.VARIABLE, Origin.KEPT, Origin.LOGIN):
            candidate.read()
        elif candidate.origin is Origin.DEFAULT:
            sources.normalize(candidate.source)
    except (NotLoggedInError, UsageError) as error:
        return error
    return None

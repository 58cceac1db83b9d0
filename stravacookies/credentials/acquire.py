"""Get heatmap cookies: the kept ones, or new ones from the first source that Strava accepts."""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from stravacookies.computer import this_computer
from stravacookies.credentials import sources as source_names
from stravacookies.credentials.candidates import (
    SESSION_VARIABLE,
    Candidate,
    Credential,
    Origin,
    Sources,
)
from stravacookies.credentials.store import CredentialStore
from stravacookies.deadline import Deadline
from stravacookies.errors import (
    NOT_LOGGED_IN,
    TRY_LATER,
    LoginRefusedError,
    NotLoggedInError,
    ServerError,
    SessionRefusedError,
    StravacookiesError,
    UsageError,
)
from stravacookies.heatmap import CURRENT, TileHost
from stravacookies.installation import command
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.session import Login, Session

if TYPE_CHECKING:
    from stravacookies.strava.fetcher import CookieFetcher

_WAYS = """\
Do one of these:
- log in at https://www.strava.com in a browser here, and run this again half a minute later;
- run '{}' with STRAVA_SESSION set to the value of the cookie _strava4_session from any browser;
- {}."""

_IN_WINDOW = f"run '{command('login', 'window')}', and use its window to log in"
_WITHOUT_SCREEN = f"run '{command('login', '-')}', and paste that cookie's value"

_log = logging.getLogger(__name__)


class Acquired(NamedTuple):
    """What a source gave, and which it was. Heatmap cookies may come without a session.

    `not_kept` says why something could not be kept for the next run.
    """

    cookies: HeatmapCookies
    origin: Origin
    source: str
    session: Session | None
    not_kept: StravacookiesError | None


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
    report: Callable[[Candidate, StravacookiesError], None] | None = None,
    fetcher: "CookieFetcher | None" = None,
) -> Acquired:
    """Try sources in order, and keep what the first one gives that Strava accepts.

    `report` is called with each source that failed, before a person is asked or at the end, unless
    its error is raised. By default these errors are logged; before a person is asked, as warnings.

    Raises:
        NotLoggedInError: The last source failed, or there was no source.
        UsageError: The last source does not exist.
        StravaError: Strava or the network failed.
    """
    # Imported here: requests takes 65 ms, and a run with fresh cookies does not need it.
    from stravacookies.strava.fetcher import CookieFetcher
    from stravacookies.strava.http import PATIENCE

    attempt = _Attempt(store, host, fetcher or CookieFetcher(), Deadline(PATIENCE))
    failed: list[tuple[Candidate, StravacookiesError]] = []

    def tell(level: int = logging.INFO) -> None:
        for candidate, error in failed:
            if report:
                report(candidate, error)
            else:
                _log.log(level, "%s", error)

    for candidate in candidates:
        if candidate.origin is Origin.PERSON:
            if any(isinstance(error, ServerError) for _, error in failed):
                break  # another session would not help
            tell(logging.WARNING)
            failed.clear()
        try:
            acquired = attempt.use(candidate)
        except (NotLoggedInError, UsageError, ServerError) as error:
            failed.append((candidate, error))
        else:
            tell()
            return acquired
    final = _final_error(failed)
    failed = [each for each in failed if each[1] is not final]
    tell()
    raise final


def _final_error(failed: Sequence[tuple[Candidate, StravacookiesError]]) -> StravacookiesError:
    """Choose the error to raise when all sources have failed: first that of a refused login.

    A login must not be retried. Then comes Strava's own error, which says little of a session.
    """
    for kind in (LoginRefusedError, ServerError):
        for _, error in failed:
            if isinstance(error, kind):
                return error
    # That a browser has no session is not what is wrong.
    errors = [error for candidate, error in failed if candidate.origin is not Origin.SEARCH]
    return errors[-1] if errors else _no_session()


def _no_session() -> NotLoggedInError:
    from stravacookies.credentials.window import check_screen  # imported here: few runs need it

    way = _IN_WINDOW
    try:
        check_screen(this_computer())
    except NotLoggedInError:
        way = _WITHOUT_SCREEN
    return NotLoggedInError(
        "No usable Strava session was found.", _WAYS.format(command("josm-prefs"), way)
    )


class _Attempt:
    """One run's attempt to get cookies, through one connection and before one deadline."""

    def __init__(
        self, store: CredentialStore, host: TileHost, fetcher: "CookieFetcher", deadline: Deadline
    ) -> None:
        self.store = store
        self.host = host
        self.fetcher = fetcher
        self.deadline = deadline
        self.refused: list[Session] = []
        self.not_kept: StravacookiesError | None = None

    def use(self, candidate: Candidate) -> Acquired:
        """Exchange what a source contains for cookies, and keep both."""
        source = source_names.label(candidate.source)
        refusal: StravacookiesError = NotLoggedInError(f"{source} contains no session.")
        with closing(candidate.read()) as contents:
            while True:
                try:
                    with self.deadline.paused():  # a keyring or a person may be asked
                        credential = next(contents, None)
                except NotLoggedInError as error:
                    # It may be Strava's fault that a person gave up.
                    raise (refusal if isinstance(refusal, ServerError) else error) from None
                if credential is None:
                    raise refusal
                if isinstance(credential, Candidate):
                    return self.use(credential)
                try:
                    return self._exchange(credential, candidate)
                except (SessionRefusedError, ServerError) as error:
                    refusal = error

    def _exchange(self, credential: Credential, candidate: Candidate) -> Acquired:
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
        return Acquired(cookies, candidate.origin, candidate.source, session, self.not_kept)

    def _fetch(self, session: Session, candidate: Candidate) -> HeatmapCookies:
        way_out = source_names.way_out(candidate.source)
        if candidate.origin is Origin.VARIABLE:
            way_out = f"Unset {SESSION_VARIABLE}, which comes before any other source. {way_out}"
        if session not in self.refused:  # a source may still have what Strava has just refused
            try:
                return self.fetcher.fetch(session, self.host, self.deadline)
            except SessionRefusedError:
                self.refused.append(session)
            except ServerError as error:
                raise ServerError(error.finding, f"{TRY_LATER} {way_out}") from None
        label = source_names.label(candidate.source)
        raise SessionRefusedError(f"The session from {label} {NOT_LOGGED_IN}", way_out)

    def _keep(self, what: str, keep: Callable[..., None], *arguments: object) -> None:
        try:
            with self.deadline.paused():  # a keyring may ask its owner
                keep(*arguments)
        except OSError as error:
            why = f"{what} could not be kept for the next run: {error.strerror or error}."
            self.not_kept = self.not_kept or StravacookiesError(why)

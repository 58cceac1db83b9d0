"""The sources that a run takes a session from: which there are, and in which order."""

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from stravacookies.credentials import sources
from stravacookies.credentials.store import CredentialStore, StoredSession
from stravacookies.errors import NotLoggedInError, StravacookiesError, UsageError
from stravacookies.heatmap import CURRENT, TileHost
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.session import Login, Session

SESSION_VARIABLE = "STRAVA_SESSION"
EMAIL_VARIABLE = "STRAVA_EMAIL"
PASSWORD_VARIABLE = "STRAVA_PASSWORD"  # noqa: S105 - the name of a variable, not its value
SECRETS = (SESSION_VARIABLE, EMAIL_VARIABLE, PASSWORD_VARIABLE)
"""The environment variables that may hold secrets."""

Credential = Session | Login | HeatmapCookies
"""What can be exchanged for heatmap cookies, or the cookies themselves."""


class Origin(Enum):
    """Why a source is tried."""

    NAMED = "named for this run"
    VARIABLE = "set in the environment"
    KEPT = "kept from an earlier run"
    RENEWAL = "the browser that the kept session came from"
    LOGIN = "email and password in the environment"
    DEFAULT = "the user's default source"
    SEARCH = "a browser on this computer"
    PERSON = "asked for"


class Candidate(NamedTuple):
    """One source that a run may take a session from.

    Attributes:
        origin: Why it is tried.
        source: Its name, which is kept with the session.
        read: Yields what it contains, the most likely first, or another candidate that a person has
            chosen; or raises `NotLoggedInError` or `UsageError`. Never a `functools.partial`, whose
            `repr` would show a secret.
    """

    origin: Origin
    source: str
    read: Callable[[], "Contents"]

    def known_failure(self) -> StravacookiesError | None:
        """Return why it is known to fail, without reading a browser or asking anyone."""
        try:
            if self.origin in (Origin.VARIABLE, Origin.KEPT, Origin.LOGIN):
                next(self.read())
            elif self.origin is Origin.DEFAULT:
                sources.normalize(self.source)
        except (NotLoggedInError, UsageError) as error:
            return error
        return None


Contents = Generator[Credential | Candidate, None, None]
"""Credentials, the most likely first, or a candidate that a person has chosen."""


def once(read: Callable[[], Credential]) -> Callable[[], Contents]:
    """Return a `Candidate.read` for a source that contains one credential."""

    def contents() -> Contents:
        yield read()

    return contents


@dataclass(eq=False, repr=False)  # the environment may hold secrets
class Sources:
    """The sources of a session that one user has, and the order in which a run tries them.

    Attributes:
        store: Where session and cookies are kept.
        environ: The environment variables, which may hold a session, or an email and password.
        default: A browser or a file.
        search: The browsers to look through if there is nothing else.
        ask: Asks a person for a credential; None if there is no one to ask.
        named: The only source to try, if the user named one for this run.
    """

    store: CredentialStore = field(default_factory=CredentialStore)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    default: str | None = None
    search: tuple[str, ...] = ()
    ask: Callable[[], Contents] | None = None
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
            session = once(lambda: sources.from_text(text, SESSION_VARIABLE, host))
            return [Candidate(Origin.VARIABLE, SESSION_VARIABLE, session)]
        found = []
        if kept := kept or self.store.session():
            found.append(Candidate(Origin.KEPT, kept.source, once(kept.read)))
            if sources.can_renew(kept.source):
                found.append(_named_source(Origin.RENEWAL, kept.source, host))
        if login := login_from(self.environ):
            return [*found, Candidate(Origin.LOGIN, sources.PASSWORD, once(login))]
        return _without_repeats([*found, *self.new_candidates(host)])

    def new_candidates(self, host: TileHost = CURRENT) -> list[Candidate]:
        """List the sources of a new session, in order."""
        found = []
        if self.default:
            found.append(_named_source(Origin.DEFAULT, self.default, host))
        found += [_named_source(Origin.SEARCH, browser, host) for browser in self.search]
        if self.ask:
            found.append(Candidate(Origin.PERSON, sources.PASTED, self.ask))
        return _without_repeats(found)


def _without_repeats(candidates: list[Candidate]) -> list[Candidate]:
    """Leave out browsers that an earlier candidate reads; that of a kept session reads none."""
    found: list[Candidate] = []
    for each in candidates:
        read = {other.source for other in found if other.origin is not Origin.KEPT}
        if each.source not in read:
            found.append(each)
    return found


def login_from(environ: Mapping[str, str]) -> Callable[[], Login] | None:
    """Return what reads `STRAVA_EMAIL` and `STRAVA_PASSWORD`, if both are set."""
    email, password = environ.get(EMAIL_VARIABLE), environ.get(PASSWORD_VARIABLE)
    return (lambda: Login(email, password)) if email and password else None


def _named_source(origin: Origin, source: str, host: TileHost) -> Candidate:
    with suppress(NotLoggedInError, UsageError):  # raised when it is read
        source = sources.normalize(source)
    return Candidate(origin, source, lambda: sources.read(sources.normalize(source), host))

"""What can go wrong: one class for each exit code, one below it for each failure, and its words.

Each message is one sentence, or two where the second says what to do. None holds a secret.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

_BROWSER_WAY = (
    "What works is the session of your browser: log in there, and give STRAVA_SESSION the value"
    " of its cookie _strava4_session."
)


class StravacookiesError(Exception):
    """Any failure that this package names.

    Attributes:
        exit_code: What the command line ends with.
    """

    exit_code: ClassVar[int] = 1


class NotLoggedInError(StravacookiesError):
    """There is no session, or Strava does not take the one there is."""

    exit_code = 3


class NoSessionError(NotLoggedInError):
    """No session, and nobody to ask for one."""

    def __init__(self) -> None:
        super().__init__(
            "There is no Strava session yet: set STRAVA_SESSION to the value of your browser's"
            " cookie _strava4_session, or set STRAVA_EMAIL and STRAVA_PASSWORD, or run this on a"
            " terminal to be asked."
        )


class BadSessionError(NotLoggedInError):
    """What was given as a session cannot be one."""

    def __init__(self, source: str) -> None:
        super().__init__(
            f"{source} does not hold a Strava session: expected is the value of the browser's"
            " cookie _strava4_session, without spaces, quotes or semicolons."
        )


class SessionRefusedError(NotLoggedInError):
    """Strava asks the session to log in: it has ended, or it never was logged in."""

    def __init__(self, source: str = "the session") -> None:
        super().__init__(
            f"Strava no longer accepts {source}: log in at https://www.strava.com in your browser,"
            " and copy the value of its cookie _strava4_session again."
        )


class LoginRefusedError(NotLoggedInError):
    """Strava did not take email and password. It is never asked twice: it locks accounts."""


class WrongPasswordError(LoginRefusedError):
    """Strava says that email or password are wrong."""

    def __init__(self) -> None:
        super().__init__(
            "Strava says that the email or the password is wrong: check them before you try"
            " again, since Strava locks an account after a few wrong tries."
        )


class CaptchaError(LoginRefusedError):
    """Strava wants a captcha solved."""

    def __init__(self) -> None:
        super().__init__(
            f"Strava asks for a captcha, which only a person in a browser can solve. {_BROWSER_WAY}"
        )


class FirewallError(LoginRefusedError):
    """Strava's firewall turns programs away from the login."""

    def __init__(self) -> None:
        super().__init__(
            f"Strava's firewall keeps programs from the login page (403). {_BROWSER_WAY}"
        )


class OneTimeCodeError(LoginRefusedError):
    """Strava has mailed a code and wants it typed in."""

    def __init__(self) -> None:
        super().__init__(
            "Strava asks for a one-time code, which it sends by mail, instead of a password."
            f" {_BROWSER_WAY}"
        )


class LoginFormError(LoginRefusedError):
    """The login page holds no form with an email and a password."""

    def __init__(self) -> None:
        super().__init__(
            f"Strava's login page has no form for email and password (any more). {_BROWSER_WAY}"
        )


class StravaError(StravacookiesError):
    """Strava, or the network on the way to it, did not do what it should."""

    exit_code = 4


class NetworkError(StravaError):
    """Strava could not be reached."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"{host} could not be reached: {reason}.")


class UnexpectedAnswerError(StravaError):
    """Strava answered something that no client of it has met."""

    def __init__(self, url: str, what: str) -> None:
        super().__init__(f"{url} answered {what}, which was not expected: try again later.")


class MissingCookieError(StravaError):
    """Strava's answer lacks cookies that the tiles need.

    Attributes:
        names: The cookies that are missing.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"Strava's answer lacks the cookie {' and '.join(self.names)}.")


class BadCookieError(StravaError):
    """Strava sent a cookie that cannot be used."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"Strava sent a cookie {name} that cannot be used: {why}.")


class ExpiredCookiesError(StravaError):
    """The cookies that Strava has just sent are over already."""

    def __init__(self, expires: str) -> None:
        super().__init__(
            f"The cookies that Strava has just sent ended at {expires}: is the clock of this"
            " computer right?"
        )


class JosmFilesError(StravacookiesError):
    """Something is wrong with the files or directories of JOSM."""

    exit_code = 5


class NoJosmDirectoryError(JosmFilesError):
    """JOSM's preferences directory is nowhere to be found.

    Attributes:
        looked_in: Where it was looked for.
    """

    def __init__(self, looked_in: Iterable[Path]) -> None:
        self.looked_in = tuple(looked_in)
        places = ", ".join(map(str, self.looked_in))
        super().__init__(
            f"There is no JOSM preferences directory (looked for: {places}). Start JOSM once, or"
            " name the directory with --josm-dir."
        )


class PreferencesError(JosmFilesError):
    """A `preferences.xml` that is not what JOSM writes; it is left as it is."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path} is not a JOSM preferences file ({why}); nothing was changed. Start JOSM, which"
            " restores it from its own copy, close it, and run this again."
        )


class UnusablePathError(JosmFilesError):
    """A path that no XML file can name."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{str(path)!r} cannot be written into JOSM's preferences: it holds characters that XML"
            " does not allow."
        )


class FileAccessError(JosmFilesError):
    """A file of JOSM's cannot be read or written."""

    def __init__(self, path: Path, doing: str, error: OSError) -> None:
        super().__init__(f"{path} could not be {doing}: {error.strerror or error}.")

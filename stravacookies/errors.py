"""The exceptions of this package: one for each exit code, and for what a caller may catch.

Each message is written where the failure happens. No message contains a secret.
"""

from typing import ClassVar

from stravacookies.installation import THIS, command

RUN_LOGIN = f"run '{command('login')}'"

TRY_AGAIN = f"To try again, or to log in another way, {RUN_LOGIN}."

RUN_JOSM_PREFS = f"run '{command('josm-prefs')}'"

LOG_IN_WITH_BROWSER = f"Log in at https://www.strava.com in your browser, then {RUN_LOGIN}."
"""What to do when there is no usable session, for messages in several modules."""

NOT_LOGGED_IN = (
    "is not logged in to Strava: it has ended, or it is the kind that every visitor gets."
)
"""What is wrong with a session that Strava does not accept, after the words for the session."""

TRY_LATER = "Try again later. If that does not help:"

REINSTALL = THIS.how_to_reinstall()
"""What to do when a part of the installation is missing."""


class StravacookiesError(Exception):
    """Any failure that this package names. Its text is one or two sentences for a user.

    Attributes:
        exit_code: The exit code of the command line.
        finding: What is wrong.
        advice: What to do, if the finding does not say so.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, finding: str = "", advice: str = "") -> None:
        super().__init__(f"{finding} {advice}".strip())
        self.finding = finding
        self.advice = advice


class UsageError(StravacookiesError):
    """A setting or an argument makes no sense, such as a source that does not exist."""

    exit_code = 2


class NotLoggedInError(StravacookiesError):
    """There is no session, or it cannot be used."""

    exit_code = 3


class SessionRefusedError(NotLoggedInError):
    """Strava did not accept a session: it has ended, or it never was logged in."""


class LoginRefusedError(NotLoggedInError):
    """Strava did not accept an email and password. Do not retry: Strava locks accounts."""


class BrowserNotFoundError(NotLoggedInError):
    """A browser, or one of its profiles, is not on this computer."""


class StravaError(StravacookiesError):
    """Strava, or the network on the way to it, failed."""

    exit_code = 4


class ServerError(StravaError):
    """Strava answered with an error of its own (5xx), as it also does to some ended sessions."""


class NetworkError(StravaError):
    """Strava could not be reached."""


class ConnectionLostError(NetworkError):
    """A connection broke before the answer was complete."""


class FileError(StravacookiesError):
    """A file or directory cannot be used; most often it is one of JOSM's."""

    exit_code = 5


class NoJosmDirectoryError(FileError):
    """JOSM's preferences directory was not found."""


class JosmStateError(StravacookiesError):
    """JOSM is running and must be closed, or must run and does not, or refuses a request."""

    exit_code = 6

"""What can go wrong: a class for each failure, with its words and what the command line ends with.

Each message is one sentence, or two where the second says what to do. None holds a secret.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import ClassVar

_BROWSER_WAY = (
    "What works is the session of your browser: log in there, and run 'stravacookies login'"
    " (in a clone 'make login')."
)

REINSTALL = (
    "install stravacookies again, with pipx or pip; in a clone, 'make clean' and 'make josm-prefs'"
    " do"
)
"""What to do where a part of the installation is missing."""


def _ended(sentence: str) -> str:
    """End a sentence with a full stop, unless whoever wrote its end has done so."""
    return sentence if sentence.endswith((".", "?")) else f"{sentence}."


class StravacookiesError(Exception):
    """Any failure that this package names.

    Attributes:
        exit_code: What the command line ends with.
    """

    exit_code: ClassVar[int] = 1


class MissingPackageError(StravacookiesError):
    """A package that this one needs is not installed, or not as it should be."""

    def __init__(self, why: str) -> None:
        super().__init__(f"A package that is needed could not be loaded ({why}): {REINSTALL}.")


class NoHomeError(StravacookiesError):
    """The user has no home directory, as in some containers."""

    def __init__(self) -> None:
        super().__init__("There is no home directory: set HOME to a folder that is yours.")


class NotLoggedInError(StravacookiesError):
    """There is no session, or Strava does not take the one there is."""

    exit_code = 3


class NoSessionError(NotLoggedInError):
    """No session, and nobody to ask for one."""

    def __init__(self) -> None:
        super().__init__(
            "There is no Strava session yet: run 'stravacookies login' (in a clone 'make login'),"
            " or set STRAVA_SESSION to the value of your browser's cookie _strava4_session, or set"
            " STRAVA_EMAIL and STRAVA_PASSWORD."
        )


class BadSessionError(NotLoggedInError):
    """What was given as a session cannot be one."""

    def __init__(self, source: str) -> None:
        super().__init__(
            f"{source} does not hold a Strava session: expected is the value of the browser's"
            " cookie _strava4_session, without spaces, quotes, braces or semicolons."
        )


class ExpiredTokenError(NotLoggedInError):
    """All that there is of a session is a token that has expired."""

    def __init__(self, name: str, end: datetime) -> None:
        super().__init__(
            f"The cookie {name} expired on {end.astimezone():%d %B %Y}, and there is no other"
            " session: log in at https://www.strava.com again."
        )


class LockedKeyringError(NotLoggedInError):
    """The session is kept where it cannot be got."""

    def __init__(self) -> None:
        super().__init__(
            "The Strava session is kept in the system's keyring, which is locked or out of reach:"
            " unlock it, or run 'stravacookies login' again."
        )


class UnknownSourceError(NotLoggedInError):
    """Something was named as the source of a session that is none."""

    exit_code = 2

    def __init__(self, source: str, browsers: Iterable[str]) -> None:
        # Who puts a session there by mistake shall not see it again.
        harmless = len(source) < (100 if "." in source else 20) and not set("=;") & set(source)
        named = repr(source) if harmless else "What stands behind --from"
        super().__init__(
            f"{named} is neither a file nor a known source of a session; known are"
            f" {', '.join(browsers)} (perhaps with :PROFILE), - for standard input, and password."
        )


class BadExportError(NotLoggedInError):
    """An exported session is not one."""

    def __init__(self, source: str, why: str) -> None:
        super().__init__(
            f"{source} holds no Strava session: {why}. It should be what an add-on exports of the"
            " cookies of strava.com (JSON, cookies.txt or a header), or the value of"
            " _strava4_session."
        )


class UnreadableSourceError(NotLoggedInError):
    """The file of an exported session cannot be read."""

    def __init__(self, source: str, error: OSError) -> None:
        super().__init__(f"{source} could not be read: {error.strerror or error}.")


class FolderSourceError(NotLoggedInError):
    """A folder was named as the source of a session."""

    exit_code = 2

    def __init__(self, source: str) -> None:
        super().__init__(
            f"{source} is a folder: name a file in it, or a browser's profile as firefox:FOLDER."
        )


class NoLoginError(NotLoggedInError):
    """An email and a password are wanted, and there is nobody to ask."""

    def __init__(self) -> None:
        super().__init__(
            "There is no terminal to ask for email and password on: set STRAVA_EMAIL and"
            " STRAVA_PASSWORD."
        )


class NoBrowserHasSessionError(NotLoggedInError):
    """No browser that is installed has a session that Strava takes."""

    def __init__(self) -> None:
        super().__init__(
            "No browser with a Strava session was found. Log in at https://www.strava.com in a"
            " browser and run this again; or export its cookies with an add-on, and name the file"
            " with --from; or copy the value of its cookie _strava4_session, and paste it into"
            " 'stravacookies login --from -'."
        )


class NoSourceSessionError(NotLoggedInError):
    """What a source holds is not enough to log in with."""

    def __init__(self, source: str) -> None:
        super().__init__(
            f"{source} holds no Strava session: looked for were _strava4_session, or"
            " strava_remember_token with strava_remember_id, or all cookies of the heatmap with"
            " time left."
        )


class BrowserExtraError(NotLoggedInError):
    """Browsers cannot be read without an optional part of the installation."""

    def __init__(self) -> None:
        super().__init__(
            "Reading a browser needs an optional part: run 'make browser' in a clone; or, with what"
            " installed this, pipx install --force '.[browser]' or pip install '.[browser]' there."
        )


class NoBrowserError(NotLoggedInError):
    """A browser, or a profile of it, is not there."""

    def __init__(self, name: str, profile: str | None) -> None:
        super().__init__(
            f"There is no profile {profile!r} of {name}."
            if profile
            else f"There is no {name} on this computer, or it was never started."
        )


class BrowserError(NotLoggedInError):
    """The cookies of a browser cannot be read."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"The cookies of {name} cannot be read ({why}): use another browser, or export the"
            " cookies of strava.com with an add-on and name that file."
        )


class NoBrowserSessionError(NotLoggedInError):
    """A browser knows nothing of Strava, or does not tell."""

    def __init__(self, name: str, warnings: Iterable[str]) -> None:
        reasons = "; ".join(dict.fromkeys(warnings))
        super().__init__(
            f"The cookies of {name} cannot be decrypted here ({reasons}): use Firefox, or a file"
            " that an add-on exports."
            if reasons
            else f"There is no Strava session in {name}: log in at https://www.strava.com there"
            " with 'remember me', and wait half a minute or close the browser."
        )


class BadLoginError(NotLoggedInError):
    """An email or a password cannot be one."""

    def __init__(self) -> None:
        super().__init__("The email or the password holds characters that cannot be sent.")


class SessionRefusedError(NotLoggedInError):
    """Strava asks the session to log in: it has ended, or it never was logged in."""

    def __init__(self, source: str | None = None, *, in_variable: bool = False) -> None:
        first = f"unset {source}, which comes first, and " if in_variable else ""
        super().__init__(
            f"The session{f' from {source}' if source else ''} is not logged in at Strava: it has"
            " ended, or is an anonymous one, which every visitor has. Log in at"
            " https://www.strava.com in your browser, wait half a minute or close the browser,"
            f" {'' if first else 'and '}{first}run 'stravacookies login' (in a clone 'make login')."
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


class ConnectionLostError(NetworkError):
    """A connection ended before there was an answer."""

    def __init__(self, host: str) -> None:
        super().__init__(host, "the connection was broken off")


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


class TileRefusedError(StravaError):
    """Strava does not open a tile for the cookies that came with it."""

    def __init__(self) -> None:
        super().__init__(
            "Strava refuses the heatmap's tiles to these cookies (403 Forbidden): run this again"
            " with --refresh, which asks for new ones."
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
            f"There is no JOSM preferences directory (looked for: {places}). Start JOSM once, which"
            " makes it, or give its path to --josm-dir."
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


class ConfigError(StravacookiesError):
    """The user's own defaults are not such."""

    exit_code = 2

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(_ended(f"{path} cannot be used: {why}"))


class TemplateError(StravacookiesError):
    """A user's own template cannot be rendered."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(_ended(f"{where}: {why}"))


class NoICloudError(StravacookiesError):
    """Cartograph has no folder in iCloud on this computer."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"There is no folder of Cartograph in iCloud here (looked for: {folder}). Only a Mac"
            " with iCloud Drive has one; leave --icloud out to write into another folder."
        )


class NotKeptError(StravacookiesError):
    """A session, or cookies, could not be kept for the next run."""

    def __init__(self, what: str, error: OSError) -> None:
        super().__init__(f"{what} could not be kept for the next run: {error.strerror or error}.")


class NotRemovedError(StravacookiesError):
    """Something that was kept could not be removed."""

    def __init__(self, left: Iterable[str]) -> None:
        super().__init__(
            f"Could not remove {' and '.join(left)}: is the keyring locked, or a file protected?"
        )


class JosmRunningError(StravacookiesError):
    """JOSM is running, and would undo a change of its preferences."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__(
            "JOSM is running, and would undo the change of its preferences when it next saves them:"
            " close JOSM and run this again. Nothing was changed."
        )


class RemoteControlError(StravacookiesError):
    """A JOSM that runs does not do what it is asked for."""

    exit_code = 6


class JosmNotRunningError(RemoteControlError):
    """There is no JOSM to ask."""

    def __init__(self) -> None:
        super().__init__("JOSM is not running: start it, and run this again.")


class JosmElsewhereError(RemoteControlError):
    """There is no JOSM on the directory, but one on another."""

    def __init__(self, directory: Path | None) -> None:
        where = str(directory) if directory else "where it usually is"
        super().__init__(
            f"JOSM is running, but its preferences directory is not {where}: give its path to"
            " --josm-dir."
        )


class RemoteControlOffError(RemoteControlError):
    """JOSM runs, and does not listen."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"JOSM is running, but nothing listens on port {port}: tick 'Enable remote control' in"
            " its Preferences > Remote Control."
        )


class PortTakenError(RemoteControlError):
    """Another program listens where JOSM should."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Another program listens on port {port}, where JOSM's remote control should: end it"
            " and start JOSM again, or set another port as 'remote.control.port' in JOSM's Advanced"
            " Preferences, and start JOSM again."
        )


class RemoteControlRefusedError(RemoteControlError):
    """JOSM, or its user, does not permit it."""

    def __init__(self) -> None:
        super().__init__(
            "JOSM does not permit it: tick 'Load imagery layers' in its Preferences > Remote"
            " Control or, if it asked you, say yes."
        )


class RemoteControlAnswerError(RemoteControlError):
    """JOSM answered something else than that it is done."""

    def __init__(self, what: str) -> None:
        super().__init__(f"JOSM's remote control answered {what}, which was not expected.")


class FileAccessError(JosmFilesError):
    """A file cannot be read or written, most often one of JOSM's."""

    def __init__(self, path: Path, doing: str, error: OSError) -> None:
        super().__init__(f"{path} could not be {doing}: {error.strerror or error}.")

"""A browser that runs on a profile folder of ours: how it is started, asked for cookies, and ended."""

import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from threading import current_thread, main_thread
from typing import NamedTuple

from stravacookies.credentials import firefox_windows
from stravacookies.credentials.browsers import read_browser
from stravacookies.credentials.devtools import PORT_FILE, DevTools, DevToolsError
from stravacookies.credentials.window_browsers import Program
from stravacookies.deadline import Deadline
from stravacookies.errors import NotLoggedInError
from stravacookies.files import locked, make_private_directory
from stravacookies.strava.session import Session, cookies_by_name

_START = 30.0
"""Seconds to wait until a browser has started."""

_END = 10.0
"""Seconds to wait until a browser that was asked to end has ended."""


class GoneError(Exception):
    """The browser has ended, or has no window any more."""


class Seen(NamedTuple):
    """The addresses of the pages that a browser shows, and its session of Strava."""

    pages: list[str]
    session: Session | None


class OwnBrowser(ABC):
    """A browser on a profile folder of ours. Its methods raise `GoneError` once it has ended."""

    def __init__(self, program: Program) -> None:
        self.name = program.browser.capitalize()
        self.path = program.path
        self.profile = program.profile

    @abstractmethod
    def prepare(self) -> None:
        """Write settings into the profile: nothing but this login is to be in it."""

    @abstractmethod
    def arguments(self, page: str | None) -> list[str]:
        """Return the arguments to show a page, or else to run hidden and open nothing."""

    @abstractmethod
    def has_started(self) -> bool:
        """Return whether it can be looked at."""

    @abstractmethod
    def look(self) -> Seen:
        """Look at its pages and its cookies."""

    def close(self) -> bool:
        """Ask it to end, and return whether there is a way to ask."""
        return False


class Chromium(OwnBrowser):
    """A browser of Chromium's family, which is asked over its debugging connection."""

    _tools: DevTools | None = None

    def prepare(self) -> None:
        """Turn its password manager off, and forget the port of the last run."""
        (self.profile / PORT_FILE).unlink(missing_ok=True)
        preferences = self.profile / "Default" / "Preferences"
        if not preferences.exists():
            preferences.parent.mkdir(mode=0o700, exist_ok=True)
            preferences.write_text(_CHROMIUM_PREFERENCES, encoding="utf-8")

    def arguments(self, page: str | None) -> list[str]:
        """Let it choose the port, and need no keyring, which would ask its owner."""
        always = (
            *(f"--user-data-dir={self.profile}", "--remote-debugging-port=0"),
            *("--no-first-run", "--no-default-browser-check", "--disable-background-mode"),
            *("--disable-extensions", "--disable-sync", "--password-store=basic"),
        )
        # A start without the last session loses its cookies; a blank page opens none of its pages.
        hidden = ("--headless", "--restore-last-session", "about:blank")
        return [*always, *((page,) if page else hidden)]

    def has_started(self) -> bool:
        """Connect to it."""
        with suppress(FileNotFoundError):
            self._tools = DevTools(self.profile)
        return self._tools is not None

    def look(self) -> Seen:
        """Ask it."""
        try:
            if not self._tools:
                raise GoneError
            pages, cookies = self._tools.pages(), self._tools.cookies()
        except DevToolsError:
            raise GoneError from None
        if not pages:  # on a Mac, a browser goes on without windows
            raise GoneError
        return Seen(pages, _session(cookies_by_name(cookies)))

    def close(self) -> bool:
        """Ask it to end, so that it saves its cookies."""
        if not self._tools:
            return False
        with suppress(DevToolsError):
            self._tools.close_browser()
        self._tools.close()
        return True


class Firefox(OwnBrowser):
    """Firefox, whose files are read: over its debugging connection, pages would see a robot."""

    def prepare(self) -> None:
        """Write its settings, and forget the windows of the last run."""
        for path in firefox_windows.files(self.profile):
            path.unlink()
        lines = [f'user_pref("{name}", {value});\n' for name, value in _FIREFOX_SETTINGS.items()]
        (self.profile / "user.js").write_text("".join(lines), encoding="utf-8")

    def arguments(self, page: str | None) -> list[str]:
        """Show a page; it need not run to be looked at."""
        return ["--new-instance", "--profile", str(self.profile), *([page] if page else [])]

    def has_started(self) -> bool:
        """Return whether it has written what windows it has."""
        return bool(firefox_windows.files(self.profile))

    def look(self) -> Seen:
        """Read its files, which are never older than a second."""
        values: dict[str, str] = {}
        with suppress(NotLoggedInError):
            values = read_browser("firefox", str(self.profile), {})
        pages: list[str] = []
        for file in firefox_windows.files(self.profile)[:1]:
            with suppress(ValueError, OSError):  # it is just being written
                windows = firefox_windows.read(file)
                pages = windows.pages
                values |= cookies_by_name(windows.cookies)
        return Seen(pages, _session(values))


_CHROMIUM_PREFERENCES = """
{"credentials_enable_service": false, "profile": {"password_manager_enabled": false}}
"""
_FIREFOX_SETTINGS = {
    "app.normandy.enabled": "false",
    "browser.aboutwelcome.enabled": "false",
    "browser.sessionstore.interval": "1000",  # milliseconds
    "browser.shell.checkDefaultBrowser": "false",
    "browser.startup.page": "3",  # restore windows, and so keep session cookies
    "datareporting.policy.dataSubmissionEnabled": "false",
    "identity.fxaccounts.enabled": "false",
    "signon.rememberSignons": "false",
    "xpinstall.enabled": "false",
}


def own_browser(program: Program) -> OwnBrowser:
    """Return the browser that a program starts."""
    return Firefox(program) if program.browser == "firefox" else Chromium(program)


@contextmanager
def running(browser: OwnBrowser, environ: Mapping[str, str], page: str | None) -> Iterator[None]:
    """Run a browser during a `with` block. Its profile is locked meanwhile.

    Args:
        browser: The browser.
        environ: Its environment variables, which must hold no secret.
        page: The page to show in a window; without one, it runs hidden.

    Raises:
        NotLoggedInError: It cannot be started, or it runs already.
    """
    with _locked_profile(browser), _signals_as_exits():
        process = _start(browser, environ, page)
        try:
            _wait_for_start(browser, process)
            yield
        finally:
            _end(browser, process)


@contextmanager
def _locked_profile(browser: OwnBrowser) -> Iterator[None]:
    profile = browser.profile
    with ExitStack() as stack:
        try:
            make_private_directory(profile)
            stack.enter_context(locked([profile / "lock"], patience=0))
            if os.name == "posix" and profile.stat().st_mode & 0o077:
                raise _cannot_start(browser, f"others can enter {profile}; remove it")
        except TimeoutError:
            raise NotLoggedInError(
                f"Another run of stravacookies has a window of {browser.name} open: log in there,"
                " or close it."
            ) from None
        except OSError as error:
            raise _cannot_start(browser, f"{profile}: {error.strerror or error}") from None
        yield


@contextmanager
def _signals_as_exits() -> Iterator[None]:
    """Let signals that would kill this program end it, so that no browser is left behind."""

    def leave(number: int, _: object) -> None:
        sys.exit(128 + number)

    names = ("SIGTERM", "SIGHUP") if current_thread() is main_thread() else ()
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {each: signal.getsignal(each) for each in numbers}
    for number in numbers:
        if before[number] is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, leave)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, before[number])


def _start(
    browser: OwnBrowser, environ: Mapping[str, str], page: str | None
) -> "subprocess.Popen[bytes]":
    try:
        browser.prepare()
        return subprocess.Popen(
            [browser.path, *browser.arguments(page)],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C reaches only this program, which then ends it
        )
    except OSError as error:
        raise _cannot_start(browser, error.strerror or str(error)) from None


def _wait_for_start(browser: OwnBrowser, process: "subprocess.Popen[bytes]") -> None:
    deadline = Deadline(_START)
    try:
        while not browser.has_started():
            if process.poll() is not None:
                why = "it ended at once; if a window of it is still open, close that"
                raise _cannot_start(browser, why)
            if not deadline.left:
                raise _cannot_start(browser, f"nothing happened for {_START:g} seconds")
            time.sleep(0.1)
    except DevToolsError as error:
        raise _cannot_start(browser, f"it does not answer: {error}") from None


def _end(browser: OwnBrowser, process: "subprocess.Popen[bytes]") -> None:
    """End a browser, by force if it does not end by itself."""
    if not browser.close():
        process.terminate()
    try:
        process.wait(_END)
    except subprocess.TimeoutExpired:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)  # with the processes that it has started
        process.kill()
        process.wait()


def _cannot_start(browser: OwnBrowser, why: str) -> NotLoggedInError:
    return NotLoggedInError(f"{browser.name} could not be started ({why}).")


def _session(values: Mapping[str, str]) -> Session | None:
    with suppress(NotLoggedInError):
        return Session.from_cookies(values)
    return None

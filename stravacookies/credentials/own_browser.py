"""Browsers that run on a profile folder of ours: their settings, pages and session."""

import json
import os
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import NamedTuple

from stravacookies.credentials import firefox_windows
from stravacookies.credentials.browser_folders import display_name
from stravacookies.credentials.browsers import read_store
from stravacookies.credentials.devtools import PORT_FILE, DevTools
from stravacookies.credentials.window_browsers import Program
from stravacookies.errors import NotLoggedInError
from stravacookies.strava.session import Session, cookies_by_name, usable_session


class Seen(NamedTuple):
    """The addresses of the pages that a browser shows, and its session of Strava."""

    pages: list[str]
    session: Session | None


class OwnBrowser(ABC):
    """A browser on a profile folder of ours.

    Attributes:
        process: Its process, once it has been started.
    """

    process: "subprocess.Popen[bytes] | None" = None

    def __init__(self, program: Program) -> None:
        self.name = display_name(program.browser)
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
        """Return whether it can be looked at, or raise a `ConnectionError`."""

    @abstractmethod
    def look(self) -> Seen | None:
        """Look at its pages and its cookies, unless it has ended, or has no window any more."""

    def ask_to_end(self) -> None:
        """Ask it to end."""
        self.signal(signal.SIGTERM)

    def signal(self, number: int) -> None:
        """Send a signal to its process, and to the processes that this has started."""
        if not self.process:
            return
        if sys.platform == "win32":  # it ends the others, too
            self.process.kill()
        else:
            with suppress(OSError):  # there are none any more
                os.killpg(self.process.pid, number)


class Chromium(OwnBrowser):
    """A browser of Chromium's family, which is asked over its debugging connection."""

    _tools: DevTools | None = None

    def prepare(self) -> None:
        """Keep it from offering to keep passwords, to translate, or to log in to the browser."""
        (self.profile / PORT_FILE).unlink(missing_ok=True)  # of the last run
        preferences = self.profile / "Default" / "Preferences"
        if not preferences.exists():
            preferences.parent.mkdir(mode=0o700, exist_ok=True)
            preferences.write_text(json.dumps(_CHROMIUM), encoding="utf-8")

    def arguments(self, page: str | None) -> list[str]:
        """Let it choose the port, and need no keyring, which would ask its owner."""
        always = (
            *(f"--user-data-dir={self.profile}", "--remote-debugging-port=0"),
            *("--password-store=basic", "--use-mock-keychain"),
            *("--no-first-run", "--no-default-browser-check", "--hide-crash-restore-bubble"),
            *("--disable-search-engine-choice-screen", "--disable-extensions", "--disable-sync"),
            *("--disable-background-networking", "--disable-component-update"),
        )
        # A start without the last session loses its cookies; a blank page opens none of its pages.
        hidden = ("--headless", "--restore-last-session", "about:blank")
        return [*always, *((page,) if page else hidden)]

    def has_started(self) -> bool:
        """Connect to it, and return whether it has a window."""
        with suppress(FileNotFoundError, PermissionError):  # Windows: while it is written
            self._tools = self._tools or DevTools(self.profile)
            return bool(self._tools.pages())
        return False

    def look(self) -> Seen | None:
        """Ask it over the connection. On a Mac, it keeps running after its windows are closed."""
        with suppress(ConnectionError):
            if self._tools and (pages := self._tools.pages()):
                return Seen(pages, usable_session(cookies_by_name(self._tools.cookies())))
        return None

    def ask_to_end(self) -> None:
        """Ask it over the connection: at a signal, a hidden one would lose its cookies."""
        tools, self._tools = self._tools, None
        with suppress(ConnectionError):
            if tools:
                return tools.close_browser()
        return super().ask_to_end()


class Firefox(OwnBrowser):
    """Firefox, whose files are read: over its debugging connection, pages would see a robot."""

    def prepare(self) -> None:
        """Write its settings, and forget the windows of the last run."""
        firefox_windows.remove(self.profile)
        lines = [f'user_pref("{name}", {json.dumps(value)});\n' for name, value in _FIREFOX.items()]
        (self.profile / "user.js").write_text("".join(lines), encoding="utf-8")

    def arguments(self, page: str | None) -> list[str]:
        """Show a page; it need not run to be looked at."""
        # On Windows, the first process would end at once: https://wiki.mozilla.org/Platform/Integration/InjectEject/Launcher_Process
        always = ("--wait-for-browser", "--new-instance", "--allow-downgrade")
        return [*always, "--profile", str(self.profile), *([page] if page else [])]

    def has_started(self) -> bool:
        """Return whether it has written what windows it has."""
        return bool(firefox_windows.files(self.profile))

    def look(self) -> Seen | None:
        """Read its files, which it writes about two seconds after a change."""
        if self.process and self.process.poll() is not None:
            return None
        values: dict[str, str] = {}
        with suppress(NotLoggedInError):  # all cookies may be session cookies
            values = next(read_store(self.profile / "cookies.sqlite"))
        windows = firefox_windows.read(self.profile)
        return Seen(windows.pages, usable_session(values | cookies_by_name(windows.cookies)))


# Source: chrome/common/pref_names.h, https://source.chromium.org
_CHROMIUM = {
    "credentials_enable_service": False,
    "profile": {"password_manager_enabled": False},
    "signin": {"allowed_on_next_startup": False},
    "translate": {"enabled": False},
}
# Source: https://searchfox.org/mozilla-central/source/browser/app/profile/firefox.js
_FIREFOX = {
    # Restore windows, and so keep session cookies.
    "browser.startup.page": 3,
    # Milliseconds until a page tells of a change; Firefox writes it two seconds later.
    "browser.sessionstore.interval": 50,
    "browser.sessionstore.interval.idle": 50,
    # A window that was ended by force is no reason for questions.
    "browser.sessionstore.max_resumed_crashes": -1,
    "toolkit.startup.max_resumed_crashes": -1,
    # No first run: no questions, no pages but the login, no reports.
    "app.normandy.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.preonboarding.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.translations.automaticallyPopup": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "termsofuse.bypassNotification": True,
    # Nothing but the login: no passwords, account, or add-ons (those of the system have scope 8).
    "extensions.enabledScopes": 5,
    "identity.fxaccounts.enabled": False,
    "signon.rememberSignons": False,
    "xpinstall.enabled": False,
}


def own_browser(program: Program) -> OwnBrowser:
    """Return the browser that a program starts."""
    return Firefox(program) if program.browser == "firefox" else Chromium(program)

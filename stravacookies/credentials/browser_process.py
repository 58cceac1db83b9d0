"""The process of a browser on a profile folder of ours: how it is started, and how it is ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import current_thread, main_thread

from stravacookies.credentials import window_profile
from stravacookies.credentials.own_browser import OwnBrowser
from stravacookies.deadline import Deadline
from stravacookies.errors import TRY_AGAIN, NotLoggedInError
from stravacookies.files import make_private_directory
from stravacookies.locks import locked

START = 30.0
"""Seconds to wait until a browser has started."""

_END = 5.0
"""Seconds to wait until a browser that was asked to end has ended."""

_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has no SIGKILL

_running: list[OwnBrowser] = []
"""The browsers that run now."""


@contextmanager
def running(browser: OwnBrowser, page: str | None, patience: float = START) -> Iterator[None]:
    """Run a browser during a `with` block. Its profile is locked meanwhile.

    It gets the environment of this program, without variables of ours, which may hold secrets.

    Args:
        browser: The browser.
        page: The page to show in a window; without one, it runs hidden.
        patience: The seconds to wait until it has started.

    Raises:
        NotLoggedInError: It cannot be started, or it runs already.
    """
    with _locked_profile(browser), _signals_as_exits():
        _running.append(browser)
        try:
            _start(browser, page)
            _wait_for_start(browser, patience)
            yield
        finally:
            _end(browser)
            _running.remove(browser)


def end_all(patience: float = _END) -> None:
    """Wait for the browsers that other threads run, and after some seconds end them by force.

    Call it before the process ends, which would leave them behind.
    """
    deadline = Deadline(patience)
    while _running and deadline.left:
        time.sleep(0.05)
    for browser in _running.copy():
        browser.signal(_KILL)


@contextmanager
def _locked_profile(browser: OwnBrowser) -> Iterator[None]:
    profile = browser.profile
    with ExitStack() as stack:
        try:
            make_private_directory(profile)
            stack.enter_context(locked([profile / "lock"], patience=0))
            if sys.platform != "win32" and profile.stat().st_mode & 0o077:
                raise _cannot_start(browser, f"other users can open {profile}; remove it")
        except TimeoutError:
            raise NotLoggedInError(
                f"Another run of stravacookies has a {browser.name} window open: log in there, or"
                " close it."
            ) from None
        except OSError as error:
            raise _cannot_start(browser, f"{profile}: {error.strerror or error}") from None
        _refuse_leftover(browser)
        yield


def _refuse_leftover(browser: OwnBrowser) -> None:
    """Refuse a profile that a browser still uses whose stravacookies was killed."""
    deadline = Deadline(1)  # some may just be ending
    while number := next(window_profile.users(browser.profile), None):
        if not deadline.left:
            why = f"it is still open from an earlier run; close its window, or end process {number}"
            raise _cannot_start(browser, why)
        time.sleep(0.05)


@contextmanager
def _signals_as_exits() -> Iterator[None]:
    """Let signals that would kill this program end it, so that no browser is left behind."""

    def leave(number: int, _: object) -> None:
        sys.exit(128 + number)

    names = ("SIGTERM", "SIGHUP") if current_thread() is main_thread() else ()
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {each: signal.getsignal(each) for each in numbers}
    try:
        for number in numbers:
            if before[number] is not signal.SIG_IGN:  # as under nohup
                signal.signal(number, leave)
        yield
    finally:
        for number in numbers:
            signal.signal(number, before[number])


def _start(browser: OwnBrowser, page: str | None) -> None:
    environ = {each: os.environ[each] for each in os.environ if not each.startswith("STRAVA")}
    try:
        browser.prepare()
        browser.process = subprocess.Popen(
            [browser.path, *browser.arguments(page)],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C reaches only this program, which then ends it
        )
    except OSError as error:
        raise _cannot_start(browser, error.strerror or str(error)) from None


def _wait_for_start(browser: OwnBrowser, patience: float) -> None:
    deadline = Deadline(patience)
    try:
        while not browser.has_started():
            if browser.process and browser.process.poll() is not None:
                raise _cannot_start(browser, "it ended at once")
            if not deadline.left:
                raise _cannot_start(browser, f"nothing happened for {patience:g} seconds")
            time.sleep(0.1)
    except ConnectionError as error:
        raise _cannot_start(browser, f"it does not speak DevTools: {error}") from None


def _end(browser: OwnBrowser) -> None:
    """End a browser and what it has started, by force if it does not end by itself."""
    if not browser.process:
        return
    try:
        browser.ask_to_end()
        browser.process.wait(_END)
    except subprocess.TimeoutExpired:
        pass
    finally:
        browser.signal(_KILL)
        browser.process.wait()
        browser.process = None


def _cannot_start(browser: OwnBrowser, why: str) -> NotLoggedInError:
    return NotLoggedInError(f"{browser.name} could not be started ({why}).", TRY_AGAIN)

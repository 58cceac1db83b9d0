"""Runs real browsers, headless, that log in at the stand-in, for tests that read their cookies."""

import os
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.command import missing
from tests.standin.server import StandIn

LOGIN = "https://www.strava.com/login/now"
"""The stand-in's page on which a browser logs in by itself."""


def missing_parts() -> str | None:
    """Return a sentence on how to install what is missing, or None."""
    programs = {"firefox-esr": "firefox-esr", "chromium": "chromium", "libnss3-tools": "certutil"}
    found = {package: shutil.which(program) for package, program in programs.items()}
    return missing("Reading browsers", found)


class Browser(ABC):
    """A browser that opens the stand-in's login. It runs within a `with` block.

    Args:
        home: The user's home directory.
        stand_in: The stand-in, which gets all of its requests.
    """

    name: str

    def __init__(self, home: Path, stand_in: StandIn) -> None:
        self.home = home
        self.stand_in = stand_in

    @abstractmethod
    def command(self) -> list[str]:
        """Prepare a profile, and return the command line that opens the login with it."""

    def __enter__(self) -> Self:
        """Start it."""
        self._process = subprocess.Popen(
            self.command(),
            env={"PATH": os.environ["PATH"], "HOME": str(self.home), "MOZ_HEADLESS": "1"},
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Close it as a user would, so that it saves its cookies."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def wait_until(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        """Wait until a condition holds; fail if it takes longer."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"{self.name}: {what}: not within {seconds:g} s"
            time.sleep(0.2)

    def wait_for_login(self) -> None:
        """Wait until it is logged in."""
        self.wait_until(
            lambda: any(request.path == "/dashboard" for request in self.stand_in.requests),
            "logs in",
            60,
        )


class Firefox(Browser):
    """Debian's Firefox ESR."""

    name = "firefox"

    def command(self) -> list[str]:
        """Make a profile that uses the stand-in's proxy and trusts its authority."""
        profile = self.home / ".mozilla" / "firefox" / "abcd.default-esr"
        profile.mkdir(parents=True)
        settings = {
            "network.proxy.type": "1",
            "network.proxy.http": '"127.0.0.1"',
            "network.proxy.http_port": str(self.stand_in.server_port),
            "network.proxy.ssl": '"127.0.0.1"',
            "network.proxy.ssl_port": str(self.stand_in.server_port),
            "browser.shell.checkDefaultBrowser": "false",
            "datareporting.policy.dataSubmissionEnabled": "false",
            "toolkit.telemetry.reportingpolicy.firstRun": "false",
            "app.update.enabled": "false",
            "browser.sessionstore.interval": "1000",  # milliseconds; usually 15 seconds
        }
        lines = [f'user_pref("{name}", {value});\n' for name, value in settings.items()]
        (profile / "user.js").write_text("".join(lines))
        for words in (
            ["-N", "--empty-password"],
            ["-A", "-n", "stand-in", "-t", "C,,", "-i", str(self.stand_in.ca)],
        ):
            command = ["certutil", "-d", f"sql:{profile}", *words]
            subprocess.run(command, check=True, capture_output=True, timeout=30)
        return ["firefox-esr", "--headless", "--no-remote", "--profile", str(profile), LOGIN]


class Chromium(Browser):
    """Debian's Chromium, with cookies that need no keyring."""

    name = "chromium"

    def command(self) -> list[str]:
        """Use the stand-in's proxy, and accept its certificates."""
        return [
            *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
            *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
            *("--disable-sync", "--password-store=basic", "--ignore-certificate-errors"),
            f"--user-data-dir={self.home / '.config' / 'chromium'}",
            f"--proxy-server=http://127.0.0.1:{self.stand_in.server_port}",
            "--remote-debugging-port=0",  # without it, Chromium ends once it has shown the page
            LOGIN,
        ]

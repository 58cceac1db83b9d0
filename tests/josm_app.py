"""Runs a real JOSM on its own virtual screen, for tests, and takes pictures of it.

Write a `preferences.xml` (see `preferences`) into an empty directory, then start `Josm` on it.
This module ends everything that it starts, and talks to 127.0.0.1 only.
"""

import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Self
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from PIL import Image, ImageChops

from tests import josm_jars, screen
from tests.josm_jars import JOSM_JAR

START_SECONDS = 90.0

OWN_IMAGERY: Mapping[str, str] = {
    "max-zoom": "19",
    "name": "My own orthophoto",
    "type": "tms",
    "url": "https://tiles.example.org/ortho/{zoom}/{x}/{y}.jpg",
    "customHttpHeaders": "{}",
}
"""An imagery entry that the user typed in, as JOSM saves it: it has no id."""


@contextmanager
def pretended(folder: Path, *words: str) -> Iterator[None]:
    """Run a process that looks like a JOSM to the system, and does nothing.

    Args:
        folder: Its working directory, which gets a copy of the shell under the name `java`.
        words: Java's arguments before `-jar`.
    """
    shutil.copy(shutil.which("sh") or "", folder / "java")
    command = [str(folder / "java"), "-c", "read line", *words, "-jar", "/opt/josm.jar"]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE):
        yield


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def preferences(
    *,
    remote_port: int,
    proxy_port: int | None = None,
    imagery_entries: Iterable[Mapping[str, str]] = (OWN_IMAGERY,),
    tags: Mapping[str, str] | None = None,
) -> str:
    """Return a `preferences.xml` as JOSM saves it, with remote control allowed.

    Args:
        remote_port: The port of the remote control.
        proxy_port: The port of a proxy on 127.0.0.1.
        imagery_entries: The entries in the user's Imagery menu.
        tags: Further preferences, or other values for those set here.
    """
    values = _settings(remote_port) | {"josm.version": "18646"}
    if proxy_port is not None:
        values |= {
            "proxy.policy": "use-http-proxy",
            "proxy.http.host": "127.0.0.1",
            "proxy.http.port": str(proxy_port),
        }
    found = {key: _tag(key, value, "  ") for key, value in (values | dict(tags or {})).items()}
    maps = "".join(
        f"    <map>\n{''.join(_tag(*pair, '      ') for pair in entry.items())}    </map>\n"
        for entry in imagery_entries
    )
    if maps:
        found["imagery.entries"] = f"  <maps key='imagery.entries'>\n{maps}  </maps>\n"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<preferences xmlns='http://josm.openstreetmap.de/preferences-1.0' version='18646'>\n"
        f"{''.join(found[key] for key in sorted(found))}</preferences>\n"
    )


class Josm:
    """A JOSM on a virtual screen of its own. It runs within a `with` block.

    Its logs are in a directory beside `home`, with "-run" added to the name.

    Args:
        home: The directory for preferences, data and cache.
        remote_port: The port of its remote control.
        trust_store: A Java trust store; by default Java's own.
        website: Let it use its own website. The preferences must then lead to a proxy of the test.
        jar: The program.
        through: A command that starts it, given its own command as further arguments.

    Attributes:
        remote_port: The port of its remote control.
        seconds: How long it took to start, until it answered.
    """

    def __init__(
        self,
        home: Path,
        *,
        remote_port: int,
        trust_store: Path | None = None,
        website: bool = False,
        jar: Path = JOSM_JAR,
        through: Iterable[str] = (),
    ) -> None:
        self.remote_port = remote_port
        self.seconds = 0.0
        # Not in `home`, so that a test can look at everything in there.
        home = home.resolve()
        self._run = home.with_name(home.name + "-run")
        self._log_file = self._run / "josm.log"
        self._started: list[subprocess.Popen[bytes]] = []
        self._env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._run),
            "LC_ALL": "C.UTF-8",
        }
        # Java takes the home directory from the password file, not from HOME.
        options = [f"-Duser.home={self._run}", f"-Djosm.home={home}"]
        if trust_store:
            options += josm_jars.trust(trust_store)
        self._command = [
            *through,
            *josm_jars.command(jar, *options),
            *("--skip-plugins", "--language=en"),
            f"--offline={'osm_api' if website else 'osm_api,josm_website'}",
            # No window manager runs here that could maximise the window.
            f"--geometry={screen.SIZE[0]}x{screen.SIZE[1]}+0+0",
            # Set here too, so that JOSM can start without preferences.
            *(f"--set={key}={value}" for key, value in _settings(remote_port).items()),
        ]

    def __enter__(self) -> Self:
        """Start the screen and JOSM, and wait until JOSM answers."""
        try:
            self._run.mkdir(parents=True, exist_ok=True)
            process, self._env["DISPLAY"] = screen.start(self._run / "xvfb.log")
            self._started.append(process)
            self._start_josm()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End JOSM and its screen."""
        while self._started:
            process = self._started.pop()
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()

    @property
    def log(self) -> str:
        """What JOSM has printed since this start."""
        return self._log_file.read_text("utf-8", "replace")

    def open_imagery(self, entry_id: str) -> None:
        """Open an imagery entry, of the user's menu or of an entry set."""
        with self.opening(f"the layer {entry_id} opens"):
            self._ask("/imagery", id=entry_id)

    @contextmanager
    def opening(self, what: str) -> Iterator[None]:
        """Wait at the end of a `with` block until a layer is open that was requested in it.

        JOSM answers before the layer is open, and ignores a zoom in between.
        """

        def opened() -> int:
            signs = "Allocate for tile source layer", "Imagery layer already exists"
            return sum(self.log.count(sign) for sign in signs)

        before = opened()
        yield
        self.wait_for(lambda: opened() > before, what, 30)

    def zoom(self, *, left: float, right: float, top: float, bottom: float) -> None:
        """Show a part of the world, if a layer is open."""
        self._ask("/zoom", left=left, right=right, top=top, bottom=bottom)

    def wait_for(
        self, condition: Callable[[], bool], what: str, seconds: float, pause: float = 0.2
    ) -> None:
        """Wait until a condition holds; if it takes longer, fail with the end of JOSM's log."""
        end = time.monotonic() + seconds
        while not condition():
            gone = [process for process in self._started if process.poll() is not None]
            if gone or time.monotonic() > end:
                why = f"{gone[0].args!r} has ended" if gone else f"not within {seconds:g} s"
                picture = self._run / "failed.png"
                with suppress(OSError):
                    self._grab().save(picture)
                tail = "\n".join(self.log.splitlines()[-40:])
                raise AssertionError(f"{what}: {why}, see {picture}. JOSM's log ends:\n{tail}")
            time.sleep(pause)

    def picture(self) -> Image.Image:
        """Return a picture of the screen, once it no longer changes."""
        last = [self._grab()]

        def rests() -> bool:
            time.sleep(0.5)
            last.append(self._grab())
            return _same(last[-2], last[-1])

        self.wait_for(rests, "the screen comes to rest", 20)
        return last[-1]

    def press(self, *keys: str) -> None:
        """Press keys one after the other, by xdotool's names: "alt+i", "Down", "Escape"."""
        screen.xdotool(self._env, "key", "--delay", "100", *keys)

    def click(self, x: int, y: int) -> None:
        """Click on a pixel of the screen, and wait until something changes."""
        before = self.picture()
        self._point(x, y, "click", "1")
        self.wait_for(lambda: not _same(before, self._grab()), f"a click on {x}, {y}", 10)

    def drag(self, x: int, y: int, to_x: int) -> None:
        """Drag what is at a pixel of the screen to the left or right."""
        # Java sees no drag if the pointer is there at once.
        slowly = ("sleep", "0.2", "mousemove")
        moves = (*slowly, str((x + to_x) // 2), str(y), *slowly, str(to_x), str(y))
        self._point(x, y, "mousedown", "1", *moves, "sleep", "0.2", "mouseup", "1")

    def type(self, text: str) -> None:
        """Type into the window."""
        screen.xdotool(self._env, "type", text)

    def fill_screen(self, title: str) -> None:
        """Wait for a window, and let it fill the screen."""
        search = ("search", "--sync", "--onlyvisible", "--name", f"^{title}$")
        screen.xdotool(self._env, *search, "windowmove", "0", "0")
        screen.xdotool(self._env, *search, "windowsize", *map(str, screen.SIZE))

    def open_imagery_menu(self) -> None:
        """Open the Imagery menu. `press("Escape")` closes it."""
        before = self.picture()
        self.press("alt+i")
        self.wait_for(lambda: not _same(before, self._grab()), "the Imagery menu opens", 10)

    def _point(self, x: int, y: int, *acts: str) -> None:
        screen.xdotool(self._env, "mousemove", str(x), str(y), *acts)
        screen.hide_pointer(self._env)

    def _grab(self) -> Image.Image:
        return screen.grab(self._env)

    def _ask(self, path: str, **query: str | float) -> str:
        to_josm = http.client.HTTPConnection("127.0.0.1", self.remote_port, timeout=30)
        with closing(to_josm) as connection:
            connection.request("GET", f"{path}?{urlencode(query)}".rstrip("?"))
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        if answer.status != 200:
            reason = re.search("<p>(.*?)</p>", text, re.S)
            raise AssertionError(f"{path}: {answer.status} {reason[1] if reason else text}")
        return text

    def _answers(self) -> bool:
        # JOSM listens before it knows its own requests, and answers with an error until then.
        with suppress(OSError, http.client.HTTPException, AssertionError):
            return '"JOSM RemoteControl"' in self._ask("/version")
        return False

    def _start_josm(self) -> None:
        start = time.perf_counter()
        with self._log_file.open("wb") as log:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._env,
                cwd=self._run,
            )
        self._started.append(process)
        self.wait_for(self._answers, "JOSM starts", START_SECONDS, pause=0.02)
        self.seconds = time.perf_counter() - start


def _settings(remote_port: int) -> dict[str, str]:
    return {
        "remotecontrol.enabled": "true",
        "remote.control.port": str(remote_port),
        "help.displaymotd": "false",
    }


def _tag(key: str, value: str, indent: str) -> str:
    named = {"'": "&apos;", '"': "&quot;"}
    return f"{indent}<tag key='{escape(key, named)}' value='{escape(value, named)}'/>\n"


def _same(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox() is None

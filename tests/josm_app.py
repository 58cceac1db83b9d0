"""Runs a real JOSM on a virtual screen of its own, for tests, and takes pictures of it.

Write a `preferences.xml` (see `preferences`) into an empty directory, then start `Josm` on it.
Whatever this module starts it also ends, by process id, and it talks to 127.0.0.1 only.
"""

import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from PIL import Image, ImageChops, ImageGrab

JOSM_JAR = Path("/usr/share/josm/josm.jar")
START_SECONDS = 90.0
TRUST_STORE_PASSWORD = "changeit"  # keytool insists on one; the file holds nothing secret

OWN_IMAGERY: Mapping[str, str] = {
    "max-zoom": "19",
    "name": "My own orthophoto",
    "type": "tms",
    "url": "https://tiles.example.org/ortho/{zoom}/{x}/{y}.jpg",
    "customHttpHeaders": "{}",
}
"""An imagery entry as JOSM saves one that the user typed in: it has no id."""


def missing_parts() -> str | None:
    """None if all that is needed is installed, else one sentence that says how to install it."""
    here = {
        "josm": JOSM_JAR.is_file(),
        "default-jre": shutil.which("java") and shutil.which("keytool"),
        "xvfb": shutil.which("Xvfb"),
        "xdotool": shutil.which("xdotool"),
    }
    missing = " ".join(package for package, found in here.items() if not found)
    install = "apt-get install -y --no-install-recommends"
    return f"Running JOSM in a test needs: {install} {missing}" if missing else None


@contextmanager
def pretended(folder: Path, *words: str) -> Iterator[None]:
    """Run what the system shows as a JOSM, started in a folder with words; it is no more than that.

    The folder gets a copy of the shell by the name of `java`, which waits.
    """
    shutil.copy(shutil.which("sh") or "", folder / "java")
    command = [str(folder / "java"), "-c", "read line", *words, "-jar", "/opt/josm.jar"]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE):
        yield


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def preferences(
    *,
    remote_port: int,
    proxy_port: int | None = None,
    imagery_entries: Iterable[Mapping[str, str]] = (OWN_IMAGERY,),
    lists: Mapping[str, Iterable[str]] | None = None,
    tags: Mapping[str, str] | None = None,
) -> str:
    """The text of a `preferences.xml` as JOSM saves it, for a user who allows remote control.

    `imagery_entries` are the entries in the user's Imagery menu; `lists` and `tags` are further
    preferences, and win over those set here.
    """
    values = {
        "remotecontrol.enabled": "true",
        "remote.control.port": str(remote_port),
        "help.displaymotd": "false",
        "josm.version": "18646",
    }
    if proxy_port is not None:
        values |= {
            "proxy.policy": "use-http-proxy",
            "proxy.http.host": "127.0.0.1",
            "proxy.http.port": str(proxy_port),
        }
    values |= tags or {}
    found: dict[str, list[str]] = {}
    for key, value in values.items():
        found[key] = [f"  <tag key={_quoted(key)} value={_quoted(value)}/>"]
    for key, entries in (lists or {}).items():
        inner = [f"    <entry value={_quoted(entry)}/>" for entry in entries]
        found[key] = [f"  <list key={_quoted(key)}>", *inner, "  </list>"]
    maps = []
    for entry in imagery_entries:
        inner = [f"      <tag key={_quoted(k)} value={_quoted(v)}/>" for k, v in entry.items()]
        maps += ["    <map>", *inner, "    </map>"]
    if maps:
        found["imagery.entries"] = ["  <maps key='imagery.entries'>", *maps, "  </maps>"]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<preferences xmlns='http://josm.openstreetmap.de/preferences-1.0' version='18646'>",
        *(line for key in sorted(found) for line in found[key]),
        "</preferences>",
        "",
    ]
    return "\n".join(lines)


def trust_store(ca_pem: Path, folder: Path) -> Path:
    """Make, in `folder`, a Java trust store that holds the certificate authority `ca_pem`."""
    store = folder.resolve() / "trust.p12"
    store.unlink(missing_ok=True)
    where = ["-keystore", str(store), "-storetype", "PKCS12", "-storepass", TRUST_STORE_PASSWORD]
    subprocess.run(
        ["keytool", "-importcert", "-noprompt", "-alias", "test-ca", "-file", str(ca_pem), *where],
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    return store


class Josm:
    """A JOSM that runs on the preferences, data and cache in `home`, on its own virtual screen.

    JOSM listens on `remote_port`. It asks its own website for nothing unless `website` is true,
    which is only for preferences that send it through a proxy of the test. Logs are in a directory
    beside `home`, named after it, with "-run" added.

    Attributes:
        remote_port: Where it listens.
        seconds: How long it took from its start to its first answer.
    """

    def __init__(
        self,
        home: Path,
        *,
        remote_port: int,
        trust_store: Path | None = None,
        website: bool = False,
        screen: tuple[int, int] = (1280, 800),
    ) -> None:
        """Take note of where and how; `with` starts it."""
        self._home = home.resolve()
        self.remote_port = remote_port
        self.seconds = 0.0
        self._trust_store = trust_store and trust_store.resolve()
        self._offline = "osm_api" if website else "osm_api,josm_website"
        self._screen = screen
        # Not in `home`, so that a test can look at everything in there.
        self._run = self._home.with_name(self._home.name + "-run")
        self._log_file = self._run / "josm.log"
        self._started: list[subprocess.Popen[bytes]] = []
        self._env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._run),
            "LC_ALL": "C.UTF-8",
        }

    def __enter__(self) -> Self:
        """Start the screen and JOSM, and wait until JOSM answers."""
        try:
            self._run.mkdir(parents=True, exist_ok=True)
            self._start_screen()
            self._start_josm()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End JOSM and its screen."""
        self._stop()

    @property
    def log(self) -> str:
        """What JOSM has printed since this start."""
        return self._log_file.read_text("utf-8", "replace") if self._log_file.exists() else ""

    def open_imagery(self, entry_id: str) -> None:
        """Open an imagery entry, whether it is in the user's menu or only in an entry set."""

        def opened() -> int:
            signs = "Allocate for tile source layer", "Imagery layer already exists"
            return sum(self.log.count(sign) for sign in signs)

        before = opened()
        self._ask("/imagery", {"id": entry_id})
        # JOSM says "OK" before the layer is there, and loses a zoom that comes in between.
        self.wait_for(lambda: opened() > before, f"the layer {entry_id} opens", 30)

    def zoom(self, *, left: float, right: float, top: float, bottom: float) -> None:
        """Show this part of the world; does nothing unless a layer is open."""
        edges = {"left": left, "right": right, "top": top, "bottom": bottom}
        self._ask("/zoom", {name: str(value) for name, value in edges.items()})

    def wait_for(
        self, condition: Callable[[], bool], what: str, seconds: float, pause: float = 0.2
    ) -> None:
        """Wait until `condition` holds; fail with `what` and JOSM's last words if it never does."""
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

    def screenshot(self, path: Path) -> None:
        """Save a PNG of the screen, once it has come to rest."""
        # 256 colours are enough for a screen, and a third of the size.
        self._grab_at_rest().quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as xdotool names them: "alt+i", "Down", "Escape"."""
        self._xdotool("key", "--delay", "100", *keys)

    def open_imagery_menu(self) -> None:
        """Open the Imagery menu, which must be closed; `press("Escape")` closes it again."""
        before = self._grab_at_rest()
        self.press("alt+i")
        self.wait_for(lambda: not _same(before, self._grab()), "the Imagery menu opens", 10)

    def _grab(self) -> Image.Image:
        return ImageGrab.grab(xdisplay=self._env["DISPLAY"])

    def _grab_at_rest(self) -> Image.Image:
        last = [self._grab()]

        def rests() -> bool:
            time.sleep(0.5)
            last.append(self._grab())
            return _same(last[-2], last[-1])

        self.wait_for(rests, "the screen comes to rest", 20)
        return last[-1]

    def _xdotool(self, *words: str) -> None:
        subprocess.run(
            ["xdotool", *words], env=self._env, check=True, capture_output=True, timeout=20
        )

    def _ask(self, path: str, query: Mapping[str, str]) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.remote_port, timeout=30)
        try:
            connection.request("GET", f"{path}?{urlencode(query)}" if query else path)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        if answer.status != 200:
            reason = re.search("<p>(.*?)</p>", text, re.S)
            raise AssertionError(f"{path}: {answer.status} {reason[1] if reason else text}")
        return text

    def _answers(self) -> bool:
        # It listens before it knows what it can be asked, and says so in between.
        with suppress(OSError, http.client.HTTPException, AssertionError):
            return '"JOSM RemoteControl"' in self._ask("/version", {})
        return False

    def _start_screen(self) -> None:
        width, height = self._screen
        with (self._run / "xvfb.log").open("wb") as log:
            screen = subprocess.Popen(
                ["Xvfb", "-displayfd", "1", "-screen", "0", f"{width}x{height}x24", "-noreset"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self._started.append(screen)
        assert screen.stdout
        number = screen.stdout.readline().decode().strip()
        assert number, "Xvfb did not start: " + (self._run / "xvfb.log").read_text()
        self._env["DISPLAY"] = f":{number}"
        # Out of the way: what lies under the pointer is drawn differently.
        self._xdotool("mousemove", str(width - 1), str(height - 1))

    def _start_josm(self) -> None:
        width, height = self._screen
        # Java takes the user's home from the password file, not from HOME.
        java = ["java", f"-Duser.home={self._run}", f"-Djosm.home={self._home}"]
        if self._trust_store:
            java += [
                f"-Djavax.net.ssl.trustStore={self._trust_store}",
                f"-Djavax.net.ssl.trustStorePassword={TRUST_STORE_PASSWORD}",
            ]
        # Set here too, so that any preferences will do, or none.
        settings = {
            "remotecontrol.enabled": "true",
            "remote.control.port": str(self.remote_port),
            "help.displaymotd": "false",
        }
        josm = ["--skip-plugins", f"--offline={self._offline}", "--language=en"]
        # No window manager runs here, so there is nothing that could maximise the window.
        josm += [f"--geometry={width}x{height}+0+0"]
        josm += [f"--set={key}={value}" for key, value in settings.items()]
        start = time.perf_counter()
        with self._log_file.open("wb") as log:
            self._started.append(
                subprocess.Popen(
                    [*java, "-jar", str(JOSM_JAR), *josm],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=self._env,
                    cwd=self._run,
                )
            )
        self.wait_for(self._answers, "JOSM starts", START_SECONDS, pause=0.02)
        self.seconds = time.perf_counter() - start

    def _stop(self) -> None:
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


def _quoted(value: str) -> str:
    named = {"'": "&apos;", '"': "&quot;", "\n": "&#xA;", "\r": "&#xD;", "\t": "&#x9;"}
    return f"'{escape(value, named)}'"


def _same(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox() is None

"""A user on whose computer everything is set up, and what can be wrong there."""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from stravacookies import cartograph
from stravacookies.credentials.store import CredentialStore
from stravacookies.heatmap import CLASSIC, CURRENT, Layer, local_host
from stravacookies.josm import entry_set, install
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.session import Session
from tests import josm_app
from tests.made_up import values

LAYERS = CURRENT.layers(["all"])
SESSION = "0123456789abcdef"
SIGNATURE = "c2ln-bmF0_dXJl~"
OTHER_SIGNATURE = "bmV3ZXI-bmV3ZXI_"
SECRETS = {SESSION, SIGNATURE, OTHER_SIGNATURE}


class User:
    """A user on whose computer everything is set up.

    Attributes:
        home: The home directory.
        josm: JOSM's preferences directory.
        state: Where session and cookies are kept.
    """

    def __init__(self, home: Path, josm: Path) -> None:
        self.home, self.josm = home, josm
        self.state = home / ".local" / "state" / "stravacookies"
        self.forget_layers()
        self.log_in()
        self.install()

    def log_in(self, hours: float = 24, signature: str = SIGNATURE) -> None:
        """Keep a session, and cookies that expire in some hours."""
        end = datetime.now(UTC) + timedelta(hours=hours)
        store = CredentialStore(self.state)
        store.keep_session(Session(SESSION), str(self.home / "cookies.json"))
        for host in (CURRENT, CLASSIC):
            cookies = values(end) | {"CloudFront-Signature": signature}
            store.keep_cookies(HeatmapCookies.from_values(cookies, host.cookies), host)

    def install(self, layers: tuple[Layer, ...] = LAYERS) -> None:
        """Write layers with the kept cookies for JOSM and Cartograph."""
        cookies = CredentialStore(self.state).cookies(layers[0].host)
        assert cookies
        sources = cartograph.map_sources(layers, cookies)
        files = {f"cartograph/{name}": content for name, content in sources.items()}
        files[entry_set.FILE] = entry_set.render(layers, [], cookies)
        install.write(self.josm, files, install.prepare(self.josm))

    def serve(self, port: int, hours: float = 24) -> None:
        """Write layers whose tiles come from a port, and keep cookies for some hours."""
        self.log_in(hours)
        layers = local_host(port).layers(["all"])
        files = {entry_set.FILE: entry_set.render(layers, [], None)}
        obsolete = cartograph.PATHS.values()
        install.write(self.josm, files, install.prepare(self.josm), obsolete)

    def forget_layers(self) -> None:
        """Write the preferences of a JOSM without our layers, and with its remote control off."""
        off = {"remotecontrol.enabled": "false"}
        text = josm_app.preferences(remote_port=8111, tags=off)
        (self.josm / "preferences.xml").write_text(text)

    def turn_on_remote_control(self, port: int) -> None:
        """Let JOSM's preferences say that it listens on a port."""
        path = self.josm / "preferences.xml"
        text = re.sub("(remotecontrol.enabled' value=')false", r"\1true", path.read_text())
        path.write_text(text.replace("'8111'", f"'{port}'"))

    def write(self, files: dict[str, str | None]) -> None:
        """Write files in JOSM's directory, or remove those without content."""
        for name, content in files.items():
            if content is None:
                (self.josm / name).unlink()
            else:
                (self.josm / name).write_text(content)


def nothing(user: User) -> None:
    """Leave only a JOSM that has run."""
    shutil.rmtree(user.state)
    shutil.rmtree(user.josm)
    user.josm.mkdir()
    user.forget_layers()


def older_cookies(user: User, hours: float) -> None:
    """Let JOSM have cookies that expire in some hours, and keep newer ones."""
    user.log_in(hours=hours)
    user.install()
    user.log_in(hours=24, signature=OTHER_SIGNATURE)


HOT, BLUE = "strava-heatmap-hot.onlinemap", "strava-heatmap-blue.onlinemap"
NO_COOKIES = f"<imagery><entry><id>{LAYERS[0].id}</id></entry></imagery>"

DAMAGES: dict[str, Callable[[User], object]] = {
    "nothing": nothing,
    "ready": lambda _: None,
    "second login": lambda user: older_cookies(user, hours=20),
    "no kept cookies": lambda user: (user.state / "cookies-today.json").unlink(),
    "cookies are due": lambda user: older_cookies(user, hours=5),
    "cookies have expired": lambda user: older_cookies(user, hours=-1),
    "no server": lambda user: user.serve(1),
    "no server, and expired": lambda user: user.serve(1, hours=-1),
    "classic host": lambda user: user.install(CLASSIC.layers(["ride"])),
    "layers are malformed": lambda user: user.write({entry_set.FILE: "<imagery>\n<entry>&secret;"}),
    "layers are gone": lambda user: user.write({entry_set.FILE: "<imagery/>"}),
    "layers without cookies": lambda user: user.write({entry_set.FILE: NO_COOKIES}),
    "map sources are damaged": lambda user: user.write(
        {f"cartograph/{HOT}": None, f"cartograph/{BLUE}": "{"}
    ),
    "map source has other cookies": lambda user: user.write({f"cartograph/{HOT}": "{}"}),
    "not registered": User.forget_layers,
    "no preferences": lambda user: user.write({"preferences.xml": None}),
    "preferences are cut short": lambda user: user.write({"preferences.xml": "<preferences"}),
    "no JOSM": lambda user: shutil.rmtree(user.josm),
}
"""Changes of what is on a user's computer."""

"""A real JOSM, started on what the program wrote, with the stand-in in Strava's place.

JOSM takes long to start: here it starts six times, and tests share one that runs. One of the six
is the JOSM of Debian's testing, the others are the one that is installed.
"""

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from lxml import etree

from stravacookies.heatmap import CURRENT, default_show
from stravacookies.josm import entry_set
from stravacookies.strava.cookies import HeatmapCookies
from tests import josm_app, josm_jars, made_up, page_app, screen
from tests.command import Outcome, environment_of, require, run_stravacookies
from tests.josm_app import OWN_IMAGERY, Josm
from tests.josm_jars import JOSM_JAR, NEWER_JAR
from tests.served import serving
from tests.standin.server import AERIAL_SITE, StandIn
from tests.standin.signing import Signer
from tests.standin.strava import DAY, Request, Strava

pytestmark = pytest.mark.josm

DATA = Path(__file__).parent.parent / "data"
TURIN = {"left": 7.60, "right": 7.70, "top": 45.10, "bottom": 45.05}
EAST_OF_TURIN = TURIN | {"left": 7.90, "right": 8.00}  # where JOSM has not kept tiles
WEST_OF_TURIN = TURIN | {"left": 5.60, "right": 5.70}
LAKE = {"left": 7.6161, "right": 7.6265, "top": 45.1562, "bottom": 45.1495}
FROM_DEFAULT_SITE = {
    "name": "Made-up Aerial Imagery",
    "id": "made-up-aerial",
    "type": "tms",
    "url": f"https://{AERIAL_SITE}/{{zoom}}/{{x}}/{{y}}.jpg",
}
"""An entry that the user took from JOSM's own list; JOSM drops it if that list is gone."""

SITES = "//*[@key='imagery.layers.sites']/*/@value"
MENU = "//*[@key='imagery.entries']/*/*[@key='name']/@value"
USERS = {OWN_IMAGERY["name"], FROM_DEFAULT_SITE["name"]}
OURS = {layer.name for layer in default_show(CURRENT.layers())}

PRINT_ENTRIES = """
import org.openstreetmap.josm.io.imagery.ImageryReader;
import org.openstreetmap.josm.spi.preferences.*;
class PrintEntries { public static void main(String[] files) throws Exception {
    Config.setPreferencesInstance(new MemoryPreferences());
    for (var entry : new ImageryReader(files[0]).parse()) System.out.println(entry);
}}"""


class Mapper:
    """A user with a JOSM, whose Strava is the stand-in. Closing `running` ends JOSM."""

    def __init__(self, folder: Path, stand_in: StandIn, running: ExitStack) -> None:
        self.stand_in, self.running = stand_in, running
        self.home, self.josm_home = folder / "home", folder / "josm"
        self.home.mkdir()
        self.josm_home.mkdir()
        self.preferences = self.josm_home / "preferences.xml"
        self.trust_store = josm_jars.trust_store(stand_in.ca, folder)

    def run(self, *arguments: str, code: int = 0) -> Outcome:
        """Run `stravacookies` with a session, and check its exit code."""
        session = {"STRAVA_SESSION": self.stand_in.strava.open_session()}
        outcome = run_stravacookies(
            *arguments,
            *("--josm-dir", self.josm_home),
            environment=environment_of(self.home, self.stand_in) | session,
            folder=self.home,
        )
        assert code == outcome.code, outcome
        return outcome

    def start(self, jar: Path = JOSM_JAR, through: Iterable[str] = ()) -> None:
        """Start a JOSM, on a port that its preferences name, and end the one before.

        Args:
            jar: The program.
            through: As for `Josm`.
        """
        self.running.close()
        port = josm_app.free_port()
        self.set_port(port)
        josm = Josm(
            self.josm_home,
            remote_port=port,
            trust_store=self.trust_store,
            website=True,
            jar=jar,
            through=through,
        )
        self.josm = self.running.enter_context(josm)

    def start_with_fresh_cookies(self) -> None:
        """Let `stravacookies josm` start a JOSM, with the session that an earlier run has kept."""
        environment = environment_of(self.home, self.stand_in)
        env = ("env", *(f"{name}={value}" for name, value in environment.items()))
        ours = (sys.executable, "-m", "stravacookies", "josm", "--josm-dir", str(self.josm_home))
        self.start(through=(*env, *ours, "--josm-command", "env", "--"))

    def set_port(self, port: int) -> None:
        """Set the port of the remote control in JOSM's preferences."""
        pattern, text = rb"(remote.control.port' value=')\d+", self.preferences.read_bytes()
        self.preferences.write_bytes(re.sub(pattern, b"\\g<1>%d" % port, text))

    def saved(self, path: str) -> set[str]:
        """Return the values at an XPath of JOSM's preferences, as they are on disk."""
        return set(etree.parse(self.preferences).xpath(path))

    def take_layers_into_use(self) -> None:
        """Let JOSM put our layers into its menu, unless an earlier test did, and end it."""
        self.running.close()
        if not OURS & self.saved(MENU):
            self.run("josm-prefs")
            self.start()
            self.running.close()

    def statuses(self, path: str) -> set[int]:
        """Return how JOSM's requests for tiles whose URL contains a path were answered."""
        pairs = self.stand_in.exchanges
        return {answer.status for request, answer in pairs if f"/{path}/" in request.path}

    def wait_for_tiles(self, path: str) -> list[Request]:
        """Wait until JOSM has such tiles, and return its requests; none may be forbidden."""
        self.josm.wait_for(lambda: 200 in self.statuses(path), f"JOSM has tiles of {path}", 30)
        assert {200} == self.statuses(path) - {404}
        return [request for request in self.stand_in.requests if f"/{path}/" in request.path]

    def press(self, button: str, status: str, activity: str) -> list[str]:
        """Press a button of the preview, wait for words, and return what the page requested."""
        self.run("preview", "--activity", activity)
        with page_app.opened(self.home / "strava-heatmap-preview.html") as shown:
            shown.press(button)
            shown.wait_for_status(status)
        return shown.asked

    def complaints(self) -> list[str]:
        """Return the lines of JOSM's log that say that something is wrong with imagery.

        The newer JOSM also complains about a map style of its own.
        """
        words = "SEVERE", "Drop old imagery", "alformed", "not valid"
        lines = (line for line in self.josm.log.splitlines() if "MapCSS" not in line)
        return [line for line in lines if any(map(line.count, words))]


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """Require everything that a real JOSM and the preview need."""
    require(josm_jars.missing_parts() or page_app.missing_parts())


@pytest.fixture(scope="module")
def mapper(installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapper]:
    """A user who has used JOSM before, with imagery of their own."""
    folder = tmp_path_factory.mktemp("mapper")
    with StandIn(Strava(), folder) as stand_in, ExitStack() as running:
        mapper = Mapper(folder, stand_in, running)
        port, imagery = stand_in.server_port, [OWN_IMAGERY, FROM_DEFAULT_SITE]
        text = josm_app.preferences(remote_port=1, proxy_port=port, imagery_entries=imagery)
        mapper.preferences.write_text(text)
        yield mapper


@pytest.fixture(params=[JOSM_JAR, NEWER_JAR], ids=["installed", "newer"])
def jar(request: pytest.FixtureRequest) -> Path:
    """The installed JOSM, then the newer one."""
    jar: Path = request.param
    require(josm_jars.missing_parts(jar))
    return jar


def test_schemas_are_josms(jar: Path) -> None:
    """The schemas that other tests check against are those of each JOSM."""
    with zipfile.ZipFile(jar) as archive:
        for name in ["maps.xsd", "preferences.xsd"]:
            assert archive.read(f"data/{name}") == (DATA / name).read_bytes()


def test_layers_are_found_by_mappers_words(tmp_path: Path) -> None:
    """JOSM's search finds layers by the words for what people do there.

    JOSM looks for each word, as a regular expression, in what an entry prints (FilterField.java).
    """
    cookies = HeatmapCookies.from_values(made_up.values())
    (tmp_path / "PrintEntries.java").write_text(PRINT_ENTRIES)
    (tmp_path / "set.xml").write_bytes(entry_set.render(CURRENT.layers(), (), cookies))
    command = ["java", "-cp", str(JOSM_JAR), "PrintEntries.java", "set.xml"]
    printed = subprocess.check_output(command, cwd=tmp_path, text=True, timeout=60).splitlines()

    for word, activities in {
        "hiking": "All on foot, Hike",
        "mtb": "MTB, E-MTB",
        "bicycle": "All rides, Ride, MTB, Gravel ride, E-bike ride, E-MTB, Velomobile",
        "ski": "All winter sports, Alpine ski, Backcountry ski, Nordic ski, Roller ski",
    }.items():
        found = [line for line in printed if re.search(word, line, re.IGNORECASE)]
        assert set(activities.split(", ")) == {line.partition(",")[0] for line in found}


@pytest.fixture(scope="module")
def registered(mapper: Mapper) -> Mapper:
    """A mapper for whom `stravacookies josm` has repaired the layers, and started JOSM."""
    mapper.run("josm-prefs")
    (mapper.josm_home / "strava-heatmap.xml").write_text("<imagery/>")
    mapper.start_with_fresh_cookies()
    return mapper


def test_josm_shows_the_heatmap(registered: Mapper) -> None:
    """Layers get their tiles, whether they are in the menu or not."""
    josm = registered.josm
    josm.open_imagery("strava-heatmap-all-hot")
    josm.zoom(**TURIN)
    josm.wait_for(lambda: 200 in registered.statuses("hot/13/4270"), "JOSM shows Turin", 30)
    requests = registered.wait_for_tiles("globalheat/all/hot")
    josm.open_imagery("strava-heatmap-sport_TrailRun-blue")
    registered.wait_for_tiles("sport_TrailRun/blue")

    assert {CURRENT.cookies} == {tuple(request.cookies) for request in requests}
    assert "?v=19" in requests[0].url
    assert [] == registered.complaints()


def test_picture_of_heat(registered: Mapper, pictures: Path) -> None:
    """Heat lies on the aerial imagery that was opened before it, below the Imagery menu."""
    josm = registered.josm
    josm.open_imagery("made-up-aerial")
    josm.zoom(**LAKE)
    josm.open_imagery("strava-heatmap-all-hot")
    registered.wait_for_tiles("globalheat/all/hot")
    josm.click(1178, 186)  # the eye below the list of layers
    josm.drag(1252, 264, 1219)  # the opacity, from 100 to 80 %
    josm.press("Escape")
    ground = josm.picture().crop((39, 130, 944, 750)).convert("HSV")
    josm.open_imagery_menu()
    screen.save(josm.picture(), pictures / "josm-imagery-menu.png")
    josm.press("Escape")

    hues, strengths, lights = (band.tobytes() for band in ground.split())
    hot = sum(hue < 30 and strength > 150 for hue, strength in zip(hues, strengths, strict=True))
    green = sum(40 <= hue < 90 for hue in hues)
    size = ground.width * ground.height
    assert 0.05 < hot / size < 0.2
    assert green / size > 0.3
    assert sum(light < 20 for light in lights) / size < 0.01  # what has no tile yet


def test_picture_of_preferences(registered: Mapper, pictures: Path) -> None:
    """JOSM's search leaves the layers with all words, whose names can be told apart."""
    josm = registered.josm
    josm.open_imagery_menu()
    josm.press("Down", "Return")  # the first entry cannot be chosen
    josm.fill_screen("Preferences")
    josm.click(660, 130)
    josm.type("hike blue")
    josm.picture()
    josm.drag(523, 152, 700)  # the edge between the columns of names and URLs
    josm.click(400, 170)
    picture = josm.picture()
    josm.press("Escape")
    screen.save(picture.crop((230, 12, 868, 472)), pictures / "josm-imagery-preferences.png")

    ink = picture.convert("L").point([255 * (light < 100) for light in range(256)])
    names = [ink.crop((316, top, 690, top + 14)) for top in range(164, 228, 16)]
    assert 4 == len({name.tobytes() for name in names})
    assert [True, True, True, False] == [bool(name.getbbox()) for name in names]


def test_preview_opens_a_layer(registered: Mapper) -> None:
    """A button of the preview opens its layer."""
    name = "JOSM: All rides, purple"

    assert 1 == len(registered.press(f"Open in {name}", f"Opened in {name}", "ride"))
    registered.wait_for_tiles("ride/purple")


def test_refresh_works_while_josm_runs(registered: Mapper) -> None:
    """Since the layers are registered, JOSM does not stop a refresh, and `doctor` sees it."""
    refresh, doctor = registered.run("josm-prefs", "--refresh"), registered.run("doctor")

    assert ("", True) == (refresh.err, "A running JOSM gets the new cookies" in refresh.out)
    revision = josm_jars.revision(JOSM_JAR)
    assert f"✓ JOSM            version {revision}, running\n" in doctor.out
    assert f"JOSM answers on port {registered.josm.remote_port}\n" in doctor.out


def test_renewed_layers_get_tiles(registered: Mapper) -> None:
    """`live --renew` opens the layers of JOSM's menu with new cookies; no file of JOSM changes."""
    registered.stand_in.strava.signer = Signer()  # as if the cookies had expired
    registered.stand_in.exchanges.clear()
    before = registered.preferences.read_bytes()
    outcome = registered.run("live", "--renew")
    registered.josm.zoom(**WEST_OF_TURIN)
    renewed = "JOSM requests tiles of the layer in the menu with the new cookies"
    registered.josm.wait_for(lambda: 200 in registered.statuses("winter/gray"), renewed, 30)

    assert OURS == set(re.findall("Opened in JOSM: (.*)", outcome.out))
    assert before == registered.preferences.read_bytes()


def test_removal_is_refused_while_josm_runs(registered: Mapper) -> None:
    """`remove` changes nothing, since JOSM would put back what is taken out."""
    before = registered.preferences.read_bytes()
    registered.run("remove", code=6)

    assert before == registered.preferences.read_bytes()


def test_new_cookies_reach_layers_in_use(mapper: Mapper, jar: Path) -> None:
    """The next day, the program changes its own file alone, and layers in use work again.

    The newer JOSM finds them in the menu of the installed one, as after an update.
    """
    # Only newer JOSMs send an entry's `custom-http-header` with tiles; all take `{header(…)}`.
    in_use, new = {
        JOSM_JAR: ("run-orange", "sport_Hike:blue"),
        NEWER_JAR: ("water-blue", "sport_Hike:hot"),
    }[jar]
    mapper.take_layers_into_use()
    before, menu = mapper.preferences.read_bytes(), mapper.saved(MENU)
    mapper.stand_in.strava.signer = Signer()  # the cookies of the day before open nothing
    mapper.run("josm-prefs", "--refresh", "--show", new)
    after = mapper.preferences.read_bytes()
    mapper.stand_in.exchanges.clear()
    mapper.start(jar)
    mapper.josm.open_imagery(f"strava-heatmap-{in_use}")
    mapper.josm.zoom(**TURIN)
    request = mapper.wait_for_tiles(in_use.replace("-", "/"))[0]
    mapper.running.close()

    layers = {layer.id: layer for layer in CURRENT.layers()}
    old, added = (layers[f"strava-heatmap-{each.replace(':', '-')}"] for each in (in_use, new))
    url = etree.parse(mapper.josm_home / "strava-heatmap.xml").findtext("{*}entry/{*}url")
    assert before == after
    assert USERS | OURS <= menu
    assert menu | {added.name} == mapper.saved(MENU)
    assert f"Update imagery '{old.name}'" in mapper.josm.log
    assert f"{{header(Cookie,{request.headers['cookie']})}}" in str(url)
    assert "?v=19" in request.url
    assert [] == mapper.complaints()


def test_layers_from_the_server(mapper: Mapper) -> None:
    """Through a change of cookies, JOSM gets each tile from the server; it finds the icons."""
    strava, port = mapper.stand_in.strava, josm_app.free_port()
    session = mapper.home / "session.json"
    session.write_text(json.dumps({"_strava4_session": strava.open_session()}))
    mapper.take_layers_into_use()
    mapper.run("josm-prefs", "--local", str(port))
    strava.lifetime = 60
    environment = environment_of(mapper.home, mapper.stand_in)
    mapper.stand_in.exchanges.clear()
    with serving(environment, "--from", session, port=port) as served:
        mapper.start()
        mapper.josm.open_imagery("strava-heatmap-run-orange")
        places = iter(range(7, 100))

        def cookies() -> set[str]:
            requests = [each for each in mapper.stand_in.requests if "run/orange" in each.path]
            return {request.cookies["CloudFront-Signature"] for request in requests}

        def has_new_cookies() -> bool:
            left = next(places) + 0.6
            mapper.josm.zoom(left=left, right=left + 0.1, top=45.10, bottom=45.05)
            return len(cookies()) > 1

        mapper.josm.wait_for(has_new_cookies, "tiles with new cookies", 90, pause=1.0)
        mapper.wait_for_tiles("run/orange")
        mapper.running.close()
        served.end()
    strava.lifetime = DAY

    assert "could not" not in served.said
    assert b"CloudFront" not in mapper.preferences.read_bytes()
    assert [] == mapper.complaints()


@pytest.fixture(scope="module")
def removed(mapper: Mapper) -> Mapper:
    """A mapper whose JOSM had our layers in use, and runs again after they were removed."""
    mapper.take_layers_into_use()
    mapper.run("remove")
    mapper.stand_in.exchanges.clear()
    mapper.start()
    return mapper


def test_removal_leaves_nothing_of_ours(removed: Mapper) -> None:
    """Files and registration are gone, and the user's imagery works."""
    removed.josm.open_imagery("made-up-aerial")

    assert b"strava-heatmap" not in removed.preferences.read_bytes()
    assert [] == list(removed.josm_home.glob("*strava*"))
    assert [] == removed.complaints()


def test_registration_is_refused_while_josm_runs(removed: Mapper) -> None:
    """`josm-prefs` changes nothing, since JOSM would forget a new registration."""
    before = removed.preferences.read_bytes()
    refused, status = removed.run("josm-prefs", code=6), removed.run("status", code=1)

    assert "close JOSM" in refused.err
    assert before == removed.preferences.read_bytes()
    assert [] == list(removed.josm_home.glob("*strava*"))
    assert "preferences do not list strava-heatmap.xml" in status.out
    assert f"version {josm_jars.revision(JOSM_JAR)}, running" in status.out


def test_preview_says_that_a_layer_is_unknown(removed: Mapper) -> None:
    """JOSM does not know layers that are not registered, and the page says what to do."""
    advice = "close JOSM, run 'stravacookies josm-prefs', and start JOSM again."
    status = f"JOSM does not know this layer yet: {advice}"
    removed.press("Open in JOSM: All on foot, purple", status, "run")


def test_live_opens_layers_with_new_cookies(removed: Mapper) -> None:
    """`live` needs no registration; with new cookies, it opens a layer once more."""
    with removed.josm.opening("the layer opens"):
        outcome = removed.run("live", "ride:purple")
    removed.josm.zoom(**TURIN)
    removed.wait_for_tiles("ride/purple")
    removed.stand_in.strava.signer = Signer()  # as if the cookies had expired
    removed.stand_in.exchanges.clear()
    with removed.josm.opening("the layer opens again"):
        again = removed.run("live", "ride:purple", "--refresh")
    removed.josm.zoom(**EAST_OF_TURIN)
    both = "JOSM requests tiles of the old layer and of the new one"
    removed.josm.wait_for(lambda: {200, 403} <= removed.statuses("ride/purple"), both, 30)

    assert "Opened in JOSM: All rides, purple – Strava" in outcome.out
    assert outcome == again


def test_classic_host(removed: Mapper) -> None:
    """Tiles of the classic host are requested from three servers, with the cookies in the URL."""
    removed.run("live", "--classic", "--refresh", "ride:hot")
    removed.josm.zoom(**TURIN)
    removed.wait_for_tiles("tiles-auth/ride/hot")

    def servers() -> set[str]:
        requests = removed.stand_in.requests
        return {each.host for each in requests if "/tiles-auth/ride/hot/" in each.path}

    removed.josm.wait_for(lambda: len(servers()) == 3, "JOSM requests tiles from 3 servers", 30)


def test_josm_saves_nothing_of_ours(removed: Mapper) -> None:
    """At its end, JOSM saves the user's own imagery alone, and no layer that `live` opened."""
    removed.running.close()
    text = removed.preferences.read_bytes()

    assert USERS == removed.saved(MENU)
    assert (0, 0) == (text.count(b"strava-heatmap"), text.count(b"CloudFront"))


@pytest.fixture(scope="module")
def newcomer(mapper: Mapper, tmp_path_factory: pytest.TempPathFactory) -> Mapper:
    """A mapper whose JOSM starts for the first time, with imagery by remote control forbidden."""
    newcomer = Mapper(tmp_path_factory.mktemp("newcomer"), mapper.stand_in, mapper.running)
    newcomer.run("josm-prefs")
    made = newcomer.preferences.read_text()
    settings = josm_app.preferences(
        remote_port=1,
        proxy_port=mapper.stand_in.server_port,
        imagery_entries=(),
        tags={"remotecontrol.permission.imagery": "false"},
    ).split("\n", 2)[2]
    newcomer.preferences.write_text(made.replace("</preferences>", settings))
    newcomer.start()
    return newcomer


def test_josm_does_not_permit_or_listen(newcomer: Mapper) -> None:
    """`live` and the preview name the setting of JOSM that they need."""
    advice = "JOSM does not permit it: tick 'Load imagery layers' in its Preferences > Remote"
    assert advice in newcomer.run("live", code=6).err
    newcomer.press("Open in JOSM: All, hot", f"{advice} Control.", "all")

    newcomer.set_port(1)
    advice = "nothing listens on port 1: tick 'Enable remote control'"
    assert advice in newcomer.run("live", code=6).err


def test_josm_uses_preferences_made_from_nothing(newcomer: Mapper) -> None:
    """JOSM takes the layers into its menu, and keeps its own list of imagery beside ours."""
    newcomer.running.close()

    own_file = f"{newcomer.josm_home}/strava-heatmap.xml"
    assert {"https://josm.openstreetmap.de/maps%<?ids=>", own_file} == newcomer.saved(SITES)
    assert OURS <= newcomer.saved(MENU)
    assert [] == newcomer.complaints()

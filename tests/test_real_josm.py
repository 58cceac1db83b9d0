"""A real JOSM, started on what `josm-prefs` wrote, with the stand-in in Strava's place."""

import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree

from stravacookies.heatmap import TODAY
from stravacookies.josm import remote
from tests import josm_app, page_app
from tests.command import Outcome, environment_of, run_stravacookies
from tests.conftest import require
from tests.josm_app import JOSM_JAR, Josm
from tests.standin.server import StandIn
from tests.standin.signing import Signer
from tests.standin.strava import Request, Response, Strava

pytestmark = pytest.mark.josm

DATA = Path(__file__).parent / "data"
TURIN = {"left": 7.60, "right": 7.70, "top": 45.10, "bottom": 45.05}
FROM_DEFAULT_SITE = {
    "name": "Made-up Aerial Imagery",
    "id": "made-up-aerial",
    "type": "tms",
    "url": "https://content-a.strava.com/made-up/{zoom}/{x}/{y}.png",
}
"""An entry that the user took from JOSM's own list; JOSM drops it if that is gone."""


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """All that a real JOSM needs; where it is not, CI fails and others are told."""
    require(josm_app.missing_parts() or page_app.missing_parts())


@dataclass(frozen=True)
class Mapper:
    """A user with a JOSM, whose Strava is the stand-in.

    Attributes:
        home: The home directory.
        josm_home: Where JOSM keeps all its files.
        stand_in: Strava.
        trust_store: What makes JOSM trust the stand-in.
    """

    home: Path
    josm_home: Path
    stand_in: StandIn
    trust_store: Path

    def run(self, *arguments: str | Path) -> Outcome:
        """Run `stravacookies` on JOSM's directory, with a session."""
        session = {"STRAVA_SESSION": self.stand_in.strava.open_session()}
        return run_stravacookies(
            *(*arguments, "--josm-dir", self.josm_home),
            environment=environment_of(self.home, self.stand_in) | session,
            folder=self.home,
        )

    def josm_prefs(self, *options: str) -> None:
        """Run `stravacookies josm-prefs --refresh`, which must succeed."""
        outcome = self.run("josm-prefs", "--refresh", *options)
        assert (0, "") == (outcome.code, outcome.err)

    def josm(self, *, in_preferences: bool = False) -> Josm:
        """A JOSM to be started, on a port that its preferences may name already."""
        port = josm_app.free_port()
        if in_preferences:
            path = self.josm_home / "preferences.xml"
            path.write_bytes(
                re.sub(rb"(remote.control.port' value=')\d+", b"\\g<1>%d" % port, path.read_bytes())
            )
        return Josm(self.josm_home, remote_port=port, trust_store=self.trust_store, website=True)

    def preferences(self) -> etree._ElementTree:
        """JOSM's preferences, as they are on disk now."""
        return etree.parse(self.josm_home / "preferences.xml")

    def tiles(
        self, layer: str, folder: str = "/identified/globalheat"
    ) -> list[tuple[Request, Response]]:
        """The tiles of a layer that JOSM asked for, with the answers."""
        folder = f"{folder}/{layer}/"
        return [pair for pair in self.stand_in.exchanges if pair[0].path.startswith(folder)]


@pytest.fixture
def mapper(tmp_path: Path) -> Iterator[Mapper]:
    """A user who has used JOSM before, with imagery of their own."""
    home, josm_home = tmp_path / "home", tmp_path / "josm"
    home.mkdir()
    josm_home.mkdir()
    with StandIn(Strava(), tmp_path) as stand_in:
        text = josm_app.preferences(
            remote_port=josm_app.free_port(),
            proxy_port=stand_in.server_port,
            imagery_entries=[josm_app.OWN_IMAGERY, FROM_DEFAULT_SITE],
        )
        (josm_home / "preferences.xml").write_text(text)
        yield Mapper(home, josm_home, stand_in, josm_app.trust_store(stand_in.ca, tmp_path))


def test_schemas_are_josms() -> None:
    """The schemas that other tests check against are those inside the JOSM that is installed."""
    with zipfile.ZipFile(JOSM_JAR) as jar:
        for name in ["maps.xsd", "preferences.xsd"]:
            assert jar.read(f"data/{name}") == (DATA / name).read_bytes()


def test_josm_shows_the_heatmap(mapper: Mapper, pictures: Path) -> None:
    """JOSM lists the entries, keeps the user's own, and its tiles are answered."""
    mapper.josm_prefs()
    with mapper.josm() as josm:
        josm.open_imagery("strava-heatmap-all-hot")
        josm.zoom(**TURIN)
        josm.wait_for(
            lambda: any("/13/4270/2945" in r.path for r, _ in mapper.tiles("all/hot")),
            "JOSM asks for tiles of Turin",
            30,
        )
        josm.open_imagery_menu()
        josm.screenshot(pictures / "josm-imagery-menu.png")
        josm.press("Escape")
        # An entry that is not in the menu can be opened too.
        josm.open_imagery("strava-heatmap-sport_TrailRun-blue")
        josm.wait_for(
            lambda: len(mapper.tiles("sport_TrailRun/blue")) > 8, "JOSM asks for its tiles", 30
        )
        log = josm.log

    asked = mapper.tiles("all/hot") + mapper.tiles("sport_TrailRun/blue")
    assert {TODAY.cookies} == {tuple(request.cookies) for request, _ in asked}
    assert {200} == {answer.status for _, answer in asked} - {404}
    assert "?v=19" in asked[0][0].url

    found = mapper.preferences()
    in_menu = found.xpath("//*[@key='imagery.entries']/*/*[@key='name']/@value")
    assert {
        "My own orthophoto",
        "Made-up Aerial Imagery",
        "Strava Heatmap: All Activities, hot",
        "Strava Heatmap: All Rides, purple",
        "Strava Heatmap: All on Foot, orange",
        "Strava Heatmap: All Water Sports, blue",
        "Strava Heatmap: All Winter Sports, gray",
    } <= set(in_menu)
    assert [] == [
        line
        for line in log.splitlines()
        if any(word in line for word in ("SEVERE", "Drop old imagery", "alformed", "not valid"))
    ]


def test_new_cookies_reach_layers_in_use(mapper: Mapper) -> None:
    """The day after, the command changes its own file alone, and JOSM's layers work again."""
    mapper.josm_prefs()
    with mapper.josm():
        pass
    before = (mapper.josm_home / "preferences.xml").read_bytes()
    mapper.josm_prefs()
    after = (mapper.josm_home / "preferences.xml").read_bytes()
    mapper.stand_in.exchanges.clear()
    with mapper.josm() as josm:
        josm.open_imagery("strava-heatmap-all-hot")
        josm.wait_for(lambda: bool(mapper.tiles("all/hot")), "JOSM asks for tiles", 30)
        log = josm.log

    url = etree.parse(mapper.josm_home / "strava-heatmap.xml").findtext("{*}entry/{*}url")
    request, answer = mapper.tiles("all/hot")[0]
    assert before == after
    assert "Update imagery 'Strava Heatmap: All Activities, hot'" in log
    assert f"{{header(Cookie,{request.headers['cookie']})}}" in str(url)
    assert 403 != answer.status


def test_josm_that_was_never_started(mapper: Mapper) -> None:
    """Preferences that this program made from nothing are taken by JOSM."""
    shutil.rmtree(mapper.josm_home)
    mapper.josm_home.mkdir()
    mapper.josm_prefs()
    port = josm_app.free_port()
    with Josm(mapper.josm_home, remote_port=port, trust_store=mapper.trust_store) as josm:
        josm.open_imagery("strava-heatmap-ride-purple")
        log = josm.log

    sites = mapper.preferences().xpath("//*[@key='imagery.layers.sites']/*/@value")
    assert [
        "https://josm.openstreetmap.de/maps%<?ids=>",
        f"{mapper.josm_home}/strava-heatmap.xml",
    ] == sites
    assert "alformed" not in log


def test_running_josm_is_not_written_under(mapper: Mapper) -> None:
    """While JOSM runs, nothing new is registered, since it would forget that; else all works."""
    before = (mapper.josm_home / "preferences.xml").read_bytes()
    with mapper.josm() as josm:
        refused = mapper.run("josm-prefs")
        status = mapper.run("status")
        answers = remote.answers(josm.remote_port)
        unchanged = (mapper.josm_home / "preferences.xml").read_bytes()
        files = [path.name for path in mapper.josm_home.glob("strava*")]
    mapper.josm_prefs()
    with mapper.josm():
        outcome = mapper.run("josm-prefs", "--refresh")

    assert (
        6,
        "stravacookies: JOSM is running, and would undo the change of its preferences when it next"
        " saves them: close JOSM and run this again. Nothing was changed.\n",
    ) == (refused.code, refused.err)
    assert answers
    assert b"strava-heatmap" not in before + unchanged
    assert [] == files
    assert "0 layers, not registered; JOSM is running\n" in status.out
    assert (0, "") == (outcome.code, outcome.err)
    assert "A JOSM that is open takes the new cookies when" in outcome.out


def test_doctor_sees_a_josm_that_runs(mapper: Mapper) -> None:
    """Of a JOSM that runs, its version is told, and that its remote control answers."""
    mapper.josm_prefs()
    port = int(mapper.preferences().xpath("string(//*[@key='remote.control.port']/@value)"))
    with Josm(mapper.josm_home, remote_port=port, trust_store=mapper.trust_store):
        outcome = mapper.run("doctor")

    assert (0, "") == (outcome.code, outcome.err), outcome.out
    assert "✓ JOSM            version 18646, running\n" in outcome.out
    assert f"✓ Remote control  JOSM answers on port {port}\n" in outcome.out


def test_removal_leaves_josm_as_it_was(mapper: Mapper) -> None:
    """After `remove`, a JOSM that had layers of ours in use has the user's own imagery alone."""
    mapper.josm_prefs()
    with mapper.josm() as josm:
        josm.open_imagery("strava-heatmap-all-hot")
        while_running = mapper.run("remove")
    assert b"strava" in (mapper.josm_home / "preferences.xml").read_bytes().lower()
    outcome = mapper.run("remove")
    removed = (mapper.josm_home / "preferences.xml").read_bytes()
    with mapper.josm() as josm:
        josm.open_imagery("made-up-aerial")
        log = josm.log

    found = mapper.preferences()
    assert 6 == while_running.code
    assert (0, "") == (outcome.code, outcome.err)
    assert b"strava-heatmap" not in removed
    assert b"strava-heatmap" not in (mapper.josm_home / "preferences.xml").read_bytes()
    assert ["Made-up Aerial Imagery", "My own orthophoto"] == sorted(
        found.xpath("//*[@key='imagery.entries']/*/*[@key='name']/@value")
    )
    assert [] == list(mapper.josm_home.glob("*strava*"))
    assert [] == [line for line in log.splitlines() if "Drop old" in line or "alformed" in line]


def test_classic_host(mapper: Mapper) -> None:
    """The tiles of the classic host are asked for with their query string, and answered."""
    mapper.josm_prefs("--classic")
    with mapper.josm() as josm:
        josm.open_imagery("strava-heatmap-ride-purple")
        josm.zoom(**TURIN)
        josm.wait_for(
            lambda: len(mapper.tiles("ride/purple", "/tiles-auth")) > 20, "JOSM asks for tiles", 30
        )

    asked = mapper.tiles("ride/purple", "/tiles-auth")
    assert {200} == {answer.status for _, answer in asked} - {404}
    assert 3 == len({request.host for request, _ in asked})


def test_layers_are_opened_in_a_josm_that_runs(mapper: Mapper) -> None:
    """`live` opens layers with new cookies each time, and saves nothing of them in preferences."""
    with mapper.josm(in_preferences=True) as josm:
        outcome = mapper.run("live", "ride:purple")
        josm.wait_for(lambda: josm.log.count("Allocate for tile source layer") == 1, "it opens", 30)
        josm.zoom(**TURIN)
        josm.wait_for(lambda: len(mapper.tiles("ride/purple")) > 20, "JOSM asks for tiles", 30)
        mapper.stand_in.strava.signer = Signer()  # as if the cookies had ended
        mapper.stand_in.exchanges.clear()
        again = mapper.run("live", "ride:purple", "--refresh")
        josm.wait_for(lambda: josm.log.count("Allocate for tile source layer") == 2, "it opens", 30)
        josm.zoom(left=7.90, right=8.00, top=45.10, bottom=45.05)
        josm.wait_for(
            lambda: {200, 403} <= {answer.status for _, answer in mapper.tiles("ride/purple")},
            "JOSM asks for the old layer and for the new one",
            30,
        )

    text = "Opened in JOSM: Strava Heatmap: All Rides, purple\n"
    assert [(0, text, "")] * 2 == [(one.code, one.out, one.err) for one in (outcome, again)]
    assert b"CloudFront" not in (mapper.josm_home / "preferences.xml").read_bytes()


def test_preview_opens_layers(mapper: Mapper) -> None:
    """A button of the preview opens its layer in JOSM; of one that JOSM has not, this is said."""
    mapper.josm_prefs("--activity", "ride")
    with mapper.josm(in_preferences=True) as josm:
        mapper.run("preview", "--activity", "ride", "--activity", "run", "--color", "purple")
        with page_app.opened(mapper.home / "strava-heatmap-preview.html") as shown:
            shown.press("Open in JOSM: All Rides, purple")
            shown.wait_for_status("Opened in JOSM: All Rides, purple")
            josm.wait_for(lambda: "Allocate for tile source layer" in josm.log, "it opens", 30)
            josm.zoom(**TURIN)
            josm.wait_for(lambda: len(mapper.tiles("ride/purple")) > 20, "JOSM asks for tiles", 30)
            shown.press("Open in JOSM: All on Foot, purple")
            shown.wait_for_status(
                "JOSM does not know this layer yet: close JOSM, run 'stravacookies josm-prefs', and"
                " start it again."
            )

    assert 2 == len(shown.asked)
    assert {200} == {answer.status for _, answer in mapper.tiles("ride/purple")} - {404}


def test_josm_that_does_not_listen_or_permit(mapper: Mapper) -> None:
    """JOSM's own settings stand in the way of `live` and of the preview; each is named."""
    mapper.josm_prefs()
    path = mapper.josm_home / "preferences.xml"
    path.write_bytes(
        path.read_bytes().replace(
            b"</preferences>",
            b"<tag key='remotecontrol.permission.imagery' value='false'/></preferences>",
        )
    )
    with mapper.josm(in_preferences=True):
        forbidden = mapper.run("live")
        mapper.run("preview", "--activity", "all")
        with page_app.opened(mapper.home / "strava-heatmap-preview.html") as shown:
            shown.press("Open in JOSM: All Activities, hot")
            shown.wait_for_status(
                "JOSM does not permit it: tick 'Load imagery layers' in its Preferences > Remote"
                " Control."
            )
        path.write_bytes(
            re.sub(rb"(remote.control.port' value=')\d+", rb"\g<1>1", path.read_bytes())
        )
        not_listening = mapper.run("live")

    assert (6, "JOSM does not permit it: tick 'Load imagery layers'") == (
        forbidden.code,
        forbidden.err.removeprefix("stravacookies: ")[:51],
    )
    assert (
        6,
        "stravacookies: JOSM is running, but nothing listens on port 1: tick 'Enable remote"
        " control' in its Preferences > Remote Control.\n",
    ) == (not_listening.code, not_listening.err)

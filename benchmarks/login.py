"""A login with a password, far from Strava, compared with the older program."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.commands import STRAVACOOKIES
from benchmarks.processes import Command, in_turns
from benchmarks.table import comparison, line
from tests import josm_app
from tests.command import environment_of
from tests.standin.server import StandIn
from tests.standin.strava import Guard, Strava

PEER = Path("build", "peer", "bin", "python").absolute()
"""A Python with stravaheatmap 4.3 and stravacookies 1.3, which `make bench` sets up."""

ROUND_TRIP = 0.05
"""Seconds to Strava and back."""

IMAGERY = [
    {
        "name": f"Strava Heatmap ({activity})",
        "type": "tms",
        "url": "https://heatmap-external-a.strava.com/tiles-auth/"
        f"{activity}/hot/{{zoom}}/{{x}}/{{y}}.png",
    }
    for activity in ("all", "ride", "run", "winter")
]
"""The imagery that a user of the peer has in JOSM; the peer adds the cookies to its URLs."""


def rows(folder: Path, runs: int) -> Iterator[str]:
    """Measure logins of both programs, and count the requests of both."""
    homes = folder / "ours", folder / "peers"
    for home in homes:
        preferences(home).parent.mkdir(parents=True)
        text = josm_app.preferences(remote_port=8111, imagery_entries=IMAGERY)
        preferences(home).write_text(text)
    strava = Strava(guard=Guard.ONLY_FORM)  # the peer takes the first form on the page
    with StandIn(strava, folder) as stand_in:
        stand_in.round_trip = ROUND_TRIP
        our_environment, peer_environment = (environment_of(home, stand_in) for home in homes)
        password = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
        words: list[str | Path] = [STRAVACOOKIES, "josm-prefs", "--refresh"]
        login = Command([*words, "--from", "password"], our_environment | password)
        refresh = Command(words, our_environment)  # with the session that a login has left
        peer = Command(
            [PEER, "-m", "stravaheatmap.josm"],
            peer_environment | {"SSL_CERT_FILE": str(stand_in.ca)},
            typed=f"{strava.email}\n{strava.password}\n",
            folder=folder,  # where Python does not find our modules
        )
        series = in_turns({"login": login, "peer": peer}, runs)
        ours, peers = (each.count_requests(stand_in) for each in (refresh, peer))
    # The peer's exit code is always 0.
    assert preferences(homes[1]).read_text().count("&amp;Signature=") == len(IMAGERY)
    what, against = "password login, round trip of 50 ms", "stravaheatmap + stravacookies"
    yield comparison(what, against, series["login"].seconds, series["peer"].seconds, 0.6)
    what, against = "requests per refresh: %d on %d", "the peer's: %d on %d"
    missed = "" if ours == (1, 1) else "  missed"
    yield line(what % ours, against % peers, "", "1 on 1", "", 1) + missed


def preferences(home: Path) -> Path:
    """Return where JOSM's preferences are."""
    return home / ".config" / "JOSM" / "preferences.xml"

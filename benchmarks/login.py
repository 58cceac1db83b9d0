"""A login with a password, far from Strava, compared with the program that came first."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.commands import STRAVACOOKIES
from benchmarks.processes import Command, in_turns
from benchmarks.table import compared, line
from tests import josm_app
from tests.command import environment_of
from tests.standin.server import StandIn
from tests.standin.strava import Guard, Strava

PEER = Path("build", "peer", "bin", "python").absolute()
"""The Python that has stravaheatmap 4.3 and stravacookies 1.3; `make bench` sets it up."""

ROUND_TRIP = 0.05

ENTRIES = [
    {
        "name": f"Strava Heatmap ({activity})",
        "type": "tms",
        "url": "https://heatmap-external-a.strava.com/tiles-auth/"
        f"{activity}/hot/{{zoom}}/{{x}}/{{y}}.png",
    }
    for activity in ("all", "ride", "run", "winter")
]
"""The imagery of a user of the peer, which puts the cookies behind these URLs."""


def rows(folder: Path, runs: int) -> Iterator[str]:
    """Measure both where they have run before, and count what they ask of Strava.

    Args:
        folder: Where there is nothing yet.
        runs: How often each logs in.
    """
    homes = folder / "ours", folder / "peers"
    for home in homes:
        make_home(home)
    strava = Strava(guard=Guard.ONLY_FORM)  # the peer takes the first form that it finds
    with StandIn(strava, folder) as stand_in:
        stand_in.round_trip = ROUND_TRIP
        environment, peers_environment = (environment_of(home, stand_in) for home in homes)
        login = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
        ours = Command(
            [*STRAVACOOKIES, "josm-prefs", "--from", "password", "--refresh"],
            environment | login,
        )
        peer = Command(
            [PEER, "-m", "stravaheatmap.josm"],
            peers_environment | {"SSL_CERT_FILE": str(stand_in.ca)},
            typed=f"{strava.email}\n{strava.password}\n",
            folder=folder,  # where Python does not find our modules
        )
        series = in_turns({"ours": ours, "peer": peer}, runs)
        asks, peer_asks = (on(*command.asks(stand_in)) for command in (refresh(ours), peer))
    # The peer ends with 0 whatever comes of it.
    assert preferences(homes[1]).read_text().count("&amp;Signature=") == len(ENTRIES)
    yield compared(
        "password login, round trip of 50 ms",
        "stravaheatmap + stravacookies",
        series["ours"].times(series["peer"]),
        0.6,
        series["ours"].seconds * 1000,
        "ms",
        runs,
    )
    yield line(f"requests per refresh: {asks}", f"the peer's: {peer_asks}", "", on(1, 1), "", "1")


def refresh(login: Command) -> Command:
    """The refresh of the next day, with the session that a login has left."""
    return Command([*STRAVACOOKIES, "josm-prefs", "--refresh"], login.environment)


def make_home(home: Path) -> None:
    """Make a home that holds nothing but JOSM's preferences."""
    preferences(home).parent.mkdir(parents=True)
    text = josm_app.preferences(remote_port=8111, imagery_entries=ENTRIES)
    preferences(home).write_text(text)


def preferences(home: Path) -> Path:
    """Where JOSM's preferences are."""
    return home / ".config" / "JOSM" / "preferences.xml"


def on(requests: int, connections: int) -> str:
    """Tell how many requests there are on how many connections."""
    return f"{requests} on {connections}"

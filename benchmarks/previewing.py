"""The page of `preview`, compared with curl that fetches the same tiles in the same way."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.commands import STRAVACOOKIES
from benchmarks.processes import Command
from benchmarks.table import comparison
from stravacookies.catalog import GROUPS
from stravacookies.credentials.store import CredentialStore
from stravacookies.heatmap import CURRENT, Layer, Tile
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.tiles import IN_FLIGHT
from tests.command import missing
from tests.made_up import values
from tests.standin import fast
from tests.standin.fast import FastHost

ROUND_TRIP = 0.05
"""Seconds to Strava and back."""

MOST_RUNS = 5
"""The maximum number of runs: each takes seconds."""

PLACE, ZOOM = (47.05, 8.31), 12


def rows(folder: Path, runs: int) -> Iterator[str]:
    """Fetch the tiles of the usual layers, and those of all."""
    if lacking := missing("The comparison with curl", {"curl": shutil.which("curl")}):
        yield f"The preview was not measured. {lacking}"
        return
    runs = min(runs, MOST_RUNS)
    cookies = HeatmapCookies.from_values(values(datetime.now(UTC) + timedelta(days=1)))
    CredentialStore(folder / ".local" / "state" / "stravacookies").keep_cookies(cookies)
    usual = CURRENT.layers([group.key for group in GROUPS])
    with fast.running(folder, ROUND_TRIP) as host:
        environment = {"PATH": "/usr/bin", "HOME": str(folder)} | host.environment()
        words: list[str | Path] = [STRAVACOOKIES, "preview", "--at", ",".join(map(str, PLACE))]
        words += ["--zoom", str(ZOOM)]
        for layers, more in ((usual, []), (CURRENT.layers(), ["--all"])):
            ours = Command([*words, *more], environment, folder=folder)
            curl = Command(_curl(folder, host, layers, cookies), environment, folder=folder)
            before = host.counts()
            taken = [(_fetch(ours, folder), _fetch(curl, folder)) for _ in range(runs + 1)]
            asked = {name: count - before[name] for name, count in host.counts().items()}
            assert asked["tiles"] == 2 * len(taken) * len(layers)
            assert asked["connections"] == 2 * len(taken) * IN_FLIGHT
            page, tiles = zip(*taken[1:], strict=True)  # the first run compiles the template
            what, against = f"preview of {len(layers)} tiles, 50 ms away", "curl, the tiles alone"
            yield comparison(what, against, page, tiles, 1.3)


def _curl(
    folder: Path, host: FastHost, layers: Sequence[Layer], cookies: HeatmapCookies
) -> list[str | Path]:
    """Return a command that fetches the same tiles in the same way, but makes no page of them."""
    z, x, y = (getattr(Tile.at(*PLACE, ZOOM), each) for each in "zxy")
    urls = [f"{layer.tile_url(z, x, y)}&px=256" for layer in layers]
    config = folder / "curl.txt"
    config.write_text(
        f'cacert = "{host.ca}"\nheader = "Cookie: {cookies.header()}"\n'
        + "".join(f'url = "{url}"\noutput = "{_tiles(folder)}/{n}"\n' for n, url in enumerate(urls))
    )
    options = ["--parallel", "--parallel-max", str(IN_FLIGHT), "--silent", "--fail"]
    return ["curl", *options, "--create-dirs", "--config", config]


def _fetch(command: Command, folder: Path) -> float:
    """Run a command while no tile is kept, and return the seconds that it took."""
    shutil.rmtree(_tiles(folder), ignore_errors=True)
    seconds, _ = command.run()
    return seconds


def _tiles(folder: Path) -> Path:
    """Return where tiles are kept."""
    return folder / ".cache" / "stravacookies" / "tiles"

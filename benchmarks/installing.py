"""From a clone to files in JOSM, compared with an installation of three libraries."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import Command, in_turns
from benchmarks.table import comparison
from tests.standin.server import StandIn
from tests.standin.strava import Strava

ROOT = Path(__file__).parent.parent

GOALS = {"pip": 1.3, "uv": 0.4}

MOST_RUNS = 5
"""The maximum number of runs, each of which takes some 15 seconds."""

_OURS = """\
rm -rf clone home && mkdir -p home/.config/JOSM
git clone --quiet "$ROOT" clone && cd clone && make browser
HTTPS_PROXY=$PROXY REQUESTS_CA_BUNDLE=$CA HOME=$PWD/../home make josm-prefs
"""
_OTHER = "rm -rf three && $PYTHON -m venv three && three/bin/pip install requests lxml jinja2"


def rows(folder: Path, runs: int) -> Iterator[str]:
    """Measure with pip and, if it is installed, with uv; all have the user's caches."""
    uv = shutil.which("uv") or shutil.which("uv", path=Path(sys.executable).parent)
    with StandIn(Strava(), folder) as stand_in:
        given = {
            # What a user has, without the packages of this environment.
            "PYTHON": str(Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}")),
            "ROOT": str(ROOT),
            "PROXY": f"http://127.0.0.1:{stand_in.server_port}",
            "CA": str(stand_in.ca),
            "STRAVA_SESSION": stand_in.strava.open_session(),
        }
        commands = {
            "pip": _command(folder / "pip", _OURS, given),
            "uv": _command(folder / "uv", _OURS, given, uv),
            "other": _command(folder / "other", _OTHER, given),
        }
        if not uv:
            del commands["uv"]
        series = in_turns(commands, min(runs, MOST_RUNS))
    other = series.pop("other")
    for name, each in series.items():
        what, against = f"clone to files in JOSM, with {name}", "venv + pip install, 3 libraries"
        yield comparison(what, against, each.seconds, other.seconds, GOALS[name])


def _command(folder: Path, script: str, given: dict[str, str], uv: str | None = None) -> Command:
    """Return the command that runs a script where uv is found only if it is given."""
    programs = folder / "bin"
    programs.mkdir(parents=True)
    for name in ("git", "make", "mkdir", "rm"):
        (programs / name).symlink_to(shutil.which(name) or name)
    if uv:
        (programs / "uv").symlink_to(uv)
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("MAKE")}
    environment = inherited | given | {"PATH": str(programs)}
    return Command(["/bin/sh", "-ec", script], environment, folder=folder)

"""Runs a command with the stand-in in Strava's place, logged in.

    python -m tests.standin FOLDER COMMAND …

What the command needs to find the stand-in is in its environment; FOLDER holds what belongs to it.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.standin.server import StandIn
from tests.standin.strava import Strava


def main(folder: Path, command: list[str]) -> int:
    """Run a command until it ends, and return its exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    strava = Strava()
    with StandIn(strava, folder) as stand_in:
        environment = os.environ | stand_in.environment()
        environment["STRAVA_SESSION"] = strava.open_session()
        environment["XDG_STATE_HOME"] = str(folder)
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute(), sys.argv[2:]))

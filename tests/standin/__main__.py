"""Runs a command with the stand-in in Strava's place and a session in the environment.

    python -m tests.standin HOME COMMAND …

HOME is the command's home directory, so that it leaves the user's own files alone.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.standin.server import StandIn
from tests.standin.strava import Strava


def main(home: Path, command: list[str]) -> int:
    """Run a command and return its exit code."""
    home.mkdir(parents=True, exist_ok=True)
    with StandIn(Strava(), home) as stand_in:
        own = {"HOME": str(home), "STRAVA_SESSION": stand_in.strava.open_session()}
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "STRAVA"))}
        environment = inherited | stand_in.environment() | own
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]).absolute(), sys.argv[2:]))

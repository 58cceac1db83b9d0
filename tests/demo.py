"""Shows what the program does, without an account: the stand-in takes Strava's place.

    python -m tests.demo FOLDER [ARGUMENT …]

The arguments are those of `josm-prefs`. Home directory and JOSM's directory are in the folder, so
that the user's own files are left alone.
"""

import os
import subprocess
import sys
import webbrowser
from pathlib import Path

import click

from stravacookies.josm.entry_set import FILE
from tests.standin.server import StandIn
from tests.standin.strava import Strava

LUCERNE = "47.05,8.31"

BEFORE = """\
This is a demo: a stand-in takes Strava's place, so cookies and heat are made
up. Nothing is sent to Strava, and your own JOSM is left alone.
"""

AFTERWARDS = """
Look at
  {folder}/JOSM/strava-heatmap.xml   the layers, as JOSM reads them
  {folder}/JOSM/preferences.xml      the settings that tell JOSM about them
README.md shows the layers in JOSM. For the real heatmap, run 'make josm-prefs'.

A page shows what the layers look like: {page}"""


def main(folder: Path, arguments: list[str]) -> int:
    """Write files for JOSM, and a page that shows the layers; return an exit code."""
    home, josm, page = folder / "home", folder / "JOSM", folder / "preview.html"
    for each in (home, josm):
        each.mkdir(parents=True)
    click.echo(BEFORE)
    with StandIn(Strava(), home) as stand_in:
        own = {"HOME": str(home.absolute()), "STRAVA_SESSION": stand_in.strava.open_session()}
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "STRAVA"))}
        # Advice is about `make`, even though it is the demo that it has started.
        environment = inherited | stand_in.environment() | own | {"MAKELEVEL": "1"}
        prefs = ["josm-prefs", *arguments, "--josm-dir", str(josm)]
        preview = ["preview", "--josm-dir", str(josm), "--at", LUCERNE, "--output", str(page)]
        for words in (prefs, preview):
            command = [sys.executable, "-m", "stravacookies", *words]
            outcome = subprocess.run(
                command, env=environment, stdout=subprocess.PIPE, text=True, check=False
            )
            if outcome.returncode or not (josm / FILE).exists():  # with --help, none is written
                click.echo(outcome.stdout, nl=False)
                return outcome.returncode
            if words is prefs:
                click.echo(written(outcome.stdout))
    click.echo(AFTERWARDS.format(folder=folder, page=page))
    if sys.stdin.isatty() and sys.stdout.isatty():
        offer(page)
    return 0


def written(summary: str) -> str:
    """Return what a summary says of files and menu. The rest makes no sense for made-up heat."""
    return "\n\n".join(summary.split("\n\n")[:3])


def offer(page: Path) -> None:
    """Ask whether to open a page in the browser, and do so."""
    try:
        wanted = click.confirm("Open it in your browser?", default=True, prompt_suffix=" ")
    except click.Abort:  # Ctrl-C or Ctrl-D, which ends no line
        click.echo()
        wanted = False
    if wanted and not webbrowser.open(page.absolute().as_uri()):
        click.echo("No browser could be opened.", err=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    try:
        sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
    except KeyboardInterrupt:
        sys.exit(130)

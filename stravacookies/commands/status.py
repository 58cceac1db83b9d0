"""`stravacookies status`: whether a mapper could start now."""

import json
import os
import sys
from datetime import datetime
from pathlib import Path

import click

from stravacookies import options, summary
from stravacookies.commands import environment
from stravacookies.status import status


@click.command(
    "status",
    epilog=options.examples("status || stravacookies josm-prefs", "status --json"),
)
@options.josm_dir
@options.as_json
def command(josm_dir: Path | None, as_json: bool) -> None:
    """Tell what there is: session, cookies, JOSM. Ends with 1 if a run is due before you map."""
    now = status(environment.vault(), os.environ, environment.josm_if_any(josm_dir))
    if as_json:
        parts = {name: part._asdict() for name, part in now._asdict().items()}
        click.echo(json.dumps(parts, indent=2, default=datetime.isoformat))
    else:
        click.echo(summary.of_status(now))
    sys.exit(0 if now.is_ready else 1)

"""`stravacookies doctor`: what is wrong, and what to do."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from stravacookies import options, summary
from stravacookies.commands import environment


@click.command(
    "doctor",
    epilog=options.examples("doctor", "doctor --json"),
)
@options.josm_dir
@options.as_json
@options.verbose
def command(josm_dir: Path | None, as_json: bool) -> None:
    """Check the whole chain, from the session to JOSM, and tell what to do where it breaks.

    Strava is asked for one tile; nothing is changed. The output holds no secret: you can paste it
    into an issue. Ends with 1 unless all is well.
    """
    # Only here, so that --help does not wait for requests and lxml.
    from stravacookies.doctor import examine

    findings = examine(environment.vault(), os.environ, josm_dir, environment.source())
    all_well = all(finding.ok for finding in findings)
    if as_json:
        told = {"ok": all_well, "findings": [finding._asdict() for finding in findings]}
        click.echo(json.dumps(told, indent=2))
    else:
        text = summary.of_findings(findings, _marks())
        # click leaves colours out where there is no terminal; https://no-color.org
        click.echo(text, color=False if os.environ.get("NO_COLOR") else None)
    sys.exit(0 if all_well else 1)


def _marks() -> Mapping[bool | None, str]:
    """Return the marks that standard output can show."""
    try:
        "".join(summary.MARKS.values()).encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return summary.PLAIN_MARKS
    return summary.MARKS

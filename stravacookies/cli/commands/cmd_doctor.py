"""`stravacookies doctor`: checks everything, and says how to fix it."""

import json
import sys
from pathlib import Path

import click

from stravacookies import health
from stravacookies.cli import messages, options, printing, user
from stravacookies.credentials.store import CredentialStore
from stravacookies.facts import Facts
from stravacookies.findings import State

_JSON_STATES = {State.GOOD: True, State.BAD: False, State.UNKNOWN: None}


@click.command("doctor", epilog=options.examples("doctor", "doctor --json"))
@options.josm_dir
@options.as_json
@options.verbose
def command(josm_dir: Path | None, as_json: bool) -> None:
    """Check everything from the session to JOSM, and say how to fix what is wrong.

    This asks Strava whether your session is logged in, requests up to 7 tiles, one in each colour,
    and changes nothing. The output contains no secret: you can paste it into an issue. Exits with 1
    unless all is well.
    """
    facts = Facts(CredentialStore(), user.environ(), josm_dir, user.default_source())
    findings = health.examine(facts)
    all_well = all(finding.state is State.GOOD for finding in findings)
    if as_json:
        listed = [
            {"name": name, "ok": _JSON_STATES[state], "detail": detail, "advice": advice}
            for name, state, detail, advice in findings
        ]
        click.echo(json.dumps({"ok": all_well, "findings": listed}, indent=2))
    else:
        messages.echo_findings(findings)
        printing.say(f"\n{messages.verdict(findings)}")
    sys.exit(0 if all_well else 1)

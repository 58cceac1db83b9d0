"""`stravacookies status`: shows whether a mapper can start now."""

import json
import sys
from pathlib import Path

import click

from stravacookies import health
from stravacookies.cli import messages, options, printing, user
from stravacookies.credentials.candidates import SESSION_VARIABLE
from stravacookies.credentials.store import CredentialStore
from stravacookies.errors import FileError
from stravacookies.facts import Facts


@click.command(
    "status",
    epilog=options.examples("status", "status --json"),
)
@options.josm_dir
@options.as_json
def command(josm_dir: Path | None, as_json: bool) -> None:
    """Show the state of your session, the cookies and JOSM.

    Exits with 1 if you need to run josm-prefs before you map.
    """
    user.josm_if_any(josm_dir)  # refuses a directory that the user named and that does not exist
    facts = Facts(CredentialStore(), user.environ(), josm_dir, user.default_source())
    josm = facts.josm
    if josm and isinstance(josm.registration, FileError):
        raise josm.registration
    ready = health.is_ready(facts)
    if as_json:
        click.echo(json.dumps(_parts(facts), indent=2))
    else:
        findings = health.examine(facts, health.QUICK)
        messages.echo_findings(findings)
        running = josm is not None and josm.is_running
        step = messages.next_step([] if ready else findings, running=running)
        printing.say(f"\nNext: {step}.")
    sys.exit(0 if ready else 1)


def _parts(facts: Facts) -> dict[str, dict[str, object]]:
    """Return the state of each part, for programs. Times are in ISO 8601."""
    session: dict[str, object] = {"stored": None, "source": None, "expires": None}
    if facts.environ.get(SESSION_VARIABLE):
        session |= {"stored": "environment", "source": SESSION_VARIABLE}
    elif facts.session and facts.session.session:
        expires = facts.session.session.expires
        session = {
            "stored": facts.session.place,
            "source": facts.session.source,
            "expires": expires and expires.isoformat(),
        }
    _, cookies = facts.host_and_cookies
    josm = facts.josm
    return {
        "session": session,
        "cookies": {
            "expires": cookies.expires.isoformat() if cookies else None,
            "fresh": cookies is not None and cookies.is_fresh(),
        },
        "josm": {
            "directory": str(josm.directory) if josm else None,
            "registered": josm is not None and josm.is_registered,
            "entries": len(josm.layers) if josm else 0,
            "current": josm is not None and josm.is_current,
            "running": josm is not None and josm.is_running,
        },
    }

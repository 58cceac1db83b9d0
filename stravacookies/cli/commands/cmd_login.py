"""`stravacookies login`: takes a session from a browser, a window or a file, and keeps it."""

import click

from stravacookies.cli import messages, options, printing, user
from stravacookies.credentials import window_browsers
from stravacookies.credentials.acquire import acquire
from stravacookies.credentials.browser_folders import BROWSERS
from stravacookies.heatmap import CURRENT
from stravacookies.wording import listed


@click.command(
    "login",
    epilog=options.examples(
        "login",
        "login firefox",
        "login window",
        'login "chrome:Profile 1"',
        "login cookies.json",
    )
    + f"\n\nThe browsers are {listed(BROWSERS)}. window:BROWSER can open"
    f" {listed(window_browsers.BROWSERS, 'or')}.",
)
@click.argument("named", metavar="[SOURCE]", required=False)
@options.source
@options.verbose
def command(named: str | None, source: str | None) -> None:
    """Take a Strava session from a source, check it with one request, and keep it.

    SOURCE is what --from takes. Without one, your default source is tried (STRAVACOOKIES_SOURCE, or
    the one in config.toml), then each browser on this computer. If none is logged in, you are
    asked.
    """
    if named is not None and source is not None:
        raise click.UsageError("Give the source once: as an argument, or as --from.")
    named = source if named is None else named
    chosen = user.credential_sources(named)
    candidates = chosen.candidates() if named is not None else chosen.new_candidates()
    acquired = acquire(candidates, chosen.store, CURRENT, user.report_failure)
    if acquired.not_kept:
        raise acquired.not_kept
    printing.say(messages.login_summary(acquired, chosen.store.session()))

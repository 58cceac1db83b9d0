"""`stravacookies josm-prefs`: the layers, with fresh cookies, into JOSM's preferences."""

from pathlib import Path

import click

from stravacookies import options, output, summary
from stravacookies.commands import credentials, environment


@click.command(
    "josm-prefs",
    epilog="\n\n".join(
        [
            options.examples(
                "josm-prefs",
                "josm-prefs --from firefox",
                "josm-prefs --show sport_Hike:blue --show sport_Ride:hot",
                "josm-prefs --activity sport_Hike --color blue --color hot",
            ),
            options.CHOICES,
        ]
    ),
)
@options.josm_dir
@options.source
@options.activities
@options.colors
@options.show
@options.classic
@options.refresh
@options.force
@options.verbose
def command(
    josm_dir: Path | None,
    source: str | None,
    activities: tuple[str, ...],
    colors: tuple[str, ...],
    show: tuple[str, ...],
    classic: bool,
    refresh: bool,
    force: bool,
) -> None:
    """Write the heatmap's layers, with cookies that are fresh, into JOSM's preferences.

    The Strava session comes from --from, else from STRAVA_SESSION, else it is the one kept from an
    earlier run or login, else STRAVA_EMAIL and STRAVA_PASSWORD log in, else it comes from the
    source among your defaults. Without any, you are asked.

    Layers that are left out disappear from JOSM's menu, too, until they are written again.
    """
    host = options.host(classic)
    layers, shown = options.layers_and_shown(host, activities, colors, show)
    directory = josm_dir or environment.find_josm()
    output.check(directory, force=force)
    cookies = credentials.cookies(host, source, refresh=refresh)
    written = output.write(directory, layers, shown, cookies, force=force)
    click.echo(summary.of_run(layers, shown, cookies, written))

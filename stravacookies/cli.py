"""The command line: what a user types, and what a user reads."""

import io
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click

from stravacookies import __version__, config, formats, options, output, prompt, sources, summary
from stravacookies.cartograph import ICLOUD
from stravacookies.config import Config
from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import (
    BrowserExtraError,
    NoBrowserHasSessionError,
    NoICloudError,
    NoJosmDirectoryError,
    NotLoggedInError,
    NotRemovedError,
    StravacookiesError,
)
from stravacookies.heatmap import CLASSIC, GROUPS, TODAY, Tile, TileHost, default_show
from stravacookies.josm import imagery
from stravacookies.josm.directory import find
from stravacookies.refresh import Given, current_cookies, exchange
from stravacookies.session import login_from_environment
from stravacookies.vault import Vault


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process; the only place that turns errors into words.

    Args:
        arguments: What stands behind the program's name; the process's own if left out.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a path may hold what the terminal cannot show
            stream.reconfigure(errors="backslashreplace")
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("stravacookies: %(message)s"))
    logging.getLogger("stravacookies").addHandler(handler)
    try:
        try:
            cli(arguments, prog_name="stravacookies")
        finally:
            if sys.stdout:
                sys.stdout.flush()
    except StravacookiesError as error:
        click.echo(f"stravacookies: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:  # those of our own files have been renamed
        click.echo(f"stravacookies: The output could not be written: {error.strerror}.", err=True)
        # Python tries once more when it ends: https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
@click.pass_context
def cli(context: click.Context) -> None:
    """Bring the Strava heatmap into JOSM, every activity and colour, with one command.

    Defaults for the options may stand in config.toml; README.md tells how.
    """
    import platformdirs  # only here, so that --help does not wait for it

    context.obj = config.load(platformdirs.user_config_path("stravacookies", appauthor=False))
    defaults = {name: value for name, value in asdict(context.obj).items() if value}
    defaults.pop("source", None)  # not the same as --from, which is read in each run
    context.default_map = dict.fromkeys(cli.commands, defaults)


_LUCERNE = 47.05, 8.31
"""Latitude and longitude of a place with heat of every kind, where none is known that matters."""


def _config() -> Config:
    """Return the user's defaults."""
    return click.get_current_context().find_object(Config) or Config()


@cli.command(
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
    short_help="Write the layers, with fresh cookies, for JOSM.",
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
def josm_prefs(
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
    earlier run or login, else STRAVA_EMAIL and STRAVA_PASSWORD log in. Without any, you are asked.

    Layers that are left out disappear from JOSM's menu, too, until they are written again.
    """
    host = options.host(classic)
    layers = options.layers(host, activities, colors)
    shown = options.chosen(show, layers, "--show") or default_show(layers)
    directory = josm_dir or _find_josm()
    output.check(directory, force=force)
    cookies = _cookies(host, source, refresh=refresh)
    written = output.write(directory, layers, shown, cookies, force=force)
    click.echo(summary.of_run(layers, shown, cookies, written))


@cli.command(
    epilog=options.examples("live", "live sport_Hike:blue ride:hot"),
    short_help="Open layers in the JOSM that is running.",
)
@click.argument(
    "layers",
    metavar="[ACTIVITY:COLOR]...",
    nargs=-1,
    shell_complete=options.complete_layers,
)
@options.josm_dir
@options.source
@options.classic
@options.refresh
@options.verbose
def live(
    layers: tuple[str, ...],
    josm_dir: Path | None,
    source: str | None,
    classic: bool,
    refresh: bool,
) -> None:
    """Open layers in the JOSM that is running, with cookies that are fresh.

    JOSM must have its remote control on. The layers are there until it ends; nothing is saved in
    its preferences. Without arguments, the first layer of those that josm-prefs shows is opened.
    """
    from stravacookies.josm import remote  # only here, so that no other command waits for it

    host = options.host(classic)
    names = layers or _config().show[:1]
    wanted = options.chosen(names, host.layers(), "ACTIVITY:COLOR")
    port = remote.find(_josm_if_any(josm_dir))
    cookies = _cookies(host, source, refresh=refresh)
    for layer in wanted or default_show(host.layers())[:1]:
        remote.open_layer(layer, cookies, port)
        click.echo(f"Opened in JOSM: {layer.name}")


@cli.command(
    epilog=options.examples(
        "preview --open",
        "preview --at 47.05,8.31 --zoom 13 --open",
        "preview --activity sport_Hike --activity sport_Run -o hike.html",
    ),
    short_help="Write a page that shows what layers look like.",
)
@options.at
@options.zoom
@options.output("file", "Where to.", "strava-heatmap-preview.html")
@click.option("--open", "open_it", is_flag=True, help="Open the page in the browser.")
@click.option("--all", "everything", is_flag=True, help="All 287 layers, not only the groups.")
@options.activities
@options.colors
@options.josm_dir
@options.source
@options.refresh
@options.verbose
def preview(
    place: tuple[float, float] | None,
    zoom: int,
    file: Path,
    open_it: bool,
    everything: bool,
    activities: tuple[str, ...],
    colors: tuple[str, ...],
    josm_dir: Path | None,
    source: str | None,
    refresh: bool,
) -> None:
    """Write a page that shows what layers look like at a place, to choose among them.

    Each layer has buttons there, to open it in a JOSM that is running, and to copy the option that
    shows it in JOSM's menu. Tiles are kept for a day, so that they are asked for once.
    """
    # Only here, so that no other command waits for them.
    import webbrowser

    import platformdirs

    from stravacookies import render, tiles
    from stravacookies.josm import area, remote

    if everything:
        activities = colors = ()
    elif not activities:
        activities = tuple(activity.key for activity in GROUPS)
    layers = options.layers(TODAY, activities, colors)
    josm = _josm_if_any(josm_dir)
    latitude, longitude = place or (josm and area.last_downloaded(josm)) or _LUCERNE
    found = tiles.thumbnails(
        layers,
        Tile.at(latitude, longitude, zoom),
        platformdirs.user_cache_path("stravacookies", appauthor=False) / "tiles",
        lambda: _cookies(TODAY, source, refresh=refresh),
    )
    with click.progressbar(
        found,
        length=len(layers),
        label="Tiles",
        file=sys.stderr,
        hidden=not (sys.stderr and sys.stderr.isatty()),
    ) as bar:
        pictures = dict(bar)
    port = remote.settings(josm)[1] if josm else remote.USUAL_PORT
    ordered = {layer: pictures[layer] for layer in layers}
    output.write_text(file, render.preview(ordered, latitude, longitude, zoom, port))
    click.echo(summary.of_preview(file, ordered, latitude, longitude, zoom))
    if open_it and not webbrowser.open(file.absolute().as_uri()):
        click.echo(f"stravacookies: No browser could be opened: open {file} in one.", err=True)


@cli.command(
    epilog=options.examples(
        "login", "login --from firefox", "login --from chrome:Work", "login --from cookies.json"
    ),
    short_help="Take the Strava session from a browser or a file.",
)
@options.source
@options.verbose
def login(source: str | None) -> None:
    """Take a session of Strava from a browser or a file, prove it with one request, and keep it.

    Without --from, the installed browsers are looked through for one that is logged in.
    """
    vault = _vault()
    if source is not None:
        given, source = _take(source, TODAY)
        cookies = exchange(given, source, TODAY, vault, must_keep=True)
    else:
        source, given, cookies = _search(vault)
    kept = None if isinstance(given, HeatmapCookies) else vault.session()
    click.echo(summary.of_login(source, cookies, kept))


@cli.command(short_help="Remove the kept session and cookies.")
def logout() -> None:
    """Remove the kept session and cookies, from the system's keyring too."""
    removed, left = _vault().empty()
    for what in removed:
        click.echo(f"Removed {what}.")
    if left:
        raise NotRemovedError(left)
    if not removed:
        click.echo("Nothing was kept.")


@cli.command(short_help="Take the heatmap out of JOSM again.")
@options.josm_dir
def remove(josm_dir: Path | None) -> None:
    """Take the heatmap out of JOSM's preferences, and remove all files that were written for it.

    The session and the cookies stay; 'stravacookies logout' removes them.
    """
    directory = josm_dir or _find_josm()
    click.echo(summary.of_removal(directory, output.remove(directory)))


@cli.command(
    "status",
    epilog=options.examples("status || stravacookies josm-prefs", "status --json"),
    short_help="Tell whether you could start to map now.",
)
@options.josm_dir
@options.as_json
def show_status(josm_dir: Path | None, as_json: bool) -> None:
    """Tell what there is: session, cookies, JOSM. Ends with 1 when a refresh is due."""
    from stravacookies.status import status  # only here, so that no other command waits for it

    now = status(_vault(), os.environ, _josm_if_any(josm_dir))
    if as_json:
        click.echo(json.dumps(asdict(now), indent=2, default=datetime.isoformat))
    else:
        click.echo(summary.of_status(now))
    sys.exit(0 if now.is_ready else 1)


@cli.command(
    epilog=options.examples("doctor", "doctor --json"),
    short_help="Check the whole chain, and tell what to do.",
)
@options.josm_dir
@options.as_json
@options.verbose
def doctor(josm_dir: Path | None, as_json: bool) -> None:
    """Check the whole chain, from the session to JOSM, and tell what to do where it breaks.

    Strava is asked for one tile; nothing is changed. The output holds no secret: you can paste it
    into an issue. Ends with 1 unless all is well.
    """
    from stravacookies.doctor import examine  # only here: requests and lxml take long to import

    findings = examine(_vault(), os.environ, josm_dir)
    all_well = all(finding.ok for finding in findings)
    if as_json:
        told = {"ok": all_well, "findings": [asdict(finding) for finding in findings]}
        click.echo(json.dumps(told, indent=2))
    else:
        text = summary.of_findings(findings, _marks())
        # click leaves colours out where there is no terminal; https://no-color.org
        click.echo(text, color=False if os.environ.get("NO_COLOR") else None)
    sys.exit(0 if all_well else 1)


@cli.command(
    "cookies",
    epilog=options.examples("cookies", "cookies --format netscape > cookies.txt"),
    short_help="Print the cookies for other programs.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(formats.FORMATS)),
    default="header",
    show_default=True,
    help="How to print them; query is for the classic tile host.",
)
@options.source
@options.refresh
@options.verbose
def print_cookies(form: str, source: str | None, refresh: bool) -> None:
    """Print the heatmap's cookies for other programs, refreshed when due."""
    host = CLASSIC if form == "query" else TODAY
    click.echo(formats.FORMATS[form](_cookies(host, source, refresh=refresh)))


@cli.command(
    "url",
    epilog=options.examples("url sport_Hike blue"),
    short_help="Print the URL of a layer for JOSM.",
)
@click.argument("activity")
@click.argument("color")
@options.classic
@options.verbose
def print_url(activity: str, color: str, classic: bool) -> None:
    """Print the line that JOSM's dialog "Add TMS URL" takes for a layer."""
    host = options.host(classic)
    (layer,) = options.layers(host, (activity,), (color,), ("ACTIVITY", "COLOR"))
    click.echo(imagery.tms(layer, _cookies(host, None, refresh=False)))


@cli.command(
    "cartograph",
    epilog=options.examples(
        "cartograph -o ~/Desktop/heatmap --color hot",
        "cartograph --icloud",
        "cartograph --version 2",
    ),
    short_help="Write map sources for Cartograph on the phone.",
)
@options.output("directory", "Where to.  [default: cartograph]")
@click.option("--icloud", is_flag=True, help="Write into the app's folder in iCloud, on a Mac.")
@click.option(
    "--version",
    type=click.Choice(["2", "3"]),
    default="3",
    show_default=True,
    help="The version of the app.",
)
@options.activities
@options.colors
@options.source
@options.classic
@options.refresh
@options.verbose
def write_cartograph(
    directory: Path | None,
    icloud: bool,
    version: str,
    activities: tuple[str, ...],
    colors: tuple[str, ...],
    source: str | None,
    classic: bool,
    refresh: bool,
) -> None:
    """Write the map source files for the app Cartograph Maps, to be opened on the phone."""
    host = options.host(classic)
    layers = options.layers(host, activities, colors)
    if icloud and directory:
        raise click.UsageError("--icloud and --output are two places.")
    place = Path.home() / ICLOUD if icloud else directory or Path("cartograph")
    if icloud and not place.is_dir():
        raise NoICloudError(place)
    cookies = _cookies(host, source, refresh=refresh)
    written = output.write_map_sources(place, layers, cookies, int(version))
    click.echo(summary.of_map_sources(written, cookies))


@cli.command(
    "render",
    epilog=options.examples("render my-app.json.j2 -o my-app.json", "render tile.curl.j2"),
    short_help="Render a template of your own.",
)
@click.argument("template", type=click.Path(path_type=Path))
@options.output("file", "Where to; printed if left out.")
@options.activities
@options.colors
@options.source
@options.classic
@options.refresh
@options.verbose
def render_template(
    template: Path,
    file: Path | None,
    activities: tuple[str, ...],
    colors: tuple[str, ...],
    source: str | None,
    classic: bool,
    refresh: bool,
) -> None:
    """Render a Jinja2 template of your own with layers and cookies, for another program.

    README.md tells which variables there are, and shows an example.
    """
    from stravacookies import render  # only here, so that no other command waits for Jinja2

    host = options.host(classic)
    layers = options.layers(host, activities, colors)
    text = render.users_template(template, layers, _cookies(host, source, refresh=refresh))
    if file:
        output.write_text(file, text)
    else:
        click.echo(text, nl=False)


@cli.command(
    epilog="\b\nExamples:\n"
    '  eval "$(stravacookies completion bash)"        # in ~/.bashrc\n'
    '  eval "$(stravacookies completion zsh)"         # in ~/.zshrc\n'
    "  stravacookies completion fish | source         # in ~/.config/fish/config.fish",
    short_help="Print what makes a shell complete commands.",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that lets a shell complete commands, options, activities and colours."""
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    assert complete  # noqa: S101 - click has one for each of the choices
    click.echo(complete(cli, {}, "stravacookies", "_STRAVACOOKIES_COMPLETE").source())


def _marks() -> Mapping[bool | None, str]:
    """Return the marks that standard output can show."""
    try:
        "".join(summary.MARKS.values()).encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return summary.PLAIN_MARKS
    return summary.MARKS


def _vault() -> Vault:
    import platformdirs  # only here, so that --help does not wait for it

    return Vault(platformdirs.user_state_path("stravacookies", appauthor=False))


def _find_josm() -> Path:
    return find(sys.platform, os.environ, Path.home())


def _josm_if_any(josm_dir: Path | None) -> Path | None:
    try:
        return josm_dir or _find_josm()
    except NoJosmDirectoryError:
        return None


def _cookies(host: TileHost, source: str | None, *, refresh: bool) -> HeatmapCookies:
    """Return cookies for a host: from a source that is named, else from where there are some."""
    if source is not None:
        return exchange(*_take(source, host), host, _vault())
    ask = prompt.for_anything if prompt.is_there() else None
    usual = _config().source
    return current_cookies(host, _vault(), os.environ, ask, refresh=refresh, source=usual)


def _take(source: str, host: TileHost) -> tuple[Given, str]:
    """Take from a source what logs in, and ask for it if it is a password."""
    source = sources.canonical(source)
    if source == sources.STANDARD_INPUT and prompt.is_there():
        return prompt.for_session()
    if source == sources.PASSWORD:
        return login_from_environment(os.environ) or prompt.for_login(), source
    return sources.read(source, host), source


def _search(vault: Vault) -> tuple[str, Given, HeatmapCookies]:
    """Look through the browsers for a session that Strava takes."""
    try:
        for name, found in sources.search(TODAY):
            if isinstance(found, NotLoggedInError):
                click.echo(f"stravacookies: {found}", err=True)
                continue
            click.echo(f"There is a Strava session in {name}.", err=True)
            try:
                return name, found, exchange(found, name, TODAY, vault, must_keep=True)
            except NotLoggedInError as error:
                click.echo(f"stravacookies: {error}", err=True)
    except BrowserExtraError as error:
        click.echo(f"stravacookies: {error}", err=True)
    raise NoBrowserHasSessionError

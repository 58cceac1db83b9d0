"""`stravacookies render`: renders a template, for another program."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click

from stravacookies import installation
from stravacookies.cli import messages, options, printing, selection, user
from stravacookies.files import write_private
from stravacookies.heatmap import Layer
from stravacookies.wording import listed


class _Editor(NamedTuple):
    """A program that has a built-in template.

    Attributes:
        template: The file name of the template.
        next_step: How to get the file into the program.
    """

    template: str
    next_step: str


EDITORS = {
    "qgis": _Editor(
        "qgis.xml.j2",
        "right-click XYZ Tiles in QGIS's Browser, and choose Load Connections.",
    ),
    "vespucci": _Editor(
        "vespucci.geojson.j2",
        "copy it to your phone, as Download/Vespucci/imagery.geojson, and restart Vespucci."
        " Other apps can read this folder: delete the file once Vespucci lists the layers.",
    ),
    "qmapshack": _Editor(
        "qmapshack.xml.j2",
        "give it a name that ends in .tms, and put it into a folder that you set in QMapShack's"
        " File > Setup Map Paths.",
    ),
}
"""The editors, by the name that stands for a built-in template."""


_ONE_LAYER = "render qmapshack --activity ride --color hot -o Strava_rides.tms"


@click.command(
    "render",
    epilog=options.examples(
        "render qgis --activity ride -o strava-heatmap.xml",
        "render vespucci --color blue -o imagery.geojson",
        _ONE_LAYER,
        "render qgis --local -o strava-heatmap.xml",
        "render my-app.json.j2 -o my-app.json",
    ),
)
@click.argument("template", type=click.Path(path_type=Path))
@options.output("file", "FILE", "The file to write.  [default: print the text]")
@options.activities
@options.colors
@options.only
@options.source
@options.classic
@options.local
@options.refresh
@options.verbose
def command(
    template: Path,
    file: Path | None,
    activities: tuple[str, ...],
    colors: tuple[str, ...],
    only: tuple[str, ...],
    source: str | None,
    classic: bool,
    port: int | None,
    refresh: bool,
) -> None:
    """Write a file with layers and cookies, for another program.

    TEMPLATE is qgis, vespucci or qmapshack, or a file: a Jinja2 template of your own.
    docs/other-editors.md says what to do with the files; docs/templates.md lists the variables of a
    template, and shows an example.

    With --local, no session is needed here: the command serve has it, and renews the cookies.
    """
    from stravacookies import templating  # imported here: --help does not need Jinja2

    if file and file.resolve() == template.resolve():
        raise click.UsageError("--output is the template itself: choose another file.")
    host = selection.host_for_files(classic=classic, port=port, source=source)
    layers = selection.layers(host, activities, colors, only)
    editor = None if template.exists() else EDITORS.get(str(template))
    if not editor and not template.exists():
        raise click.UsageError(f"{template} is neither a file nor {listed(EDITORS, 'or')}.")
    if editor is EDITORS["qmapshack"]:
        _refuse_several(layers)
    if editor is EDITORS["vespucci"] and port:
        raise click.UsageError(
            "--local is not possible: Vespucci runs on a phone, which cannot reach this computer."
        )
    cookies = None if port else user.cookies(host, source, refresh=refresh)
    if editor:
        text = templating.render(editor.template, layers=layers, cookies=cookies)
    else:
        text = templating.render_users_template(template, layers, cookies)
    if not file:
        click.echo(text, nl=False)
        return
    write_private(file.parent, {file: text.encode()})
    if editor:
        printing.say(messages.editor_summary(file, layers, cookies, editor.next_step))


def _refuse_several(layers: Sequence[Layer]) -> None:
    """Refuse to make QMapShack request many tiles at a time."""
    if len(layers) > 1:
        raise click.UsageError(
            "QMapShack draws all layers of a file at once: choose one, as in"
            f" '{installation.command(*_ONE_LAYER.split())}'."
        )

"""`stravacookies render`: a template of the user's own."""

from pathlib import Path

import click

from stravacookies import options, output
from stravacookies.commands import credentials


@click.command(
    "render",
    epilog=options.examples("render my-app.json.j2 -o my-app.json", "render tile.curl.j2"),
)
@click.argument("template", type=click.Path(path_type=Path))
@options.output("file", "Where to; printed if left out.")
@options.activities
@options.colors
@options.source
@options.classic
@options.refresh
@options.verbose
def command(
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
    # Only here, so that --help does not wait for Jinja2.
    from stravacookies import render

    if file and file.resolve() == template.resolve():
        raise click.UsageError("--output is the template itself.")
    host = options.host(classic)
    layers = options.layers(host, activities, colors)
    cookies = credentials.cookies(host, source, refresh=refresh)
    text = render.users_template(template, layers, cookies)
    if file:
        output.write_text(file, text)
    else:
        click.echo(text, nl=False)

"""`stravacookies render`: renders a template of the user's own."""

from pathlib import Path

import click

from stravacookies.cli import options, selection, user
from stravacookies.files import write_private


@click.command(
    "render",
    epilog=options.examples("render my-app.json.j2 -o my-app.json", "render tile.curl.j2"),
)
@click.argument("template", type=click.Path(path_type=Path))
@options.output("file", "FILE", "The file to write.  [default: print the text]")
@options.activities
@options.colors
@options.only
@options.source
@options.classic
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
    refresh: bool,
) -> None:
    """Render a Jinja2 template of your own with layers and cookies, for another program.

    docs/templates.md lists the variables and shows an example.
    """
    from stravacookies import templating  # imported here: --help does not need Jinja2

    if file and file.resolve() == template.resolve():
        raise click.UsageError("--output is the template itself.")
    host = selection.host(classic)
    layers = selection.layers(host, activities, colors, only)
    cookies = user.cookies(host, source, refresh=refresh)
    text = templating.render_users_template(template, layers, cookies)
    if file:
        write_private(file.parent, {file: text.encode()})
    else:
        click.echo(text, nl=False)

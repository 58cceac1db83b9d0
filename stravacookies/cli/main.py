"""The program: its commands, and the one place that turns errors into messages and exit codes."""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from stravacookies.cli import printing
from stravacookies.cli.commands import SHORT_HELP
from stravacookies.errors import REINSTALL, StravacookiesError
from stravacookies.installation import command
from stravacookies.version import __version__


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process.

    Args:
        arguments: The arguments after the program's name; by default the process's own.
    """
    printing.prepare_streams()
    try:
        _run(arguments)
    except StravacookiesError as error:
        printing.warn(str(error))
        sys.exit(error.exit_code)
    except OSError as error:  # errors about the user's files are FileErrors
        what = f"{error.filename} cannot be used" if error.filename else "Cannot write the output"
        printing.warn(f"{what}: {error.strerror or error}.")
        sys.exit(1)
    sys.exit()


def _run(arguments: Sequence[str] | None) -> None:
    try:
        cli(arguments, prog_name="stravacookies")
    except ImportError as error:
        if (error.name or "").partition(".")[0] == "stravacookies":
            raise  # not a package that a user could install
        raise StravacookiesError(
            f"A required package could not be loaded ({error}): {REINSTALL}."
        ) from None


class _Commands(click.Group):
    """Imports the module of a command when it is called, not when commands are listed.

    This way, `--help` takes 60 ms instead of 200 ms.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(SHORT_HELP)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in SHORT_HELP:
            return None
        module = import_module(f"stravacookies.cli.commands.cmd_{cmd_name.replace('-', '_')}")
        found: click.Command = module.command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command by its name. For an unknown one, the error names those that are near."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(
                error.command_name, possibilities=SHORT_HELP, ctx=ctx
            ) from None

    def invoke(self, ctx: click.Context) -> object:
        """Run a command. A mistake in its arguments names the help as the user types it."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            context = error.ctx or ctx
            helping = command(*context.command_path.split()[1:], "--help")
            click.echo(f"{context.get_usage()}\nTry '{helping}' for help.\n", err=True)
            printing.say(f"Error: {error.format_message()}", err=True)
            ctx.exit(error.exit_code)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands into the help."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(SHORT_HELP.items()))


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=f"\b\nExamples:\n  {command('login')}\n  {command('josm-prefs')}",
)
@click.version_option(__version__)
@click.pass_context
def cli(context: click.Context) -> None:
    """Bring the Strava heatmap into JOSM, every activity and colour, with one command.

    You can set defaults for the options in config.toml: see docs/config.md.
    """
    try:
        Path.home()
    except RuntimeError:
        raise StravacookiesError(
            "There is no home directory: set HOME to a folder of yours."
        ) from None
    from stravacookies.cli import user  # imported here: --help does not need it

    user.hide_secrets()
    context.default_map = dict.fromkeys(SHORT_HELP, user.option_defaults())

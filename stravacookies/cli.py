"""The command line: what a user types, and what a user reads."""

import atexit
import gc
import io
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from stravacookies import __version__, options
from stravacookies.commands import SHORT_HELP
from stravacookies.errors import MissingPackageError, NoHomeError, StravacookiesError

_NO_OUTPUT = "The output could not be written"


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process; the only place that turns errors into words.

    Args:
        arguments: What stands behind the program's name; the process's own if left out.
    """
    # A run is over before circles of garbage matter; to look for them, in it and once more when it
    # ends, takes a tenth of its time: https://docs.python.org/3/library/gc.html#gc.freeze
    gc.disable()
    atexit.register(gc.freeze)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a path may hold what the terminal cannot show
            stream.reconfigure(errors="backslashreplace")
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("stravacookies: %(message)s"))
    logging.getLogger("stravacookies").addHandler(handler)
    try:
        try:
            cli(arguments, prog_name="stravacookies")
        except ImportError as error:
            if (error.name or "").partition(".")[0] == __package__:
                raise  # that is no package that somebody could install
            raise MissingPackageError(str(error)) from None
        finally:
            if sys.stdout:
                sys.stdout.flush()
    except StravacookiesError as error:
        click.echo(f"stravacookies: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:  # those of the user's files have been renamed
        what = f"{error.filename} cannot be used" if error.filename else _NO_OUTPUT
        click.echo(f"stravacookies: {what}: {error.strerror or error}.", err=True)
        if not error.filename and sys.stdout:
            # Python tries once more when it ends: https://docs.python.org/3/library/signal.html#note-on-sigpipe
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit()


class _Commands(click.Group):
    """Commands whose modules are imported when they are called, not when they are listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List their names."""
        return sorted(SHORT_HELP)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in SHORT_HELP:
            return None
        module = import_module(f"stravacookies.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what there is into the help."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(SHORT_HELP.items()))


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=options.examples("login", "josm-prefs"),
)
@click.version_option(__version__)
@click.pass_context
def cli(context: click.Context) -> None:
    """Bring the Strava heatmap into JOSM, every activity and colour, with one command.

    Defaults for the options may stand in config.toml; README.md tells how.
    """
    try:
        Path.home()
    except RuntimeError:
        raise NoHomeError from None
    # Only here, so that --help does not wait for it.
    from stravacookies.commands import environment

    context.default_map = dict.fromkeys(SHORT_HELP, environment.option_defaults())

"""The help of the program and of each command."""

import re
import shlex

import pytest

from stravacookies.cli.commands import SHORT_HELP
from stravacookies.cli.main import cli
from tests.command import run_in_process


def help_of(*command: str) -> str:
    """Return the help of a command or, without one, of the program."""
    return run_in_process(*command, "--help", environment={"COLUMNS": "80"}).out


@pytest.mark.parametrize("name", [None, *SHORT_HELP])
def test_examples(name: str | None) -> None:
    """The help of a command has examples of it, which the program understands.

    Any terminal can show it: click writes UTF-8 even where the user wants ASCII.
    """
    text = help_of(*filter(None, [name]))
    _, _, rest = text.partition("Examples:\n")
    lines = re.findall(r"\bstravacookies ([^|>)#\n]+)", rest.partition("\n\n")[0])
    examples = [shlex.split(line) for line in lines]

    assert text.isascii()
    assert (name or "josm-prefs") in [example[0] for example in examples]
    with cli.make_context("stravacookies", ["status"]) as context:
        for first, *arguments in examples:
            command = cli.get_command(context, first)
            assert command
            assert command.make_context(first, arguments, context)


def test_program_lists_its_commands() -> None:
    """The help of the program lists each command with its short help."""
    text = help_of()

    for name, short_help in SHORT_HELP.items():
        assert re.search(rf"^  {name} +{re.escape(short_help)}$", text, re.MULTILINE)

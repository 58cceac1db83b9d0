"""The help of the program and of each command, as it is printed."""

import re
import shlex

import pytest

from stravacookies.cli import cli
from stravacookies.commands import SHORT_HELP
from tests.command import run_in_process


def help_of(*command: str) -> str:
    """The help of a command, or of the program."""
    return run_in_process(*command, "--help", environment={}).out


def examples(text: str) -> list[list[str]]:
    """The arguments in the examples of a help text; a line may hold more than one command."""
    _, _, rest = text.partition("Examples:\n")
    lines = rest.partition("\n\n")[0]
    return [shlex.split(line) for line in re.findall(r"\bstravacookies ([^|>)#\n]+)", lines)]


@pytest.mark.parametrize("name", SHORT_HELP)
def test_examples_of_a_command(name: str) -> None:
    """Each command shows how it may be used, in lines that it understands."""
    shown = examples(help_of(name))

    assert name in [arguments[0] for arguments in shown]
    for arguments in shown:
        assert understood(arguments)


def test_examples_of_the_program() -> None:
    """So does the program, for what is done first."""
    shown = examples(help_of())

    assert ["josm-prefs"] in shown
    for arguments in shown:
        assert understood(arguments)


def understood(arguments: list[str]) -> bool:
    """Whether a command line is one; if not, an error tells why."""
    with cli.make_context("stravacookies", list(arguments)) as context:
        name, *rest = arguments
        command = cli.get_command(context, name)
        assert command
        return bool(command.make_context(name, rest, context))

"""`stravacookies completion`: prints a script for completion in a shell."""

import click
from click.shell_completion import get_completion_class

_COLONS = "COMP_WORDBREAKS=${COMP_WORDBREAKS//:}"
"""Makes bash treat ACTIVITY:COLOR as one word, not three. bash can do so only for all commands."""


@click.command(
    "completion",
    epilog="\b\nExamples:\n"
    '  eval "$(stravacookies completion bash)"        # in ~/.bashrc\n'
    '  eval "$(stravacookies completion zsh)"         # in ~/.zshrc, after compinit\n'
    "  stravacookies completion fish | source         # in ~/.config/fish/config.fish",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print a script that makes a shell complete commands, options, activities and colours."""
    complete = get_completion_class(shell)
    program = click.get_current_context().find_root().command
    assert complete  # noqa: S101 - click has one for each of the choices
    click.echo(complete(program, {}, "stravacookies", "_STRAVACOOKIES_COMPLETE").source())
    if shell == "bash":
        click.echo(_COLONS)

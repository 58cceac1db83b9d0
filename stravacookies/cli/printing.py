"""Print text so that it can be read and copied: wrapped, and in characters that can be shown."""

import codecs
import io
import os
import re
import shutil
import sys

import click

_COLUMNS = re.compile(r" *(?:\S+(?: \S+)* {2,})?")
"""What is before the last column of a line: spaces, or a name and at least two spaces."""

_QUOTED = re.compile(r"(?<!\w)'(?:[^'\n]|(?<=\w)'(?=\w))+'(?!\w)")
"""A command or a name between quotes, which may contain apostrophes."""

_KEPT_SPACE = "\0"
"""Stands for a space at which no line ends. Neither a path nor a command can contain it."""

_PLAIN = {"…": "...", "–": "-", "©": "(c)"}
"""What to show in place of characters of ours."""


def prepare_streams() -> None:
    """Let standard output and error show any text: a path may contain what a terminal cannot."""
    codecs.register_error("stravacookies", _plainly)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="stravacookies")


def _plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(error, UnicodeEncodeError):
        error.end = error.start + 1
        if plain := _PLAIN.get(error.object[error.start]):
            return plain, error.end
    return codecs.backslashreplace_errors(error)


def say(text: str, *, err: bool = False) -> None:
    """Print a text on standard output, or on standard error."""
    # By default, click writes UTF-8 where the user wants ASCII.
    click.echo(fitted(text, err=err), file=sys.stderr if err else sys.stdout)


def warn(text: str) -> None:
    """Print what a user should know on standard error, with the program's name."""
    say(f"stravacookies: {text}", err=True)


def fitted(text: str, *, err: bool = False) -> str:
    """Return a text with lines as long as standard output, or standard error, shows them.

    Only a terminal needs that: a program that reads the text gets each line as a whole.
    """
    stream = sys.stderr if err else sys.stdout
    if not (stream and stream.isatty()):
        return text
    width = shutil.get_terminal_size().columns
    return "\n".join(wrapped(line, width) for line in text.split("\n"))


def wrapped(line: str, width: int) -> str:
    """Return a line as lines of at most a width; the further ones begin below its last column.

    A path or a quoted command stays whole, since people copy it. If it is longer than the width,
    the terminal breaks it, and still copies it as one line.
    """
    if len(line) <= width:
        return line
    import textwrap  # imported here: few lines are that long

    before = _COLUMNS.match(line)
    indent = min(before.end() if before else 0, width // 2)
    whole = _QUOTED.sub(lambda quoted: _kept_together(quoted[0]), _with_whole_paths(line))
    first, *others = textwrap.wrap(
        whole,
        width,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
    # What is too long for the column moves to the left.
    moved = [other[min(indent, max(0, len(other) - width)) :] for other in others]
    return "\n".join([first, *moved]).replace(_KEPT_SPACE, " ")


def _with_whole_paths(line: str) -> str:
    """Keep paths together. Only the disk tells where a path ends whose names contain spaces."""
    words = line.split(" ")
    for start, word in enumerate(words):
        if not re.search(r"[/\\~]", word):
            continue
        for end in range(len(words), start + 1, -1):
            path = " ".join(words[start:end]).strip("(.,:;)")
            if os.path.exists(os.path.expanduser(path)):  # noqa: PTH110, PTH111 - a text, not a path
                line = line.replace(path, _kept_together(path))
                break
    return line


def _kept_together(text: str) -> str:
    return text.replace(" ", _KEPT_SPACE)

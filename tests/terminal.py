"""Runs a program on a terminal and types what a user would."""

import codecs
import os
import pty
import select
import subprocess
import termios
import time

from tests.command import PROGRAM


def converse(
    environment: dict[str, str], answers: list[tuple[str, str]], *arguments: str
) -> tuple[int, str]:
    """Run `stravacookies` on a terminal and answer it; return its exit code and what it showed.

    Args:
        environment: Its whole environment.
        answers: Pairs of a part of a question and the line to type.
        arguments: The arguments after the program's name.
    """
    lines = [(question, f"{answer}\n") for question, answer in answers]
    return on_terminal([str(PROGRAM), *arguments], environment, lines)


def on_terminal(
    command: list[str],
    environment: dict[str, str],
    keys: list[tuple[str, str]],
    columns: int = 1000,
) -> tuple[int, str]:
    """Run a program on a terminal and type; return its exit code and what it showed.

    Args:
        command: The program and its arguments.
        environment: Its whole environment.
        keys: Pairs of a text to wait for and the keys to type then.
        columns: The width of the terminal; by default, no line is too long for it.
    """
    controller, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, columns))
    with subprocess.Popen(
        command,
        env=environment,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    ) as process:
        os.close(terminal)
        shown, seen = "", 0
        decoder = codecs.getincrementaldecoder("utf-8")()  # a read may end within a character
        waiting = list(keys)
        deadline = time.monotonic() + 60
        try:
            while time.monotonic() < deadline:
                if not select.select([controller], [], [], 0.1)[0]:
                    continue
                try:
                    shown += decoder.decode(os.read(controller, 4096))
                except OSError:  # the program has ended
                    break
                if waiting and waiting[0][0] in shown[seen:]:
                    time.sleep(0.1)  # getpass discards what was typed before its question
                    for line in waiting.pop(0)[1].splitlines(keepends=True):
                        os.write(controller, line.encode(errors="surrogateescape"))
                        time.sleep(0.02)  # a paste comes in parts
                    seen = len(shown)
            else:
                process.kill()
        finally:
            os.close(controller)
        return process.wait(), shown

"""What shells complete: as this program answers them, and as real shells do it."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests import command
from tests.command import Run, require
from tests.terminal import on_terminal


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_script(run_here: Run, shell: str) -> None:
    """For each shell there is a script that asks this program."""
    outcome = run_here("completion", shell)

    assert (0, "") == (outcome.code, outcome.err)
    assert f"_STRAVACOOKIES_COMPLETE={shell}_complete" in outcome.out


@pytest.mark.parametrize(
    ("begun", "completed"),
    [
        ("jo", ["josm", "josm-prefs"]),
        ("josm-prefs --activity sport_H", ["sport_Hike", "sport_Handcycle"]),
        ("josm-prefs --color blue", ["blue", "bluered"]),
        ("live ride:bluer", ["ride:bluered"]),
        ("url sport_H", ["sport_Hike", "sport_Handcycle"]),
        ("url sport_Hike:bl", ["sport_Hike:blue", "sport_Hike:bluered"]),
        ("url ride pur", ["purple"]),
        ("live ride:hot sport_Hike pur", ["purple"]),
        ("live ride:hot sport_H", ["sport_Hike", "sport_Handcycle"]),
    ],
)
def test_answer(run: Run, begun: str, completed: list[str]) -> None:
    """A shell gets the commands, activities, colours and layers that begin with what was typed."""
    outcome = run(
        _STRAVACOOKIES_COMPLETE="bash_complete",
        COMP_WORDS=f"stravacookies {begun}",
        COMP_CWORD=str(len(begun.split())),
    )

    assert completed == [line.partition(",")[2] for line in outcome.out.splitlines()]


def shell_environment(shell: str, environment: dict[str, str]) -> dict[str, str]:
    """Return the environment of a shell that is installed and finds this program."""
    install = f"Completion in {shell} needs: apt-get install -y --no-install-recommends {shell}"
    require(None if shutil.which(shell) else install)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return environment | {"PATH": path, "PS1": "READY> ", "TERM": "dumb", "LANG": "C.UTF-8"}


@pytest.mark.parametrize(
    ("shell", "arguments", "set_up", "ready"),
    [
        ("bash", ["--norc", "--noprofile", "-i"], "", "READY> "),
        (
            "zsh",
            ["-f", "-i"],
            "autoload -Uz compinit && compinit -D -u && ",
            "READY> \x1b[?2004h",  # from now on it accepts pasted text
        ),
    ],
)
@pytest.mark.parametrize(
    ("begun", "completed"),
    [
        ("josm-prefs --show ride:mobi", "josm-prefs --show ride:mobileblue "),
        ("live ride:hot sport_Hike:pu", "live ride:hot sport_Hike:purple "),
    ],
)
def test_bash_and_zsh(
    environment: dict[str, str],
    shell: str,
    arguments: list[str],
    set_up: str,
    ready: str,
    begun: str,
    completed: str,
) -> None:
    """After the line in the help, the shell itself completes what was typed."""
    keys = [
        (ready, f'{set_up}eval "$(stravacookies completion {shell})"\n'),
        (ready, f"stravacookies {begun}\t"),
        (completed, "\x15exit 0\n"),  # in place of the line
    ]
    in_shell = shell_environment(shell, environment)
    code, shown = on_terminal([shell, *arguments], in_shell, keys)

    assert 0 == code, shown
    assert f"stravacookies {completed}" in shown


def test_fish(environment: dict[str, str], tmp_path: Path) -> None:
    """Fish asks this program, too."""
    script = "stravacookies completion fish | source; complete -C 'stravacookies live ride:mobi'"
    in_shell = shell_environment("fish", environment)
    outcome = command.run("fish", "-c", script, environment=in_shell, folder=tmp_path)

    assert (0, "ride:mobileblue\n") == (outcome.code, outcome.out)

"""What shells complete, as this program tells them, and as real ones do it."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests import command
from tests.command import on_terminal
from tests.conftest import Run, require


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script(run: Run, shell: str) -> None:
    """For each shell there is a script that asks this program."""
    outcome = run("completion", shell)

    assert (0, "") == (outcome.code, outcome.err)
    assert f"_STRAVACOOKIES_COMPLETE={shell}_complete" in outcome.out


def test_completion(run: Run) -> None:
    """A shell is told commands, options, activities, colours and layers that begin so."""

    def completed(line: str) -> list[str]:
        outcome = run(
            _STRAVACOOKIES_COMPLETE="bash_complete",
            COMP_WORDS=f"stravacookies {line}",
            COMP_CWORD=str(len(line.split())),
        )
        return [word.partition(",")[2] for word in outcome.out.splitlines()]

    assert ["josm-prefs"] == completed("jo")
    assert ["sport_Hike", "sport_Handcycle"] == completed("josm-prefs --activity sport_H")
    assert ["bluered", "blue"][::-1] == completed("josm-prefs --color blue")
    assert ["ride:bluered"] == completed("live ride:bluer")
    assert ["sport_Hike", "sport_Handcycle"] == completed("url sport_H")
    assert ["purple"] == completed("url ride pur")


def shell_environment(shell: str, environment: dict[str, str]) -> dict[str, str]:
    """The environment of a shell that is installed, and finds this program."""
    missing = f"Completion in {shell} needs: apt-get install -y --no-install-recommends {shell}"
    require(None if shutil.which(shell) else missing)
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
            "READY> \x1b[?2004h",  # from now on it takes what is pasted
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
def test_shell(
    environment: dict[str, str],
    shell: str,
    arguments: list[str],
    set_up: str,
    ready: str,
    begun: str,
    completed: str,
) -> None:
    """After the line of the README, the shell itself ends what was begun."""
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
    """Fish, too, asks this program."""
    script = "stravacookies completion fish | source; complete -C 'stravacookies live ride:mobi'"
    outcome = command.run(
        *("fish", "-c", script),
        environment=shell_environment("fish", environment),
        folder=tmp_path,
    )

    assert (0, "ride:mobileblue\n") == (outcome.code, outcome.out)

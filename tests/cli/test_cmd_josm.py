"""`stravacookies josm`: JOSM is started with fresh cookies, or else without; its icon."""

import os
import shlex
import sys
from pathlib import Path

import pytest

from tests.command import PROGRAM, Run, run_stravacookies
from tests.josm_app import pretended
from tests.standin.server import StandIn
from tests.standin.strava import Strava

ANYWAY = "\nJOSM starts anyway, without new cookies.\n"


class Programs:
    """Pretended programs in a folder, which write down how they were started.

    Attributes:
        variables: The environment variable that puts the folder on the path.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.variables = {"PATH": f"{folder}:{PROGRAM.parent}:{os.environ['PATH']}"}

    def install(self, name: str, code: int = 0) -> None:
        """Install a program that ends with an exit code."""
        path = self._folder / name
        path.write_text(
            f"#!/bin/sh\nfor word; do echo \"$word\" >> '{path}.args'; done\nenv > '{path}.env'\n"
            f"exit {code}\n"
        )
        path.chmod(0o755)

    def arguments(self, name: str) -> list[str] | None:
        """Return the lines of a program's arguments, or None if it was not started."""
        if not (self._folder / f"{name}.env").exists():
            return None
        file = self._folder / f"{name}.args"
        return file.read_text().splitlines() if file.exists() else []

    def remove(self, name: str) -> None:
        """Remove a program."""
        (self._folder / name).unlink()

    def notification(self) -> str:
        """Return the last line of the notification that was shown."""
        return (self.arguments("notify-send") or [""])[-1]

    def environment(self, name: str) -> str:
        """Return the environment that a program was started with."""
        return (self._folder / f"{name}.env").read_text()


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    """A JOSM that ends with the exit code 7, and the program for notifications."""
    folder = tmp_path / "bin"
    folder.mkdir()
    programs = Programs(folder)
    programs.install("josm", code=7)
    programs.install("notify-send")
    return programs


def test_josm_gets_fresh_cookies(
    run: Run, programs: Programs, strava: Strava, stand_in: StandIn, josm_directory: Path
) -> None:
    """JOSM starts on new layers, with our exit code, its arguments, and no secret."""
    session, password = strava.open_session(), "not for children"
    outcome = run(
        *("josm", "--", "--language=de", "a b.gpx"),
        **programs.variables,
        STRAVA_SESSION=session,
        STRAVA_PASSWORD=password,
    )

    assert (7, "") == (outcome.code, outcome.err)
    assert f"is ready for JOSM, in {josm_directory}:" in outcome.out
    assert "\nJOSM starts now. Next: choose a layer from its Imagery menu.\n" in outcome.out
    assert ["--language=de", "a b.gpx"] == programs.arguments("josm")
    assert None is programs.arguments("notify-send")
    environment = programs.environment("josm")
    assert "\nPATH=" in f"\n{environment}"
    secrets = {session, password, *stand_in.secrets()}
    assert [] == [each for each in secrets if each in environment]
    assert (josm_directory / "strava-heatmap.xml").exists()
    # The cookies are fresh now.
    again = run("josm", **programs.variables)
    assert (7, 1) == (again.code, len(stand_in.requests))
    assert "A running JOSM" not in again.out


def test_served_layers_stay_served(run: Run, programs: Programs, josm_directory: Path) -> None:
    """Layers that get their tiles from `serve` go on doing so; no session is needed for them."""
    run("josm-prefs", "--local", "8766")
    before = (josm_directory / "strava-heatmap.xml").read_bytes()
    outcome = run("josm", **programs.variables)

    assert (7, "") == (outcome.code, outcome.err)
    assert (
        "\nJOSM starts now. Next: run 'stravacookies serve --port 8766', and choose a layer from"
        " its Imagery menu.\n"
    ) in outcome.out
    assert b"http://127.0.0.1:8766/" in before
    assert before == (josm_directory / "strava-heatmap.xml").read_bytes()


def test_josm_starts_without_fresh_cookies(run: Run, programs: Programs, home: Path) -> None:
    """If the refresh fails, this is told on the terminal and on the desktop, and JOSM starts."""
    (home / ".config" / "JOSM").mkdir(parents=True)
    outcome = run("josm", **programs.variables, STRAVA_SESSION="0123456789abcdef-ended")

    assert (7, "") == (outcome.code, outcome.out)
    assert outcome.err.startswith("stravacookies: ")
    assert outcome.err.endswith(ANYWAY)
    assert [] == programs.arguments("josm")
    option, separator, title, *text = programs.arguments("notify-send") or []
    assert ("--app-name=stravacookies", "--") == (option, separator)
    assert "JOSM with Strava heatmap" == title
    assert outcome.err.endswith("stravacookies: " + "\n".join(text) + "\n")


def test_josm_that_is_not_found(run: Run, josm_directory: Path, programs: Programs) -> None:
    """A JOSM that cannot be started is told on the desktop, too, before Strava is asked."""
    programs.remove("josm")
    outcome = run("josm", PATH=programs.variables["PATH"].partition(":")[0])

    assert 6 == outcome.code
    assert f"no installed JOSM uses {josm_directory}. Say how to start it" in outcome.err
    assert outcome.err == f"stravacookies: {programs.notification()}\n"
    assert [] == list(josm_directory.iterdir())


def test_mistake_in_the_defaults(run: Run, programs: Programs, home: Path) -> None:
    """A mistake in config.toml is told on the desktop, too: an icon has no terminal."""
    path = home / ".config" / "stravacookies" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("colour = 1")
    outcome = run("josm", **programs.variables)

    assert 2 == outcome.code
    assert outcome.err == f"stravacookies: {programs.notification()}\n"


def test_josm_that_runs_already(
    run: Run, josm_directory: Path, programs: Programs, strava: Strava, tmp_path: Path
) -> None:
    """No second JOSM is started on the same directory, and nothing is written."""
    user = programs.variables | {"STRAVA_SESSION": strava.open_session()}
    with pretended(tmp_path, f"-Djosm.home={josm_directory}"):
        outcome = run("josm", **user)

    assert (
        "stravacookies: JOSM is already running, so it was not started again. If its cookies have"
        " expired, run 'stravacookies live --renew', or close JOSM and run this again.\n"
    ) == outcome.err
    assert (6, f"stravacookies: {programs.notification()}\n") == (outcome.code, outcome.err)
    assert (None, []) == (programs.arguments("josm"), list(josm_directory.iterdir()))
    with pretended(tmp_path, "-Djosm.home=/elsewhere"):
        assert 7 == run("josm", **user).code


@pytest.mark.usefixtures("run_here")  # which keeps fresh cookies
def test_command_of_the_user(programs: Programs, tmp_path: Path, home: Path) -> None:
    """`--josm-command` starts any JOSM, on a directory of its own; `~` is the home directory."""
    (home / "my josm").mkdir()
    (home / "bin").symlink_to(tmp_path / "bin")
    outcome = run_stravacookies(
        *("josm", "--josm-dir", home / "my josm", "--josm-command", "~/bin/josm 'a b'", "--", "c"),
        environment=dict(os.environ),
        folder=tmp_path,
    )

    assert 7 == outcome.code
    assert f"is ready for JOSM, in {home}/my josm:" in outcome.out
    assert ["a b", "c"] == programs.arguments("josm")


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("'", 2, "Invalid value for '--josm-command': a quotation mark is not closed."),
        (" ", 2, "Invalid value for '--josm-command': it is empty."),
        ("./nothing", 6, "JOSM could not be started with ./nothing: No such file or directory."),
    ],
)
def test_unusable_command(
    run: Run, programs: Programs, command: str, code: int, words: str
) -> None:
    """A command that cannot be started is named."""
    outcome = run("josm", "--josm-command", command, **programs.variables)

    assert code == outcome.code
    assert outcome.err.endswith(f": {words}\n")


def test_icon(
    run: Run, programs: Programs, josm_directory: Path, home: Path, strava: Strava
) -> None:
    """The icon starts JOSM with the options that it was added with; it can be removed again."""
    josm = shlex.join(["josm", "an argument"])
    options = ("--josm-command", josm, "--josm-dir", josm_directory)
    added = run("josm", "--icon", *options, "--", "--offline=all")
    icon = home / ".local" / "share" / "applications" / "stravacookies-josm.desktop"
    (line,) = (each for each in icon.read_text().splitlines() if each.startswith("Exec="))
    command = shlex.split(line.removeprefix("Exec="))

    assert f"'JOSM with Strava heatmap' is now in the desktop's menu ({icon}).\n" == added.out
    assert ["-P", "-m", "stravacookies"] == command[1:4]
    assert Path(command[0]).samefile(sys.executable)
    assert None is programs.arguments("josm")
    session = strava.open_session()
    assert 7 == run(*command[4:], **programs.variables, STRAVA_SESSION=session).code
    assert ["an argument", "--offline=all"] == programs.arguments("josm")
    removed = run("josm", "--no-icon"), run("josm", "--no-icon")
    assert [
        "'JOSM with Strava heatmap' is no longer in the desktop's menu.\n",
        "There was no icon to remove.\n",
    ] == [each.out for each in removed]
    assert not icon.exists()
    run("josm", "--icon")
    assert "Removed 'JOSM with Strava heatmap' from the desktop's menu.\n" in run("remove").out
    assert not icon.exists()

"""What counts as a JOSM that runs, told from command lines; a real one is elsewhere."""

from pathlib import Path

import pytest

from stravacookies.josm.process import is_running, runs_on

HERE = Path("/home/m/.config/JOSM")
JAR = "/usr/share/josm/josm.jar"


@pytest.mark.parametrize(
    "command",
    [
        ["java", "-jar", JAR],
        ["/usr/bin/java", "-Xmx2g", "-jar", "/opt/josm-tested.jar", "file.osm"],
        ["java", "-Djosm.pref=/home/m/.config/JOSM", "-jar", JAR],
        ["java", "-Djosm.home=/home/m/.config/../.config/JOSM", "-jar", JAR],
        [r"C:\\Users\\m\\JOSM\\JOSM.exe"],
    ],
)
def test_josm_on_the_usual_directory(command: list[str]) -> None:
    """A JOSM that names no directory, or this one, runs on it."""
    assert runs_on(command, HERE, usual=True)


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["java", "-jar", "other.jar"],
        ["java", "-Djosm.home=/tmp/other", "-jar", JAR],
        ["vim", "josm.jar.txt"],
    ],
)
def test_anything_else(command: list[str]) -> None:
    """Other programs, and a JOSM on another directory, do not."""
    assert not runs_on(command, HERE, usual=True)


def test_unusual_directory() -> None:
    """A JOSM that names no directory does not run on one that is not usual."""
    assert not runs_on(["java", "-jar", JAR], HERE, usual=False)


def test_nothing_runs_on_a_new_directory(tmp_path: Path) -> None:
    """The system's processes can be looked at."""
    assert not is_running(tmp_path, usual=False)

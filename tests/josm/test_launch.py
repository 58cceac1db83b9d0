"""How the JOSM that is installed is started; the command `josm` is tested elsewhere."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stravacookies.computer import Computer
from stravacookies.errors import JosmStateError
from stravacookies.josm import launch

PLAIN, LATEST = ".config/JOSM", ".config/JOSM-latest"
FLATPAK = ".var/app/org.openstreetmap.josm/config/JOSM"
OF_FLATPAK = ".local/share/flatpak/app/org.openstreetmap.josm/"


@pytest.fixture
def install(home: Path) -> Callable[..., Computer]:
    """A function that installs JOSMs by their programs and folders, and returns the computer."""

    def install(platform: str, *parts: str) -> Computer:
        for part in parts:
            path = home / part
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir(parents=True) if part.endswith("/") else path.touch(mode=0o755)
        environ = {"PATH": str(home / "bin"), "LOCALAPPDATA": str(home / "local")}
        return Computer(platform, environ, home, root=home)

    return install


@pytest.mark.parametrize(
    ("platform", "parts", "directory", "expected"),
    [
        ("linux", ["bin/josm"], None, "josm"),
        ("linux", ["bin/josm"], PLAIN, "josm"),
        ("linux", ["bin/josm", ".josm/"], ".josm", "josm"),
        ("linux", ["bin/josm", "bin/josm-latest"], LATEST, "josm-latest"),
        ("linux", [OF_FLATPAK], None, "flatpak run org.openstreetmap.josm"),
        ("linux", ["bin/josm", OF_FLATPAK], FLATPAK, "flatpak run org.openstreetmap.josm"),
        ("linux", ["snap/josm/42/"], None, "snap run josm"),
        ("darwin", ["Applications/JOSM.app/"], None, "open -a {}/Applications/JOSM.app --args"),
        ("win32", ["local/JOSM/"], "AppData/Roaming/JOSM", r"{}/local/JOSM\JOSM.exe"),
    ],
)
def test_command(
    home: Path,
    install: Callable[..., Computer],
    platform: str,
    parts: list[str],
    directory: str | None,
    expected: str,
) -> None:
    """Each package has its command; of several, the one that uses the directory."""
    found = launch.command(install(platform, *parts), home / directory if directory else None)

    assert expected.format(home) == " ".join(found)


@pytest.mark.parametrize(
    ("parts", "directory", "why", "arguments"),
    [
        ([], None, "it was not found", '--josm-command "java -jar josm.jar"'),
        (
            ["bin/josm", ".josm/"],
            PLAIN,
            "no installed JOSM uses {}",
            '--josm-command "java -Djosm.home={} -jar josm.jar"',
        ),
        (
            ["bin/josm"],
            "my josm",
            "no installed JOSM uses {}",
            """--josm-dir "{}" --josm-command 'java "-Djosm.home={}" -jar josm.jar'""",
        ),
    ],
)
def test_no_command(
    home: Path,
    install: Callable[..., Computer],
    parts: list[str],
    directory: str | None,
    why: str,
    arguments: str,
) -> None:
    """A JOSM that uses another directory is not started; the advice is a command to copy."""
    path = home / directory if directory else None
    with pytest.raises(JosmStateError) as error:
        launch.command(install("linux", *parts), path)

    assert (
        f"JOSM cannot be started: {why}. Say how to start it, such as: stravacookies josm"
        f" {arguments}"
    ).format(path, path, path) == str(error.value)

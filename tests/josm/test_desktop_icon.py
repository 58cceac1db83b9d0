"""The icon in the desktop's menu: what each system reads in it."""

import os
import plistlib
import re
import shlex
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

from stravacookies.computer import Computer
from stravacookies.errors import FileError
from stravacookies.josm import desktop_icon
from tests.command import missing, require

COMMAND = ["/my files/$HOME/python", "-m", "stravacookies", 'a"b`c\\d', "100%", "é", "--", "x\ny"]


def test_desktop_file(home: Path) -> None:
    """Desktops on Linux get a desktop file, below XDG_DATA_HOME, which runs the command."""
    computer = Computer("linux", {"XDG_DATA_HOME": str(home / "data")}, home)
    icon = desktop_icon.add(computer, COMMAND)
    parser = RawConfigParser()
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    parser.read_string(icon.read_text("utf-8"))
    escapes = {r"\n": "\n", r"\\": "\\"}
    line = re.sub(r"\\.", lambda match: escapes[match[0]], parser["Desktop Entry"].pop("Exec"))

    assert home / "data" / "applications" / "stravacookies-josm.desktop" == icon
    words = subprocess.check_output(["sh", "-c", f"printf '%s\\0' {line}"], text=True).split("\0")
    assert [*COMMAND, ""] == [word.replace("%%", "%") for word in words]
    assert {
        "Type": "Application",
        "Version": "1.0",
        "Name": "JOSM with Strava heatmap",
        "GenericName": "OpenStreetMap editor",
        "Comment": "Refresh the Strava heatmap, and start JOSM",
        "Icon": "org.openstreetmap.josm",
        "Terminal": "false",
        "StartupWMClass": "org-openstreetmap-josm-gui-MainApplication",
        "Categories": "Education;Geoscience;Maps;",
    } == dict(parser["Desktop Entry"])


def test_desktop_file_is_valid(home: Path) -> None:
    """The validator of the desktops finds nothing to say about the desktop file."""
    validator = shutil.which("desktop-file-validate")
    require(missing("Validation", {"desktop-file-utils": validator}))
    icon = desktop_icon.add(Computer("linux", {}, home), COMMAND)
    checked = subprocess.run([str(validator), icon], capture_output=True, text=True, check=False)

    assert home / ".local" / "share" / "applications" == icon.parent
    assert (0, "", "") == (checked.returncode, checked.stdout, checked.stderr)


def test_application_folder(home: Path) -> None:
    """A Mac gets an application: a property list, and a script that runs the command."""
    icon = desktop_icon.add(Computer("darwin", {}, home), COMMAND)
    about = plistlib.loads((icon / "Contents" / "Info.plist").read_bytes())
    script = icon / "Contents" / "MacOS" / about["CFBundleExecutable"]
    shebang, line = script.read_text("utf-8").split("\n", 1)

    assert home / "Applications" / "JOSM with Strava heatmap.app" == icon
    assert ("APPL", "JOSM with Strava heatmap", "stravacookies.josm") == (
        about["CFBundlePackageType"],
        about["CFBundleName"],
        about["CFBundleIdentifier"],
    )
    assert ("#!/bin/sh", ["exec", *COMMAND]) == (shebang, shlex.split(line))
    assert 0o700 == script.stat().st_mode & 0o777


@pytest.mark.parametrize(
    ("platform", "script"), [("linux", ""), ("darwin", "Contents/MacOS/start")]
)
def test_names_that_are_not_utf8(home: Path, platform: str, script: str) -> None:
    """A file whose name is not UTF-8 is named by its own bytes."""
    icon = desktop_icon.add(Computer(platform, {}, home), ["josm", os.fsdecode(b"caf\xe9.gpx")])

    assert b"caf\xe9.gpx" in (icon / script).read_bytes()


def test_script_of_windows(home: Path) -> None:
    """Windows gets a script in the Start menu, in which words stay whole for shell and program."""
    command = [r"C:\R&D\Zoë M\pythonw.exe", "-m", "100%", "D:\\", r'"C:\R&D x\\" y']
    icon = desktop_icon.add(Computer("win32", {"APPDATA": str(home / "Roaming")}, home), command)

    folder = home / "Roaming" / "Microsoft" / "Windows" / "Start Menu" / "Programs"
    assert folder / "JOSM with Strava heatmap.cmd" == icon
    assert (
        '@chcp 65001 >nul\r\n@start "" "C:\\R&D\\Zoë M\\pythonw.exe" "-m" "100%%" "D:\\\\"'
        r' "\"C:\R^&D x\\\\\" y"'
        "\r\n"
    ) == icon.read_bytes().decode()


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_removal(home: Path, platform: str) -> None:
    """The whole icon is removed, and nothing else; a second time there is none."""
    computer = Computer(platform, {}, home)
    icon = desktop_icon.add(computer, COMMAND)
    (icon.parent / "other").touch()

    assert [True, False] == [desktop_icon.remove(computer) for _ in range(2)]
    assert [icon.parent / "other"] == list(icon.parent.iterdir())


def test_icon_that_cannot_be_written(home: Path) -> None:
    """The error names the place."""
    (home / ".local").touch()
    with pytest.raises(FileError) as error:
        desktop_icon.add(Computer("linux", {}, home), COMMAND)

    assert f"{home}/.local/share could not be created: Not a directory." == str(error.value)

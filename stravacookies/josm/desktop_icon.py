"""An icon in the desktop's menu that starts JOSM with fresh cookies."""

import re
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

from stravacookies.computer import Computer, windows_script
from stravacookies.files import renamed_errors, write_private

NAME = "JOSM with Strava heatmap"


def path(computer: Computer) -> Path:
    """Return where the icon is: a desktop file, or macOS's application, or a script on Windows.

    Source: https://specifications.freedesktop.org/desktop-entry-spec/latest/file-naming.html
    """
    if computer.platform == "win32":
        return computer.start_menu / f"{NAME}.cmd"
    if computer.platform == "darwin":
        return computer.home / "Applications" / f"{NAME}.app"
    return computer.data / "applications" / "stravacookies-josm.desktop"


def add(computer: Computer, command: Sequence[str]) -> Path:
    """Add the icon, which runs a command, and return where it is.

    Raises:
        FileError: It could not be written.
    """
    icon = path(computer)
    if computer.platform == "win32":
        write_private(icon.parent, {icon: windows_script(command)})
    elif computer.platform == "darwin":
        _write_application(icon / "Contents", command)
    else:
        write_private(icon.parent, {icon: _desktop_file(command)})
    return icon


def remove(computer: Computer) -> bool:
    """Remove the icon, and return whether there was one.

    Raises:
        FileError: It could not be removed.
    """
    icon = path(computer)
    with renamed_errors(icon, "removed"):
        if icon.is_dir():
            shutil.rmtree(icon)
            return True
        existed = icon.exists()
        icon.unlink(missing_ok=True)
        return existed


def _desktop_file(command: Sequence[str]) -> bytes:
    """Return a desktop file, as JOSM's own is.

    Source: https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html
    """
    words = (re.sub(r'(["`$\\])', r"\\\1", word).replace("%", "%%") for word in command)
    quoted = " ".join(f'"{word}"' for word in words)
    # What was quoted is a string, in which a backslash and a line break are escaped once more.
    line = quoted.replace("\\", r"\\").replace("\n", r"\n")
    return f"""\
[Desktop Entry]
Type=Application
Version=1.0
Name={NAME}
GenericName=OpenStreetMap editor
Comment=Refresh the Strava heatmap, and start JOSM
Icon=org.openstreetmap.josm
Exec={line}
Terminal=false
StartupWMClass=org-openstreetmap-josm-gui-MainApplication
Categories=Education;Geoscience;Maps;
""".encode(errors="surrogateescape")


def _write_application(contents: Path, command: Sequence[str]) -> None:
    """Write an application of macOS.

    Source: https://developer.apple.com/documentation/bundleresources/placing-content-in-a-bundle
    """
    import plistlib  # imported here: only a Mac needs it

    about = {
        "CFBundleExecutable": "start",
        "CFBundleIdentifier": "stravacookies.josm",
        "CFBundleName": NAME,
        "CFBundlePackageType": "APPL",
    }
    script = contents / "MacOS" / "start"
    write_private(contents, {contents / "Info.plist": plistlib.dumps(about)})
    text = f"#!/bin/sh\nexec {shlex.join(command)}\n"
    write_private(script.parent, {script: text.encode(errors="surrogateescape")})
    script.chmod(0o700)

"""Windows, as far as a program sees it from Python: the only place that pretends it."""

import errno
import fcntl
import os
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import platformdirs
import pytest
from platformdirs import windows as windows_dirs

for _library in ("jinja2", "keyring", "lxml.etree", "psutil"):
    import_module(_library)  # they look at the system only once, when they are imported

MISSING_MODULES = ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty")
MISSING_IN_OS = (
    *("O_DIRECTORY", "O_NOFOLLOW", "fchmod", "fchown", "fork", "geteuid", "getuid", "killpg"),
    "statvfs",
)


def lock_byte(descriptor: int, mode: int, size: int) -> None:
    """Lock a file as `msvcrt.locking` does, whose error is that of a file one may not open."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise PermissionError(errno.EACCES, "Permission denied") from None


def pretend(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give Python the answers of Windows, for a user with a home directory."""
    monkeypatch.setattr(sys, "platform", "win32")
    for name in MISSING_MODULES:
        monkeypatch.setitem(sys.modules, name, None)
    for name in MISSING_IN_OS:
        monkeypatch.delattr(os, name)
    # A JOSM of this system, without APPDATA, would be one in the home directory.
    monkeypatch.setattr("psutil.process_iter", lambda _: iter(()))
    msvcrt = SimpleNamespace(LK_NBLCK=2, locking=lock_byte)
    monkeypatch.setitem(sys.modules, "msvcrt", msvcrt)
    monkeypatch.setattr(platformdirs, "PlatformDirs", windows_dirs.Windows)
    from_environ = windows_dirs.get_win_folder_from_env_vars
    monkeypatch.setattr(windows_dirs, "get_win_folder", from_environ)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("APPDATA", str(home / "AppData" / "Roaming"))
    monkeypatch.setenv("LOCALAPPDATA", str(home / "AppData" / "Local"))

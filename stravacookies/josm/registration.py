"""JOSM's preferences as they are, and as they are with our entry set registered or taken out."""

import os
import stat
from collections.abc import Callable
from os.path import realpath
from pathlib import Path
from typing import NamedTuple

from stravacookies.errors import FileError
from stravacookies.files import file_type, renamed_errors
from stravacookies.josm import entry_set, menu, preferences
from stravacookies.josm.directory import PREFERENCES, no_directory
from stravacookies.josm.menu import Menu
from stravacookies.josm.xml_edit import Document, MalformedError

Change = Callable[[Document, str], bytes]
"""Returns JOSM's preferences with a change, given the path of the entry set."""


class Registration(NamedTuple):
    """JOSM's preferences, as they were read and with a change.

    They contain the user's OAuth tokens: `repr` hides them.

    Attributes:
        before: The file; None if there is none.
        after: The file with the change; None if it needs none.
        menu: What they say of JOSM's menu.
        is_first: Whether the directory does not exist yet.
    """

    before: bytes | None
    after: bytes | None
    menu: Menu
    is_first: bool = False

    def __repr__(self) -> str:
        return f"<Registration {self.menu}>"


def read_registration(directory: Path, change: Change = preferences.register) -> Registration:
    """Read JOSM's preferences, and return them as they are and with a change.

    Raises:
        FileError: The directory is not one, or its `preferences.xml` is not one of JOSM's.
    """
    path = directory / PREFERENCES
    with renamed_errors(path, "read"):
        if (kind := file_type(directory)) not in (0, stat.S_IFDIR):
            raise no_directory(directory)
        in_a_circle = os.path.islink(realpath(path))  # noqa: PTH114 - Path cannot tell
        if in_a_circle or file_type(path) not in (0, stat.S_IFREG):
            raise _not_preferences(path, "it is not a file")
        before = path.read_bytes() if file_type(path) else None
    content = preferences.NEW if before is None else before
    site = str(Path(realpath(directory), entry_set.FILE))
    try:
        document = preferences.read(content)
        after = change(document, site)
    except MalformedError as error:
        raise _not_preferences(path, str(error)) from None
    except ValueError:
        raise FileError(
            f"{site!r} cannot be written into JOSM's preferences: it contains characters that XML"
            " does not allow."
        ) from None
    changed = None if after == content else after
    return Registration(before, changed, menu.read(document), is_first=not kind)


def _not_preferences(path: Path, why: str) -> FileError:
    return FileError(
        f"{path} is not a JOSM preferences file ({why}). Nothing was changed. Start JOSM, which"
        " restores it from its own copy, close it, and run this again."
    )

"""Private copies of browsers' stores, reduced to the cookies of Strava.

Firefox locks its store, and a browser that runs writes to a log beside it, so a store is copied
with its log. The copy is reduced at once, before a keyring may be asked, to

- cookies of Strava: nothing of other sites is decrypted, or left behind by a run that is killed;
- cookies that are not partitioned, as they would be where another site frames Strava.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from stravacookies import paths
from stravacookies.credentials.browser_profiles import last_change
from stravacookies.credentials.store import BROWSER_COPIES
from stravacookies.files import make_private_directory
from stravacookies.locks import locked


@contextmanager
def reduced_copy(store: Path) -> Iterator[Path]:
    """Copy a store into a private folder for the duration of a `with` block.

    What a killed run has left there is removed. Two runs do not read browsers at the same time.

    Raises:
        sqlite3.Error: The store is damaged, or is not a cookie store.
        OSError: It cannot be copied.
    """
    folder = paths.state() / BROWSER_COPIES
    for directory in (folder.parent, folder):
        make_private_directory(directory)
    with locked([folder / "copy"]):
        for left in folder.iterdir():  # by a run that was killed
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            copy = Path(temporary) / "profile" / "Cookies"
            copy.parent.mkdir()
            _copy_store(store, copy)
            for above in store.parents[:3]:  # on Windows, Chromium's key is in it
                with suppress(OSError):
                    if (above / "Local State").is_file():
                        shutil.copyfile(above / "Local State", copy.with_name("Local State"))
                        break
            before, tempfile.tempdir = tempfile.tempdir, temporary  # yt-dlp makes its own copy
            try:
                yield copy
            finally:
                tempfile.tempdir = before


def _copy_store(store: Path, copy: Path) -> None:
    for _ in range(3):  # a browser may write to it meanwhile
        before = last_change(store)
        Path(f"{copy}-wal").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{store}-wal", f"{copy}-wal")
        shutil.copyfile(store, copy)
        if last_change(store) == before:
            break  # the two belong together
    with closing(sqlite3.connect(copy)) as connection:  # closing it merges the log
        connection.executescript(_FIREFOX_SQL if is_firefox(connection) else _CHROMIUM_SQL)
        connection.executescript(_FORGET_SQL)


def is_firefox(connection: sqlite3.Connection) -> bool:
    """Return whether a store has the form of Firefox's, or else of Chromium's."""
    tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    return ("moz_cookies",) in tables


# In a container, the attributes are ^userContextId=2. A partition adds others, with &.
_FIREFOX_SQL = """
DELETE FROM moz_cookies WHERE ('.' || host LIKE '%.strava.com') IS NOT TRUE
    OR originAttributes <> '' AND originAttributes NOT GLOB '^userContextId=*'
    OR originAttributes LIKE '%&%';
"""

# yt-dlp takes microseconds since 1601 for Unix seconds; 0 is a session cookie.
# Source of the epoch: Chromium's base/time/time.h.
_CHROMIUM_SQL = """
DELETE FROM cookies WHERE top_frame_site_key <> ''
    OR ('.' || host_key LIKE '%.strava.com') IS NOT TRUE;
UPDATE cookies SET expires_utc = expires_utc / 1000000 - 11644473600 WHERE expires_utc <> 0;
"""

# Rows that were deleted, now or by the browser, stay in the file until it is written again.
_FORGET_SQL = "PRAGMA temp_store = MEMORY; VACUUM;"

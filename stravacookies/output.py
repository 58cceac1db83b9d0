"""The files that a mapper gets: JOSM's entry set and its registration, Cartograph's map sources."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stravacookies import cartograph
from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import (
    FileAccessError,
    NoJosmDirectoryError,
    PreferencesError,
    UnusablePathError,
)
from stravacookies.files import make_private_directory, replace_all
from stravacookies.heatmap import Layer
from stravacookies.josm import preferences
from stravacookies.josm.directory import PREFERENCES

ENTRY_SET = "strava-heatmap.xml"
CARTOGRAPH = "cartograph"


@dataclass(frozen=True, slots=True)
class Written:
    """What `write` did.

    Attributes:
        entry_set: JOSM's entry set.
        map_sources: Cartograph's map source files.
        registered: Whether the entry set was new to JOSM's preferences.
        created: Whether there were no preferences before.
    """

    entry_set: Path
    map_sources: tuple[Path, ...]
    registered: bool
    created: bool


def check(directory: Path) -> bool:
    """Refuse what `write` could not work with, before anybody is asked for anything.

    Returns whether JOSM's preferences list the entry set.

    Args:
        directory: JOSM's preferences directory.

    Raises:
        NoJosmDirectoryError: It is not there.
        PreferencesError: Its `preferences.xml` is not one of JOSM.
        FileAccessError: A file cannot be read.
    """
    with _renamed_errors(directory, "read"):
        if not directory.is_dir():
            raise NoJosmDirectoryError([directory])
    return _registration(directory) is None


def count_entries(directory: Path) -> int:
    """Count the entries of the entry set; a file that is not there has none."""
    try:
        return (directory / ENTRY_SET).read_bytes().count(b"</entry>")
    except OSError:
        return 0


def holds(directory: Path, cookies: HeatmapCookies) -> bool:
    """Tell whether the entry set has these cookies in it."""
    try:
        return cookies.signature.encode() in (directory / ENTRY_SET).read_bytes()
    except OSError:
        return False


def write(
    directory: Path, layers: Sequence[Layer], shown: Sequence[Layer], cookies: HeatmapCookies
) -> Written:
    """Write all files, each whole or not at all, after everything that can be refused was.

    The map sources of colours that are no longer among the layers are removed.

    Args:
        directory: JOSM's preferences directory.
        layers: What to write.
        shown: Those of them that JOSM puts in its Imagery menu by itself.
        cookies: What opens the tiles.

    Raises:
        PreferencesError: The directory's `preferences.xml` is not one of JOSM.
        FileAccessError: A file could not be read or written.
    """
    # Imported here, since a run that writes nothing need not wait for Jinja2.
    from stravacookies import render

    entry_set, map_sources = directory / ENTRY_SET, directory / CARTOGRAPH
    sources = {
        map_sources / name: render.cartograph_map_source(of_one_color, cookies)
        for name, of_one_color in cartograph.by_file(layers).items()
    }
    texts = {entry_set: render.josm_entry_set(layers, shown, cookies)} | sources
    registration = _registration(directory)

    contents = {path: text.encode() for path, text in texts.items()}
    path = directory / PREFERENCES
    created = not path.exists()
    if registration:
        contents[path] = registration

    with _renamed_errors(map_sources, "made"):
        make_private_directory(map_sources)
    with _renamed_errors(directory, "written"):
        replace_all(contents, users_own=[path])
    for unwanted in {map_sources / name for name in cartograph.FILE_NAMES} - sources.keys():
        with _renamed_errors(unwanted, "removed"):
            unwanted.unlink(missing_ok=True)
    return Written(entry_set, tuple(sources), registration is not None, created)


def _registration(directory: Path) -> bytes | None:
    """Return the preferences with the entry set registered, or nothing if it is already."""
    path = directory / PREFERENCES
    with _renamed_errors(path, "read"):
        entry_set = directory.resolve() / ENTRY_SET
        if path.exists() and not path.is_file():
            raise PreferencesError(path, "it is no file")
        content = path.read_bytes() if path.exists() else preferences.NEW
    try:
        edited = preferences.add_site(content, str(entry_set))
    except preferences.MalformedError as error:
        raise PreferencesError(path, str(error)) from None
    except ValueError:
        raise UnusablePathError(entry_set) from None
    return None if edited == content else edited


@contextmanager
def _renamed_errors(path: Path, doing: str) -> Iterator[None]:
    """Rename the system's errors, so that they tell the file and what was done to it."""
    try:
        yield
    except OSError as error:
        raise FileAccessError(Path(error.filename or path), doing, error) from error

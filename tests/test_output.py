"""The writing of all files: in order, private, and not at all if one could not be."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stravacookies import output
from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import (
    FileAccessError,
    NoJosmDirectoryError,
    PreferencesError,
    UnusablePathError,
)
from stravacookies.heatmap import TODAY
from stravacookies.josm.preferences import NEW, add_site
from tests.made_up import values

COOKIES = HeatmapCookies.from_values(values())
LAYERS = TODAY.layers(["all", "ride"], ["hot", "blue"])


def files(directory: Path) -> set[str]:
    """The files below a directory."""
    return {str(p.relative_to(directory)) for p in directory.rglob("*") if p.is_file()}


def test_all_files_are_written(tmp_path: Path) -> None:
    """The entry set, a map source for each colour, and preferences where there were none."""
    written = output.write(tmp_path, LAYERS, LAYERS[:1], COOKIES)

    assert {
        "strava-heatmap.xml",
        "cartograph/strava-heatmap-hot.onlinemap",
        "cartograph/strava-heatmap-blue.onlinemap",
        "preferences.xml",
    } == files(tmp_path)
    assert written.registered
    assert tmp_path / "strava-heatmap.xml" == written.entry_set
    assert 2 == len(written.map_sources)


def test_all_files_are_private(tmp_path: Path) -> None:
    """Each file with cookies, and the preferences with their tokens, is its owner's alone."""
    umask = os.umask(0)
    try:
        output.write(tmp_path, LAYERS, [], COOKIES)
    finally:
        os.umask(umask)

    assert {0o600} == {p.stat().st_mode & 0o777 for p in tmp_path.rglob("*") if p.is_file()}


def test_second_run_leaves_preferences_alone(tmp_path: Path) -> None:
    """Once registered, the preferences are never written again."""
    output.write(tmp_path, LAYERS, [], COOKIES)
    before = (tmp_path / "preferences.xml").stat()
    written = output.write(tmp_path, LAYERS, [], COOKIES)

    assert not written.registered
    assert before == (tmp_path / "preferences.xml").stat()


def test_colours_left_out_leave_no_map_source(tmp_path: Path) -> None:
    """A map source of a colour that is no longer wanted goes; the user's own files stay."""
    output.write(tmp_path, LAYERS, [], COOKIES)
    (tmp_path / "cartograph" / "strava-heatmap-mine.onlinemap").touch()
    output.write(tmp_path, TODAY.layers(["all"], ["hot"]), [], COOKIES)

    assert {
        "cartograph/strava-heatmap-hot.onlinemap",
        "cartograph/strava-heatmap-mine.onlinemap",
    } == {name for name in files(tmp_path) if name.startswith("cartograph")}


def test_relative_directory_is_registered_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JOSM is started from anywhere, so it is given an absolute path."""
    (tmp_path / "JOSM").mkdir()
    monkeypatch.chdir(tmp_path)
    output.write(Path("JOSM"), LAYERS, [], COOKIES)

    site = str(tmp_path / "JOSM" / "strava-heatmap.xml")
    assert add_site(NEW, site) == (tmp_path / "JOSM" / "preferences.xml").read_bytes()


def test_damaged_preferences_stop_all(tmp_path: Path) -> None:
    """Preferences that are not JOSM's are refused before any file is written."""
    (tmp_path / "preferences.xml").write_text("<preferences>\n")

    for attempt in (
        lambda: output.check(tmp_path),
        lambda: output.write(tmp_path, LAYERS, [], COOKIES),
    ):
        with pytest.raises(PreferencesError) as error:
            attempt()
        assert f"{tmp_path / 'preferences.xml'} is not a JOSM preferences file" in str(error.value)
    assert {"preferences.xml"} == files(tmp_path)


def test_missing_directory_is_named(tmp_path: Path) -> None:
    """A directory that is not there is not made: it would not be JOSM's."""
    with pytest.raises(NoJosmDirectoryError) as error:
        output.check(tmp_path / "nowhere")

    assert (tmp_path / "nowhere",) == error.value.looked_in


def test_path_that_xml_cannot_hold(tmp_path: Path) -> None:
    """A directory whose name no XML can hold is refused, with nothing written."""
    directory = tmp_path / "a\x01b"
    directory.mkdir()

    with pytest.raises(UnusablePathError):
        output.check(directory)
    assert set() == files(tmp_path)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_preferences_that_are_no_file(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """A directory or a pipe is refused; nobody waits for what comes out of it."""
    make(tmp_path / "preferences.xml")

    with pytest.raises(PreferencesError, match="it is no file"):
        output.check(tmp_path)


def test_mode_of_preferences_stays(tmp_path: Path) -> None:
    """The mode of `preferences.xml` is the user's choice."""
    path = tmp_path / "preferences.xml"
    path.write_bytes(NEW)
    path.chmod(0o640)
    output.write(tmp_path, LAYERS, [], COOKIES)

    assert 0o640 == path.stat().st_mode & 0o777


def test_path_that_is_too_long(tmp_path: Path) -> None:
    """What the system refuses is told with the file it is about."""
    directory = tmp_path / ("a" * 300)

    with pytest.raises(FileAccessError) as error:
        output.check(directory)
    assert f"{directory} could not be read: File name too long." == str(error.value)


def test_other_spelling_of_the_directory_is_the_same(tmp_path: Path) -> None:
    """A directory is registered once, however it is named."""
    (tmp_path / "JOSM").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "JOSM")
    output.write(tmp_path / "JOSM", LAYERS, [], COOKIES)

    for spelling in [tmp_path / "JOSM" / ".." / "JOSM", tmp_path / "link"]:
        assert not output.write(spelling, LAYERS, [], COOKIES).registered


def test_failed_write_changes_no_preferences(tmp_path: Path) -> None:
    """The preferences are last: they never name an entry set that is not there."""
    (tmp_path / "cartograph").write_text("a file where a directory should be")

    with pytest.raises(FileAccessError) as error:
        output.write(tmp_path, LAYERS, [], COOKIES)
    assert f"{tmp_path / 'cartograph'} could not be made: File exists." == str(error.value)
    assert {"cartograph"} == files(tmp_path)

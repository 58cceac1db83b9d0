"""The writing of all files: in order, private, and not at all if one could not be."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from stravacookies import files, output, templates
from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import (
    FileAccessError,
    JosmRunningError,
    NoJosmDirectoryError,
    PreferencesError,
    UnusablePathError,
)
from stravacookies.files import replace_all
from stravacookies.heatmap import TODAY
from stravacookies.josm.preferences import NAMESPACE, NEW, register
from tests.command import fork
from tests.made_up import values

COOKIES = HeatmapCookies.from_values(values())
LAYERS = TODAY.layers(["all", "ride"], ["hot", "blue"])


def found(directory: Path) -> set[str]:
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
    } == found(tmp_path)
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


def snapshot(directory: Path) -> dict[str, os.stat_result]:
    """When and as what each file was written."""
    return {name: (directory / name).stat() for name in found(directory)}


def test_same_files_are_not_written_again(tmp_path: Path) -> None:
    """With the same layers and cookies nothing is written; with others all is."""
    output.write(tmp_path, LAYERS, LAYERS[:1], COOKIES)
    before = snapshot(tmp_path)
    written = output.write(tmp_path, LAYERS, LAYERS[:1], COOKIES)
    same = snapshot(tmp_path)
    output.write(tmp_path, LAYERS, LAYERS[:2], COOKIES)

    assert before == same
    assert 2 == len(written.map_sources)
    assert not written.registered
    assert before["strava-heatmap.xml"].st_ino != snapshot(tmp_path)["strava-heatmap.xml"].st_ino


@pytest.mark.parametrize(
    "name", ["strava-heatmap.xml", "cartograph/strava-heatmap-hot.onlinemap", "preferences.xml"]
)
@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(NEW)])
def test_damaged_files_are_written_again(
    tmp_path: Path, name: str, damage: Callable[[Path], object]
) -> None:
    """What somebody has removed or spoilt is made anew."""
    output.write(tmp_path, LAYERS, [], COOKIES)
    before = (tmp_path / name).read_bytes()
    damage(tmp_path / name)
    output.write(tmp_path, LAYERS, [], COOKIES)

    assert before == (tmp_path / name).read_bytes()


@pytest.mark.parametrize("name", ["strava-heatmap.xml", "cartograph/strava-heatmap-hot.onlinemap"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"hot", b"h<t", 1),
        lambda content: content + b" ",
    ],
)
def test_damage_within_a_file_is_noticed(
    tmp_path: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    """A file counts as written only if it is what was written, to the last byte."""
    output.write(tmp_path, LAYERS, [], COOKIES)
    before = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(damage(before))
    output.write(tmp_path, LAYERS, [], COOKIES)

    assert before == (tmp_path / name).read_bytes()


def test_changed_template_is_rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a change of a template, files are written anew though the cookies are the same."""
    changed = tmp_path / "templates"
    shutil.copytree(templates.directory(), changed)
    output.write(tmp_path, LAYERS, [], COOKIES)
    before = (tmp_path / "strava-heatmap.xml").read_bytes()
    with (changed / "cartograph.onlinemap.j2").open("a") as template:
        template.write("{# changed #}")
    monkeypatch.setattr(templates, "directory", lambda: changed)
    output.write(tmp_path, LAYERS, [], COOKIES)

    assert before != (tmp_path / "strava-heatmap.xml").read_bytes()


@pytest.mark.parametrize("name", ["strava-heatmap.xml", "cartograph/strava-heatmap-hot.onlinemap"])
def test_files_that_others_can_read_are_made_private(tmp_path: Path, name: str) -> None:
    """Somebody has opened a file with cookies to others: the next run closes it."""
    output.write(tmp_path, LAYERS, [], COOKIES)
    (tmp_path / name).chmod(0o644)
    output.write(tmp_path, LAYERS, [], COOKIES)

    assert 0o600 == (tmp_path / name).stat().st_mode & 0o777


@pytest.mark.parametrize("step", range(4))
def test_interrupted_run_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Wherever a run has ended, the same run does all that is left to do."""
    output.write(tmp_path, LAYERS, [], COOKIES)
    narrower, replace, left = TODAY.layers(["all"], ["hot"]), Path.replace, [step]

    def end(partial: Path, target: Path) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        replace(partial, target)

    with monkeypatch.context() as context, suppress(KeyboardInterrupt):
        context.setattr(Path, "replace", end)
        output.write(tmp_path, narrower, [], COOKIES)
    output.write(tmp_path, narrower, [], COOKIES)

    assert 1 == (tmp_path / "strava-heatmap.xml").read_bytes().count(b"</entry>")
    (source,) = (tmp_path / "cartograph").iterdir()
    assert 1 == source.read_bytes().count(b'"unique_id"')


def test_unwanted_map_source_is_removed_by_the_next_run(tmp_path: Path) -> None:
    """A run that was killed before it could remove a map source leaves that to the next one."""
    hot = TODAY.layers(["all"], ["hot"])
    output.write(tmp_path, hot, [], COOKIES)
    (tmp_path / "cartograph" / "strava-heatmap-blue.onlinemap").touch()
    output.write(tmp_path, hot, [], COOKIES)

    assert {"strava-heatmap-hot.onlinemap"} == found(tmp_path / "cartograph")


def test_litter_behind_a_link_is_swept(tmp_path: Path) -> None:
    """Where the entry set really is, nothing of killed runs is left either."""
    (tmp_path / "JOSM").mkdir()
    (tmp_path / "elsewhere").mkdir()
    for name in ["strava-heatmap.xml", "preferences.xml"]:
        (tmp_path / "elsewhere" / name).write_bytes(NEW)
        (tmp_path / "JOSM" / name).symlink_to(tmp_path / "elsewhere" / name)
        (tmp_path / "elsewhere" / f".{name}.00.stravacookies-tmp").touch()
    output.write(tmp_path / "JOSM", LAYERS, [], COOKIES)

    assert {"preferences.xml", "strava-heatmap.xml"} == found(tmp_path / "elsewhere")


def test_directory_that_cannot_be_written() -> None:
    """Where the user may only read, the file is named, and all stays as it is."""

    def write(directory: Path) -> None:
        if os.geteuid() == 0:
            os.setuid(65534)
        words = f"{directory / 'cartograph'} could not be made: Permission denied."
        with pytest.raises(FileAccessError, match=re.escape(words)):
            output.write(directory, LAYERS, [], COOKIES)

    # pytest's own directories are closed to others.
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        directory.chmod(0o555)
        process = fork(partial(write, directory))
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        directory.chmod(0o755)
        assert (0, set()) == (code, found(directory))


def test_colours_left_out_leave_no_map_source(tmp_path: Path) -> None:
    """A map source of a colour that is no longer wanted goes; the user's own files stay."""
    output.write(tmp_path, LAYERS, [], COOKIES)
    (tmp_path / "cartograph" / "strava-heatmap-mine.onlinemap").touch()
    output.write(tmp_path, TODAY.layers(["all"], ["hot"]), [], COOKIES)

    assert {
        "cartograph/strava-heatmap-hot.onlinemap",
        "cartograph/strava-heatmap-mine.onlinemap",
    } == {name for name in found(tmp_path) if name.startswith("cartograph")}


def test_relative_directory_is_registered_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JOSM is started from anywhere, so it is given an absolute path."""
    (tmp_path / "JOSM").mkdir()
    monkeypatch.chdir(tmp_path)
    output.write(Path("JOSM"), LAYERS, [], COOKIES)

    site = str(tmp_path / "JOSM" / "strava-heatmap.xml")
    assert register(NEW, site) == (tmp_path / "JOSM" / "preferences.xml").read_bytes()


def test_damaged_preferences_stop_all(tmp_path: Path) -> None:
    """Preferences that are not JOSM's are refused before any file is written."""
    (tmp_path / "preferences.xml").write_text("<preferences>\n")

    for attempt in (
        lambda: output.check(tmp_path),
        lambda: output.write(tmp_path, LAYERS, [], COOKIES),
        lambda: output.remove(tmp_path),
    ):
        with pytest.raises(PreferencesError) as error:
            attempt()
        assert f"{tmp_path / 'preferences.xml'} is not a JOSM preferences file" in str(error.value)
    assert {"preferences.xml"} == found(tmp_path)


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
    assert set() == found(tmp_path)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to(path)])
def test_preferences_that_are_no_file(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """A directory, a pipe or a circle is refused; nobody waits for what comes out of it."""
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


SETTINGS = f"""<?xml version="1.0" encoding="UTF-8"?>
<preferences xmlns='{NAMESPACE}' version='18646'>
  <tag key='oauth.access-token.key' value='precious'/>
  <list key='imagery.layers.sites'>
    <entry value='https://example.org/mine.xml'/>
  </list>
</preferences>
""".encode()


@pytest.fixture
def preferences(tmp_path: Path) -> Path:
    """The preferences of a mapper who has used JOSM for long."""
    path = tmp_path / "preferences.xml"
    path.write_bytes(SETTINGS)
    return path


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What is_running() answers, one after the other; at last, and if empty, that JOSM is not."""
    answers: list[bool] = []
    monkeypatch.setattr(output, "is_running", lambda _: bool(answers) and answers.pop(0))
    return answers


def test_backup_of_preferences(tmp_path: Path, preferences: Path) -> None:
    """Before they are changed, the preferences are saved, for their owner only."""
    preferences.chmod(0o644)
    written = output.write(tmp_path, LAYERS, [], COOKIES)
    again = output.write(tmp_path, LAYERS, [], COOKIES)

    backup = tmp_path / "preferences.xml.stravacookies.bak"
    assert (backup, None) == (written.backup, again.backup)
    assert (SETTINGS, 0o600) == (backup.read_bytes(), backup.stat().st_mode & 0o777)


def test_one_backup_is_kept(tmp_path: Path, preferences: Path) -> None:
    """When the entry has gone and comes again, the newer preferences are in the backup."""
    output.write(tmp_path, LAYERS, [], COOKIES)
    newer = SETTINGS.replace(b"precious", b"more precious")
    preferences.write_bytes(newer)
    output.write(tmp_path, LAYERS, [], COOKIES)

    (backup,) = tmp_path.glob("*.bak")
    assert newer == backup.read_bytes()


def test_backup_is_there_before_the_change(
    tmp_path: Path, preferences: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the moment when the preferences are replaced, their backup is whole."""
    exchange = files._exchange
    backups = []

    def spy(partial: Path, target: Path, expected: bytes | None) -> None:
        assert target == preferences
        backups.append((tmp_path / output.BACKUP).read_bytes())
        exchange(partial, target, expected)

    monkeypatch.setattr(files, "_exchange", spy)
    output.write(tmp_path, LAYERS, [], COOKIES)

    assert [SETTINGS] == backups


def test_josm_that_runs_stops_the_first_run_alone(
    tmp_path: Path, preferences: Path, running: list[bool]
) -> None:
    """While JOSM runs nothing is registered; with that done before, its running does not matter."""
    running[:] = [True, True]
    for attempt in (
        lambda: output.check(tmp_path),
        lambda: output.write(tmp_path, LAYERS, [], COOKIES),
    ):
        with pytest.raises(JosmRunningError):
            attempt()
    assert {"preferences.xml"} == found(tmp_path)
    output.write(tmp_path, LAYERS, [], COOKIES)
    running[:] = [True, True]
    output.check(tmp_path)
    output.write(tmp_path, LAYERS, [], COOKIES)


def test_force_writes_under_a_josm_that_runs(
    tmp_path: Path, preferences: Path, running: list[bool], caplog: pytest.LogCaptureFixture
) -> None:
    """With `force`, the user hears what may happen, and has the entry for now."""
    running[:] = [True]
    output.check(tmp_path, force=True)
    assert output.write(tmp_path, LAYERS, [], COOKIES, force=True).registered
    assert [
        "JOSM is running: when it next saves its preferences, our entry in them is lost. If the"
        " layers are missing then, close JOSM and run this again."
    ] == caplog.messages


def edit_once(monkeypatch: pytest.MonkeyPatch, path: Path, content: bytes, times: int = 1) -> None:
    """Let another program change a file while all new content is being written, some times."""
    left = [times]

    def edit(contents: Mapping[Path, bytes], *, users_own: Mapping[Path, bytes | None]) -> None:
        if left[0]:
            left[0] -= 1
            path.write_bytes(content + b"<!-- %d -->" % left[0])
        replace_all(contents, users_own=users_own)

    monkeypatch.setattr("stravacookies.output.replace_all", edit)


def test_change_meanwhile_is_taken_in(
    tmp_path: Path, preferences: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a JOSM that is just being closed saves between our read and our write is kept."""
    saved = SETTINGS.replace(b"precious", b"new")
    edit_once(monkeypatch, preferences, saved)
    output.write(tmp_path, LAYERS, [], COOKIES)

    saved += b"<!-- 0 -->"
    assert register(saved, f"{tmp_path}/strava-heatmap.xml") == preferences.read_bytes()
    assert saved == (tmp_path / output.BACKUP).read_bytes()


def test_josm_that_was_started_meanwhile(
    tmp_path: Path, preferences: Path, monkeypatch: pytest.MonkeyPatch, running: list[bool]
) -> None:
    """If the preferences change because JOSM has just been started, nothing is registered."""
    edit_once(monkeypatch, preferences, SETTINGS)
    running[:] = [False, True]

    with pytest.raises(JosmRunningError):
        output.write(tmp_path, LAYERS, [], COOKIES)
    assert {"preferences.xml"} == found(tmp_path)


def test_preferences_that_never_rest(
    tmp_path: Path, preferences: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who changes the preferences all the time wins."""
    edit_once(monkeypatch, preferences, SETTINGS, times=99)

    with pytest.raises(FileAccessError, match="another program keeps changing it") as error:
        output.write(tmp_path, LAYERS, [], COOKIES)
    assert str(preferences) in str(error.value)
    assert SETTINGS in preferences.read_bytes()


def test_removal(tmp_path: Path, preferences: Path) -> None:
    """After `remove`, all is as it was before the first run; what it did, it tells."""
    (tmp_path / "cartograph").mkdir()
    (tmp_path / "cartograph" / "mine.onlinemap").touch()
    written = output.write(tmp_path, LAYERS, [], COOKIES)
    removed = output.remove(tmp_path)

    assert {"preferences.xml", "cartograph/mine.onlinemap"} == found(tmp_path)
    assert SETTINGS == preferences.read_bytes()
    assert removed.registration
    assert {*written.map_sources, written.entry_set, written.backup} == set(removed.files)


def test_removal_of_nothing(tmp_path: Path, preferences: Path) -> None:
    """Where nothing of ours is, nothing is touched."""
    before = preferences.stat()

    assert output.Removed(False, ()) == output.remove(tmp_path)
    assert before == preferences.stat()
    preferences.unlink()
    assert output.Removed(False, ()) == output.remove(tmp_path)
    assert [] == list(tmp_path.iterdir())


def test_removal_of_a_link(tmp_path: Path, preferences: Path) -> None:
    """An entry set that the user keeps elsewhere, and links, goes from there too."""
    (tmp_path / "elsewhere.xml").touch()
    (tmp_path / "strava-heatmap.xml").symlink_to(tmp_path / "elsewhere.xml")
    output.write(tmp_path, LAYERS, [], COOKIES)
    output.remove(tmp_path)

    assert {"preferences.xml"} == found(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "strava-heatmap.xml",
        "preferences.xml.stravacookies.bak",
        "cartograph/strava-heatmap-hot.onlinemap",
    ],
)
@pytest.mark.parametrize("target", ["preferences.xml", "mine.txt"])
def test_removal_of_a_link_to_what_is_not_ours(
    tmp_path: Path, preferences: Path, name: str, target: str
) -> None:
    """Of a link to a file that was not written by us, the link alone goes."""
    mine = SETTINGS.replace(b"<preferences", b"<!-- strava-heatmap-all-hot --><preferences")
    preferences.write_bytes(mine)
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "cartograph").mkdir()
    (tmp_path / name).symlink_to(tmp_path / target)
    removed = output.remove(tmp_path)

    assert (tmp_path / name,) == removed.files
    assert {"preferences.xml", "mine.txt"} == found(tmp_path)
    assert mine == preferences.read_bytes()


def test_removal_of_a_link_to_a_device(tmp_path: Path, preferences: Path) -> None:
    """A device is neither read nor removed."""
    (tmp_path / "strava-heatmap.xml").symlink_to("/dev/full")
    output.remove(tmp_path)

    assert {"preferences.xml"} == found(tmp_path)
    assert Path("/dev/full").exists()


def test_entry_set_that_leads_to_the_preferences(tmp_path: Path, preferences: Path) -> None:
    """Preferences that list the entry set already are not replaced by it."""
    output.write(tmp_path, LAYERS, [], COOKIES)
    before = preferences.read_bytes()
    (tmp_path / "strava-heatmap.xml").unlink()
    (tmp_path / "strava-heatmap.xml").symlink_to(preferences)

    with pytest.raises(FileAccessError) as error:
        output.write(tmp_path, LAYERS, [], COOKIES)
    assert (
        f"{tmp_path}/strava-heatmap.xml could not be written: It leads to preferences.xml."
        == str(error.value)
    )
    assert before == preferences.read_bytes()


def test_map_sources_beside_the_entry_set(tmp_path: Path, preferences: Path) -> None:
    """A run does not wait for itself where two of its folders are the same."""
    (tmp_path / "cartograph").symlink_to(".")
    output.write(tmp_path, LAYERS, [], COOKIES)

    assert "strava-heatmap-hot.onlinemap" in found(tmp_path)
    output.remove(tmp_path)
    assert {"preferences.xml"} == found(tmp_path)


@pytest.mark.parametrize("linked", ["both", "one"])
def test_files_that_are_all_elsewhere(tmp_path: Path, preferences: Path, linked: str) -> None:
    """A run does not wait for itself where files of two of its folders lead to the same one."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    if linked == "both":
        (tmp_path / "strava-heatmap.xml").symlink_to(elsewhere / "strava-heatmap.xml")
        (tmp_path / "cartograph").symlink_to(elsewhere)
    else:
        (tmp_path / "cartograph").mkdir()
        (tmp_path / "cartograph/strava-heatmap-hot.onlinemap").symlink_to("../hot.onlinemap")
    output.write(tmp_path, LAYERS, [], COOKIES)
    output.remove(tmp_path)

    assert {"preferences.xml"} == found(tmp_path)


def test_pipe_in_place_of_the_entry_set(tmp_path: Path) -> None:
    """A pipe is not read, which would wait for ever, and not replaced."""
    os.mkfifo(tmp_path / "strava-heatmap.xml")

    assert not output.holds(tmp_path, COOKIES)
    assert 0 == output.count_entries(tmp_path)
    with pytest.raises(FileAccessError) as error:
        output.write(tmp_path, LAYERS, [], COOKIES)
    assert "could not be written: It is a device or a pipe." in str(error.value)


def test_no_removal_while_josm_runs(tmp_path: Path, preferences: Path, running: list[bool]) -> None:
    """A JOSM that runs would put back what is taken out."""
    output.write(tmp_path, LAYERS, [], COOKIES)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    running[:] = [True]

    with pytest.raises(JosmRunningError):
        output.remove(tmp_path)
    assert before == {path: path.read_bytes() for path in before}
    preferences.write_bytes(SETTINGS)
    running[:] = [True]
    with pytest.raises(JosmRunningError):
        output.remove(tmp_path)
    assert (tmp_path / "strava-heatmap.xml").exists()


def test_failed_write_changes_no_preferences(tmp_path: Path) -> None:
    """The preferences are last: they never name an entry set that is not there."""
    (tmp_path / "cartograph").write_text("a file where a directory should be")

    with pytest.raises(FileAccessError) as error:
        output.write(tmp_path, LAYERS, [], COOKIES)
    assert f"{tmp_path / 'cartograph'} could not be made: File exists." == str(error.value)
    assert {"cartograph"} == found(tmp_path)

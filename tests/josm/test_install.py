"""Files in JOSM's directory: in order, private, all or nothing, and removed again."""

import errno
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from stravacookies.errors import FileError, JosmStateError, NoJosmDirectoryError
from stravacookies.josm import install
from stravacookies.josm.install import BACKUP, Installed, Removed, is_current, prepare
from stravacookies.josm.preferences import NEW, read, register
from tests.command import fork
from tests.josm.documents import FULL

MARK = b"<!-- 12345678 -->\n"
HOT = "cartograph/strava-heatmap-hot.onlinemap"
BLUE = "cartograph/strava-heatmap-blue.onlinemap"
ENTRY_SET = "strava-heatmap.xml"
FILES = {HOT: b"strava-heatmap-hot", BLUE: b"blue", ENTRY_SET: b"<id>strava-heatmap-a\n" + MARK}
SAVED = FULL.replace(b"mine", b"saved")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The directory of a JOSM that was never started."""
    directory = tmp_path / "JOSM"
    directory.mkdir()
    return directory


@pytest.fixture
def preferences(directory: Path) -> Path:
    """The preferences of a mapper who has a site of their own."""
    path = directory / "preferences.xml"
    path.write_bytes(FULL)
    return path


@pytest.fixture
def start_josm(directory: Path, show_processes: Callable[..., None]) -> Callable[[], None]:
    """A function that makes the system's processes show a JOSM on the directory."""
    show_processes()
    return lambda: show_processes(["java", f"-Djosm.home={directory}", "-jar", "josm.jar"])


def write(
    directory: Path,
    files: Mapping[str, bytes] = FILES,
    obsolete: Collection[str] = (),
    *,
    force: bool = False,
) -> Installed:
    """Prepare and write."""
    registration = prepare(directory, force=force)
    return install.write(directory, files, registration, obsolete, force=force)


def remove(directory: Path) -> Removed:
    """Remove what `write` has written."""
    return install.remove(directory, [HOT, BLUE])


def found(directory: Path) -> dict[str, bytes]:
    """The files below a directory, by name."""
    paths = [path for path in directory.rglob("*") if path.is_file()]
    return {str(path.relative_to(directory)): path.read_bytes() for path in paths}


def registered(directory: Path, before: bytes = FULL) -> bytes:
    """Preferences with the entry set of a directory registered."""
    return register(read(before), str(directory / ENTRY_SET))


def test_all_files_are_written(directory: Path) -> None:
    """All files are written, and preferences if there are none; only their owner can read them."""
    umask = os.umask(0)
    try:
        installed = write(directory)
    finally:
        os.umask(umask)

    assert Installed(registered=True, backup=None) == installed
    assert {**FILES, "preferences.xml": registered(directory, NEW)} == found(directory)
    modes = {path.stat().st_mode & 0o777 for path in directory.rglob("*")}
    assert {0o600, 0o700} == modes


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        (ENTRY_SET, Path.unlink),
        (HOT, Path.unlink),
        (ENTRY_SET, lambda path: path.chmod(0o644)),
        (HOT, lambda path: path.chmod(0o640)),
        (ENTRY_SET, lambda path: path.write_bytes(path.read_bytes()[:-3])),
    ],
)
def test_current_files(directory: Path, name: str, damage: Callable[[Path], object]) -> None:
    """Files are current if all exist and are private, and the entry set ends with the mark."""
    assert not is_current(directory, MARK, [HOT, BLUE])
    write(directory)
    assert is_current(directory, MARK, [HOT, BLUE])
    assert not is_current(directory, MARK.replace(b"1", b"2"), [HOT, BLUE])
    damage(directory / name)
    assert not is_current(directory, MARK, [HOT, BLUE])


def test_obsolete_files_are_removed(directory: Path) -> None:
    """What is no longer wanted is removed; the user's own files stay."""
    write(directory)
    mine = "cartograph/strava-heatmap-mine.onlinemap"
    (directory / mine).touch()

    assert not is_current(directory, MARK, [HOT], obsolete=[BLUE])
    write(directory, {HOT: b"new", ENTRY_SET: MARK}, obsolete=[BLUE])
    assert is_current(directory, MARK, [HOT], obsolete=[BLUE])
    assert {HOT, mine, ENTRY_SET, "preferences.xml"} == found(directory).keys()


def test_directory_that_is_not_writable(directory: Path) -> None:
    """Where the user may only read, the file is named, and all stays as it is."""

    def try_to_write(directory: Path) -> None:
        if os.geteuid() == 0:
            os.setuid(65534)
        with pytest.raises(FileError) as error:
            write(directory)
        words = f"{directory / 'cartograph'} could not be created: Permission denied."
        assert words == str(error.value)

    write(directory)  # this imports what another user may be unable to read
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are closed to others
        read_only = Path(folder)
        read_only.chmod(0o555)
        _, status = os.waitpid(fork(partial(try_to_write, read_only)), 0)
        read_only.chmod(0o755)
        assert (0, {}) == (status, found(read_only))


def test_directory_has_one_name(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory is registered once, by its absolute path, however the user names it."""
    monkeypatch.chdir(directory.parent)
    Path("link").symlink_to("JOSM")

    assert registered(directory, NEW) == prepare(Path("JOSM")).after
    write(Path("JOSM"))
    for spelling in [directory, directory / ".." / "JOSM", Path("link")]:
        assert prepare(spelling).after is None


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("JOSM", lambda path: path.write_text("<a>\n"), " preferences file (line 1: the root"),
        ("JOSM", lambda path: path.write_text("\ufeff<a/>"), " file (line 1: it is in UTF-16 or"),
        ("JOSM", Path.mkdir, "preferences.xml is not a JOSM preferences file (it is not a file)."),
        ("JOSM", os.mkfifo, "(it is not a file). Nothing was changed. Start JOSM, which restores"),
        ("JOSM", lambda path: path.symlink_to(path), "(it is not a file)."),
        ("missing", None, "/missing. Correct the path or, if JOSM should use this directory, "),
        ("a\x01b", None, "cannot be written into JOSM's preferences: it contains characters"),
        ("a" * 300, None, "could not be read: File name too long."),
    ],
)
def test_unusable_directory(
    tmp_path: Path, name: str, make: Callable[[Path], object] | None, words: str
) -> None:
    """What cannot be JOSM's is refused with advice, unchanged; no step waits for a pipe."""
    directory = tmp_path / name
    if len(name) < 300 and name != "missing":
        directory.mkdir()
    if make:
        make(directory / "preferences.xml")
    before = found(tmp_path)
    for step in {"JOSM": (prepare, remove), "missing": (remove,)}.get(name, (prepare,)):
        with pytest.raises(FileError) as error:
            step(directory)
        assert words in str(error.value)
        assert isinstance(error.value, NoJosmDirectoryError) == (name == "missing")
    assert before == found(tmp_path)


def test_preferences_are_written_once(preferences: Path) -> None:
    """Before the change, they are saved, for their owner only; their own mode stays."""
    preferences.chmod(0o640)
    backup = preferences.parent / BACKUP
    for content in (FULL, SAVED):
        preferences.write_bytes(content)
        assert Installed(registered=True, backup=backup) == write(preferences.parent)
        assert (content, 0o600) == (backup.read_bytes(), backup.stat().st_mode & 0o777)
        before = preferences.stat()
        assert Installed(registered=False, backup=None) == write(preferences.parent)
        after = preferences.stat()
        assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
        assert 0o640 == before.st_mode & 0o777
    assert [backup] == list(preferences.parent.glob("*.bak"))


def test_files_are_replaced_in_order(preferences: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The preferences never name an entry set that does not exist, or change without a backup."""
    replace, replaced = Path.replace, []

    def note(partial: Path, target: Path) -> None:
        replaced.append(str(target.relative_to(preferences.parent)))
        replace(partial, target)

    monkeypatch.setattr(Path, "replace", note)
    write(preferences.parent)

    assert [*FILES, BACKUP, "preferences.xml"] == replaced


@pytest.mark.parametrize("has_run_before", [False, True])
@pytest.mark.parametrize("name", [HOT, ENTRY_SET, BACKUP, "preferences.xml"])
def test_file_that_cannot_be_replaced(
    preferences: Path, monkeypatch: pytest.MonkeyPatch, has_run_before: bool, name: str
) -> None:
    """If the system does not let one file be replaced, all files and folders are as before."""
    directory, replace = preferences.parent, Path.replace
    if has_run_before:
        write(directory)
        preferences.write_bytes(SAVED)
    before = found(directory), {*directory.rglob("*")}

    def fail(partial: Path, target: Path) -> None:
        if target == directory / name:
            raise OSError(errno.EBUSY, "Device or resource busy", str(partial))
        replace(partial, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(FileError) as error:
        write(directory, dict.fromkeys(FILES, b"newer"))

    assert (
        f"{directory / name} could not be written: it is mounted by itself, as in a container."
        " Mount its folder instead."
    ) == str(error.value)
    assert before == (found(directory), {*directory.rglob("*")})


def test_running_josm(directory: Path, preferences: Path, start_josm: Callable[[], None]) -> None:
    """While JOSM runs nothing is registered or removed; what is registered can be refreshed."""
    registration = prepare(directory)
    start_josm()
    for attempt in (prepare, lambda path: install.write(path, FILES, registration), remove):
        with pytest.raises(JosmStateError) as error:
            attempt(directory)
    assert (
        "JOSM is running. It would undo a change to its preferences when it next saves them: close"
        " JOSM and run this again. Nothing was changed."
    ) == str(error.value)
    assert {"preferences.xml": FULL} == found(directory)
    preferences.write_bytes(registered(directory))
    assert Installed() == write(directory)
    with pytest.raises(JosmStateError):
        remove(directory)
    assert {**FILES, "preferences.xml": registered(directory)} == found(directory)


def test_force_writes_while_josm_is_running(
    directory: Path, start_josm: Callable[[], None]
) -> None:
    """With `force`, the preferences change nevertheless."""
    start_josm()

    assert write(directory, force=True).registered


def save_meanwhile(monkeypatch: pytest.MonkeyPatch, path: Path, saves: Iterator[bytes]) -> None:
    """Let JOSM save its preferences whenever a new file reaches the disk."""

    def fsync(_: int) -> None:
        with suppress(StopIteration):
            path.write_bytes(next(saves))

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.parametrize("before", [FULL, None])
@pytest.mark.parametrize("saved", ["before we write", "while we write"])
def test_change_meanwhile_survives(
    directory: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None, saved: str
) -> None:
    """What JOSM saves between our read and our write is kept, and is in the backup."""
    path = directory / "preferences.xml"
    path.write_bytes(before) if before else None
    registration = prepare(directory)
    if saved == "before we write":
        path.write_bytes(SAVED)
    else:
        save_meanwhile(monkeypatch, path, iter([SAVED]))

    installed = install.write(directory, FILES, registration)
    assert Installed(registered=True, backup=directory / BACKUP) == installed
    assert (registered(directory, SAVED), SAVED) == (
        path.read_bytes(),
        (directory / BACKUP).read_bytes(),
    )
    assert not install.write(directory, FILES, registration).registered
    assert registered(directory, SAVED) == path.read_bytes()


def test_registration_that_is_lost_meanwhile(directory: Path, preferences: Path) -> None:
    """If JOSM saves its preferences without our line after we have looked, it is written again."""
    write(directory)
    registration = prepare(directory)
    preferences.write_bytes(SAVED)

    assert install.write(directory, FILES, registration).registered
    assert registered(directory, SAVED) == preferences.read_bytes()


def test_directory_that_does_not_exist_yet(tmp_path: Path) -> None:
    """It is created when something is written, and is private, as are the folders above it."""
    directory = tmp_path / "config" / "JOSM"
    registration = prepare(directory)
    before = list(tmp_path.iterdir())
    install.write(directory, FILES, registration)

    assert [] == before
    assert [0o700, 0o700] == [path.stat().st_mode & 0o777 for path in (directory.parent, directory)]
    assert registered(directory, NEW) == (directory / "preferences.xml").read_bytes()


def test_directory_that_is_lost_meanwhile(directory: Path) -> None:
    """A directory that is gone, as of a drive that was removed, is not created."""
    registration = prepare(directory)
    directory.rmdir()

    with pytest.raises(FileError):
        install.write(directory, FILES, registration)
    assert not directory.exists()


def test_josm_that_is_started_meanwhile(
    preferences: Path, monkeypatch: pytest.MonkeyPatch, start_josm: Callable[[], None]
) -> None:
    """If the preferences change because JOSM has just been started, nothing is registered."""

    def start_and_save() -> Iterator[bytes]:
        start_josm()
        yield SAVED

    save_meanwhile(monkeypatch, preferences, start_and_save())
    with pytest.raises(JosmStateError):
        write(preferences.parent)

    assert {"preferences.xml": SAVED} == found(preferences.parent)


def test_preferences_that_never_rest(preferences: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After three attempts, a program that keeps changing the preferences wins."""
    saves = count()
    save_meanwhile(monkeypatch, preferences, (FULL + b"<!-- %d -->" % save for save in saves))
    with pytest.raises(FileError) as error:
        write(preferences.parent)

    words = f"{preferences} could not be written: another program keeps changing it."
    assert words == str(error.value)
    assert 3 * len([*FILES, BACKUP, "preferences.xml"]) == next(saves)
    assert {"preferences.xml"} == found(preferences.parent).keys()
    assert preferences.read_bytes().startswith(FULL + b"<!--")


def test_removal(directory: Path, preferences: Path) -> None:
    """Afterwards all is as it was before the first run; another removal touches nothing."""
    (directory / "cartograph").mkdir()
    (directory / "cartograph" / "mine.onlinemap").touch()
    write(directory)

    names = [ENTRY_SET, HOT, BLUE, BACKUP]
    assert Removed(True, tuple(directory / name for name in names)) == remove(directory)
    assert {"preferences.xml": FULL, "cartograph/mine.onlinemap": b""} == found(directory)
    before = preferences.stat()
    assert Removed(False, ()) == remove(directory)
    assert before == preferences.stat()
    preferences.unlink()
    assert Removed(False, ()) == remove(directory)
    assert {"cartograph/mine.onlinemap": b""} == found(directory)


@pytest.mark.parametrize(
    ("name", "ours"),
    [("run-blue", True), ("proxy", False), ("Run-Blue", False), ("run-blue-2", False)],
)
def test_users_own_layer_survives_a_removal(preferences: Path, name: str, ours: bool) -> None:
    """A layer whose id only looks like one of ours is the user's."""
    layer = f"""\
  <maps key='imagery.entries'>
    <map>
      <tag key='id' value='strava-heatmap-{name}'/>
    </map>
  </maps>
</preferences>""".encode()
    before = FULL.replace(b"</preferences>", layer)
    preferences.write_bytes(before)
    write(preferences.parent)
    remove(preferences.parent)

    assert (FULL if ours else before) == preferences.read_bytes()
    assert [preferences] == list(preferences.parent.iterdir())


def test_users_own_files_survive_a_removal(directory: Path, preferences: Path) -> None:
    """Files whose names only look like ours are the user's, and every byte of the preferences."""
    preferences.write_bytes(NEW)  # a layout that only the backup shows
    (directory / "cartograph").mkdir()
    for name in [ENTRY_SET, HOT, BACKUP]:
        for own in [f"{name}.bak", f"{name}2", name.replace("strava", "Strava")]:
            (directory / own).write_text("strava-heatmap-all-hot")
    before = found(directory)
    write(directory)
    remove(directory)

    assert before == found(directory)


@pytest.mark.parametrize("name", [ENTRY_SET, BACKUP, HOT])
@pytest.mark.parametrize("target", ["preferences.xml", "mine.txt", "/dev/full", "ours.xml"])
def test_removal_of_a_link(directory: Path, preferences: Path, name: str, target: str) -> None:
    """A link is removed, and what it leads to only if we wrote that."""
    preferences.write_bytes(FULL.replace(b"mine", b"strava-heatmap-all-hot"))
    (directory / "mine.txt").write_text("mine")
    (directory / "ours.xml").write_bytes(FILES[ENTRY_SET])
    expected = found(directory)
    (directory / "cartograph").mkdir()
    (directory / name).symlink_to(directory / target)

    assert (directory / name,) == remove(directory).files
    if target == "ours.xml":
        del expected["ours.xml"]
    assert expected == found(directory)
    assert Path("/dev/full").exists()


def test_removal_of_what_does_not_exist(directory: Path) -> None:
    """Where nothing of ours can be, such as below a file of the user, nothing needs fixing."""
    (directory / "cartograph").write_text("mine")

    assert Removed(False, ()) == remove(directory)
    assert {"cartograph": b"mine"} == found(directory)


@pytest.mark.parametrize("way", ["to itself", "all", "one"])
def test_folders_that_are_the_same(directory: Path, preferences: Path, way: str) -> None:
    """Where links make one folder of two, a run does not wait for itself, and leaves no litter."""
    (directory / "elsewhere").mkdir()
    litter = ".x.00.stravacookies-tmp"
    (directory / ("elsewhere" if way == "all" else "") / litter).touch()
    if way == "to itself":
        (directory / "cartograph").symlink_to(".")
    elif way == "all":
        (directory / ENTRY_SET).symlink_to(directory / "elsewhere" / ENTRY_SET)
        (directory / "cartograph").symlink_to("elsewhere")
    else:
        (directory / "cartograph").mkdir()
        (directory / HOT).symlink_to("../hot.onlinemap")
    write(directory)
    remove(directory)

    assert {"preferences.xml": FULL} == found(directory)


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        (ENTRY_SET, lambda path: path.symlink_to("preferences.xml"), "it leads to preferences.xml"),
        (ENTRY_SET, partial(os.mkfifo, mode=0o600), "could not be written: It is a device or a p"),
        ("cartograph", Path.touch, "cartograph could not be created: File exists."),
    ],
)
def test_obstacle(
    directory: Path, preferences: Path, name: str, make: Callable[[Path], None], words: str
) -> None:
    """A link to the preferences, a pipe or a file is not replaced, and nothing else changes."""
    preferences.write_bytes(registered(directory))
    make(directory / name)
    before = found(directory)

    assert not is_current(directory, MARK, [])
    with pytest.raises(FileError) as error:
        write(directory)
    assert words in str(error.value)
    assert before == found(directory)

"""What counts as a running JOSM; a real one is tested elsewhere."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stravacookies.josm.process import is_josm, is_running, is_running_anywhere, runs_on
from tests.josm.remotes import HEAD, Remote, set_remote_control
from tests.josm_app import pretended

JAR = "/usr/share/josm/josm.jar"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["java", "-jar", JAR], True),
        (["/usr/bin/java", "-Xmx2g", "-jar", "/opt/josm-tested.jar", "file.osm"], True),
        (["java", "-cp", "/opt/josm.jar:/opt/x.jar", "Main"], True),
        (["java", "-cp", "/opt/all.jar", "org.openstreetmap.josm.gui.MainApplication"], True),
        (["/usr/bin/javaws", "https://josm.openstreetmap.de/download/josm.jnlp"], True),
        ([r"C:\Java\bin\javaw.exe", "-jar", r"C:\Users\m\josm-snapshot-18646.jar"], True),
        ([r"C:\Users\m\JOSM\JOSM.exe"], True),
        (["/Applications/JOSM.app/Contents/MacOS/JOSM"], True),
        ([], False),
        (["java", "-jar", "other.jar"], False),
        (["java", "-jar", "/home/josm/other.jar"], False),
        (["less", "josm.jar"], False),
        (["wget", "https://josm.openstreetmap.de/josm-tested.jar"], False),
        (["vim", "josm.jar.txt"], False),
    ],
)
def test_josm(command: list[str], expected: bool) -> None:
    """JOSM is started from its jar, by its main class, from the web, or by its own launcher."""
    assert expected == is_josm(command)


@pytest.mark.parametrize(
    ("named", "runs"),
    [
        ("-Djosm.pref=/home/m/.config/JOSM", True),
        ("-Djosm.home=/home/m/.config/../.config/JOSM", True),
        ("-Djosm.home=.config/JOSM", True),
        ("-Djosm.home=/tmp/other", False),
        ("-Djosm.home=JOSM", False),
        ("-Xmx2g", None),
    ],
)
@pytest.mark.parametrize("usual", [True, False])
def test_directory(named: str, runs: bool | None, usual: bool) -> None:
    """A JOSM uses the directory that it names, seen from where it was started, or the usual one."""
    here, started_in = Path("/home/m/.config/JOSM"), Path("/home/m")
    found = runs_on(["java", named, "-jar", JAR], here, started_in=started_in, usual=usual)

    assert (usual if runs is None else runs) == found


@pytest.fixture
def usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The usual directory of the user who runs the tests."""
    monkeypatch.setenv("HOME", str(tmp_path))
    directory = tmp_path / ".config" / "JOSM"
    directory.mkdir(parents=True)
    return directory


@pytest.mark.parametrize(
    ("words", "runs"),
    [([], True), (["-Djosm.home=.config/JOSM"], True), (["-Djosm.home=other"], False)],
)
def test_process_is_noticed(usual: Path, tmp_path: Path, words: list[str], runs: bool) -> None:
    """A process uses the usual directory or the one that it names, while it runs."""
    with pretended(tmp_path, *words):
        assert runs == is_running(usual)
        assert not is_running(tmp_path)
        assert is_running_anywhere()
    assert not is_running(usual)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give directories away")
def test_josm_of_another_user(usual: Path, tmp_path: Path) -> None:
    """A JOSM on the usual directory of its user does not use another user's."""
    os.chown(usual, 65534, 65534)
    with pretended(tmp_path):
        assert not is_running(usual)


def test_remote_control_is_a_second_sign(
    tmp_path: Path, remote: Remote, show_processes: Callable[..., None]
) -> None:
    """If no process is a JOSM, one that answers on the port of the preferences uses them."""
    show_processes()
    for port, enabled in [(remote.port, "false"), (remote.port + 65536, "true")]:
        set_remote_control(tmp_path, port, enabled)
        assert not is_running(tmp_path)
    set_remote_control(tmp_path, remote.port)
    assert is_running(tmp_path)
    assert not is_running_anywhere()
    show_processes(["java", "-Djosm.home=/elsewhere", "-jar", JAR])
    assert not is_running(tmp_path)
    show_processes()
    remote.version = HEAD + b'{"application":"another"}'
    assert not is_running(tmp_path)

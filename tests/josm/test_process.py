"""What counts as a running JOSM; a real one is tested elsewhere."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stravacookies.josm.process import directories, is_josm, is_running, is_running_anywhere
from tests.josm.remotes import HEAD, Remote, set_remote_control
from tests.josm_app import pretended

JAR = "/usr/share/josm/josm.jar"
FLATPAK = ".var/app/org.openstreetmap.josm/config/JOSM"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["java", "-jar", JAR], True),
        (["/usr/bin/java", "-Xmx2g", "-jar", "/opt/josm-tested.jar", "file.osm"], True),
        (["java", "-cp", "/opt/josm.jar:/opt/x.jar", "org.gradle.launcher.GradleDaemon"], False),
        (["java", "-jar", "/opt/josm-proxy.jar"], False),
        (["java", "-jar", "/opt/josm-strava-1.jar"], False),
        (["java", "-jar", "/opt/josm-latest.jar"], True),
        (["java", "-jar", "/opt/josm-r19613.jar"], True),
        (["java", "-jar", "/usr/share/josm/josm-0.0.svn18646+dfsg.jar"], True),
        (["java", "-jar", "/home/m/Downloads/josm-tested (1).jar"], True),
        (["java", "-cp", "/opt/all.jar", "org.openstreetmap.josm.gui.MainApplication"], True),
        (["/usr/bin/javaws", "https://josm.openstreetmap.de/download/josm.jnlp"], True),
        (["java", "net.sourceforge.jnlp.runtime.Boot", "https://example.org/josm.jnlp"], True),
        (["java", "com.openwebstart.launcher.JavaWebStart", "josm-latest.jnlp"], True),
        (["java", "-cp", "/opt/idea.jar", "com.intellij.idea.Main", "/home/m/josm.jnlp"], False),
        (["java", "-cp", "/opt/idea.jar", "com.intellij.idea.Main", JAR], False),
        (["java", "-jar", "/opt/jd-gui.jar", "-jar", JAR], False),
        (["java", "-jar", "gradle.jar", "org.openstreetmap.josm.gui.MainApplication"], False),
        ([r"C:\Java\bin\javaw.exe", "-jar", r"C:\Users\m\josm-snapshot-18646.jar"], True),
        ([r"C:\Users\m\JOSM\JOSM.exe"], True),
        ([r"C:\Users\m\AppData\Local\JOSM\HWConsole.exe"], True),
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


def usual_below(home: str) -> list[str]:
    """Return the usual directories of a JOSM, below a home."""
    of_snap = f"{home}/snap/josm/current"
    plain = [f"{home}/.josm", "/config/JOSM", f"{home}/{FLATPAK}"]
    return [*plain, f"{of_snap}/.josm", f"{of_snap}/.config/JOSM"]


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("-Djosm.pref=/home/m/.config/JOSM", ["/home/m/.config/JOSM"]),
        ("-Djosm.home=.config/JOSM", ["/home/m/maps/.config/JOSM"]),
        ("-Duser.home=/home/x", usual_below("/home/x")),
        ("-Djosm.dir.name=JOSM-latest", ["/home/m/.josm-latest", "/config/JOSM-latest"]),
        (
            '-Djosm.dir.name="JOSM-latest"',
            [
                '/home/m/."josm-latest"',
                '/config/"JOSM-latest"',
                "/home/m/.josm-latest",
                "/config/JOSM-latest",
            ],
        ),
        ("-Xmx2g", usual_below("/home/m")),
    ],
)
def test_directories(option: str, expected: list[str]) -> None:
    """A JOSM uses the directory that it names, relative to where it started, or the usual ones."""
    environ, home = {"XDG_CONFIG_HOME": "/config"}, Path("/home/m")
    found = directories(["java", option, "-jar", JAR], home / "maps", environ, home)

    assert expected == [str(each) for each in found]


@pytest.fixture
def usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The usual directory of the user who runs the tests."""
    monkeypatch.setenv("HOME", str(tmp_path))
    directory = tmp_path / ".config" / "JOSM"
    directory.mkdir(parents=True)
    return directory


@pytest.mark.parametrize(
    ("option", "runs"),
    [("-Duser.home={home}", True), ("-Djosm.home=.config/JOSM", True), ("-Djosm.home=x", False)],
)
def test_process_is_noticed(usual: Path, tmp_path: Path, option: str, runs: bool) -> None:
    """A process uses the usual directory or the one that it names, while it runs."""
    with pretended(tmp_path, option.format(home=tmp_path)):
        assert runs == is_running(usual)
        assert not is_running(tmp_path)
        assert is_running_anywhere()
    assert not is_running(usual)


def test_josm_of_another_home(usual: Path, tmp_path: Path) -> None:
    """Java takes the home directory of a user from the password file, whatever HOME says."""
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

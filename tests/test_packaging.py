"""What is shipped: wheel and source hold exactly what they should, and the wheel works alone."""

import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from stravacookies.version import __version__
from tests.command import environment_of
from tests.standin.server import StandIn

ROOT = Path(__file__).parent.parent
PACKAGE = f"stravacookies-{__version__}"
MADE_HERE = (".git", ".venv", "build", "dist", ".*_cache", ".hypothesis")


def build(what: str, folder: Path) -> Path:
    """Build `wheel` or `sdist` from this clone, and return its path."""
    code = f"import hatchling.build as b, sys; print(b.build_{what}(sys.argv[1]))"
    printed = subprocess.check_output(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, text=True, timeout=120
    )
    return folder / printed.split()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel."""
    return build("wheel", tmp_path_factory.mktemp("wheel"))


def files_of(path: Path) -> set[str]:
    """Return the files in a folder of the clone, by their paths from its root."""
    return {
        str(each.relative_to(ROOT))
        for each in (path, *path.rglob("*"))
        if each.is_file() and "__pycache__" not in each.parts
    }


def test_wheel_holds_exactly_what_it_should(wheel: Path) -> None:
    """The wheel holds the package, the templates and the licence, and nothing else."""
    package = files_of(ROOT / "stravacookies")
    templates = {f"stravacookies/{name}" for name in files_of(ROOT / "templates")}
    about = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    assert package | templates | {f"{PACKAGE}.dist-info/{name}" for name in about} == names
    assert {"stravacookies/py.typed", "stravacookies/templates/josm-imagery.xml.j2"} <= names


def test_wheel_works_alone(
    wheel: Path, tmp_path: Path, home: Path, stand_in: StandIn, josm_directory: Path
) -> None:
    """Installed from the wheel, the program works in any folder."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True, timeout=120)
    program = tmp_path / "venv" / "bin"
    install = [str(program / "pip"), "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, timeout=120)
    # Without a network, its dependencies come from the environment of the tests.
    (packages,) = tmp_path.glob("venv/lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    session = {"STRAVA_SESSION": stand_in.strava.open_session()}
    subprocess.run(
        [program / "stravacookies", "josm-prefs"],
        env=environment_of(home, stand_in) | session,
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=60,
    )

    written = {path.name for path in josm_directory.iterdir()}
    assert {"strava-heatmap.xml", "preferences.xml", "cartograph"} == written


def test_source_holds_exactly_what_the_clone_does(tmp_path: Path) -> None:
    """The source holds all files of the clone, except those that are made here."""
    parts = [part for part in ROOT.iterdir() if not any(map(part.match, MADE_HERE))]
    expected = {name for part in parts for name in files_of(part)}
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.removeprefix(f"{PACKAGE}/") for name in archive.getnames()}

    assert expected | {"PKG-INFO"} == names

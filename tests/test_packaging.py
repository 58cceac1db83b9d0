"""What is shipped: the wheel holds all it needs, and works where there is no checkout."""

import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from stravacookies import __version__
from tests.command import environment_of
from tests.standin.server import StandIn

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "import hatchling.build, sys; print(hatchling.build.build_wheel(sys.argv[1]))"
    command = [sys.executable, "-c", build, str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    return next(folder.glob("*.whl"))


def test_wheel_holds_exactly_what_it_should(wheel: Path) -> None:
    """All modules, all templates and the marker of types are in the wheel, and nothing else."""
    sources = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "stravacookies").rglob("*")
        if path.suffix == ".py" or path.name == "py.typed"
    }
    templates = {f"stravacookies/templates/{path.name}" for path in ROOT.glob("templates/*")}
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    assert sources | templates == {name for name in names if ".dist-info/" not in name}
    assert f"stravacookies-{__version__}.dist-info/licenses/LICENSE" in names


def test_wheel_works_on_its_own(
    wheel: Path, tmp_path: Path, home: Path, stand_in: StandIn, josm_directory: Path
) -> None:
    """Installed into an environment of its own, and run from another folder, it does its job."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True, timeout=120)
    program = tmp_path / "venv" / "bin"
    install = [str(program / "pip"), "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, timeout=120)
    # What it depends on comes from the environment of the tests, for want of a network.
    (packages,) = tmp_path.glob("venv/lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    environment = environment_of(home, stand_in)
    environment["STRAVA_SESSION"] = stand_in.strava.open_session()
    subprocess.run(
        [program / "stravacookies", "josm-prefs"],
        env=environment,
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=60,
    )

    assert {"strava-heatmap.xml", "preferences.xml", "cartograph"} == {
        path.name for path in josm_directory.iterdir()
    }


def test_sdist_holds_all_that_the_makefile_needs(tmp_path: Path) -> None:
    """Whoever unpacks the source finds tests, documents and benchmarks in it."""
    build = "import hatchling.build, sys; print(hatchling.build.build_sdist(sys.argv[1]))"
    command = [sys.executable, "-c", build, str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (path,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {
        "CONTRIBUTING.md",
        "Makefile",
        "benchmarks/__main__.py",
        "docs/josm-imagery-menu.png",
        "stravacookies/cli.py",
        "templates/josm-imagery.xml.j2",
        "tests/standin/strava.py",
    } <= names

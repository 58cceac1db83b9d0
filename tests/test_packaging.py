"""What is shipped: wheel and source hold exactly what they should, and the wheel works alone."""

import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from stravacookies.version import __version__
from tests.command import environment_of
from tests.standin.server import StandIn
from tests.test_imports import MODULES

ROOT = Path(__file__).parent.parent
PACKAGE = f"stravacookies-{__version__}"
MADE_HERE = (".git", ".venv", "build", "dist", ".*_cache", ".hypothesis")


with (ROOT / "pyproject.toml").open("rb") as file:
    PROJECT = tomllib.load(file)["project"]
EXTRAS = PROJECT["optional-dependencies"]


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


def test_each_requirement_has_a_lowest_version() -> None:
    """`make test-lowest` reads it from pyproject.toml: from `name>=version`, and nothing else."""
    requirements = [
        *PROJECT["dependencies"],
        *(each for extra in EXTRAS.values() for each in extra),
    ]
    others = [each for each in requirements if not re.match(r"[a-z0-9-]+>=[0-9.]+(;|$)", each)]

    assert {"stravacookies"} == {each.partition("[")[0] for each in others}


def test_what_is_imported_is_declared() -> None:
    """The package imports what it depends on; what comes with an extra is imported if needed."""
    code = "".join(path.read_text(encoding="utf-8") for path in MODULES)
    names = set(re.findall(r"^\s*(?:from|import) (\w+)", code, re.MULTILINE))
    others = names - sys.stdlib_module_names - {"stravacookies"}
    imported = {name.lower() for each in others for name in packages_distributions()[each]}
    extras = [each for extra in ("browser", "keyring", "serve") for each in EXTRAS[extra]]
    needed, optional = (
        {re.split("[>;]", each)[0] for each in requirements}
        for requirements in (PROJECT["dependencies"], extras)
    )

    assert needed == imported - optional

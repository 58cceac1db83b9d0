"""What is shipped: wheel and source hold exactly what they should, and the wheel works alone."""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import distribution, packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.metadata import Metadata
from packaging.requirements import Requirement

from stravacookies.version import __version__
from tests.command import require, run
from tests.standin.strava import Strava
from tests.test_imports import MODULES

ROOT = Path(__file__).parent.parent
PACKAGE = f"stravacookies-{__version__}"
MADE_HERE = (".git", ".venv", "build", "dist", ".*_cache", ".hypothesis")


with (ROOT / "pyproject.toml").open("rb") as file:
    PROJECT = tomllib.load(file)["project"]
EXTRAS = PROJECT["optional-dependencies"]


def build(what: str, folder: Path, source: Path = ROOT) -> Path:
    """Build `wheel` or `sdist` from this clone or another source, and return its path."""
    code = f"import hatchling.build as b, sys; print(b.build_{what}(sys.argv[1]))"
    printed = subprocess.check_output(
        [sys.executable, "-c", code, str(folder)], cwd=source, text=True, timeout=120
    )
    return folder / printed.split()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel."""
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution."""
    return build("sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def dependencies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with wheels of what the program depends on, packed from the installed files."""
    folder = tmp_path_factory.mktemp("dependencies")
    waiting = [*map(Requirement, PROJECT["dependencies"])]
    packed = set()
    while waiting:
        name = waiting.pop().name
        if name in packed:
            continue
        packed.add(name)
        found = distribution(name)
        others = map(Requirement, found.requires or ())
        waiting += [each for each in others if not each.marker or each.marker.evaluate()]
        tag = re.findall("^Tag: (.*)", found.read_text("WHEEL") or "", re.MULTILINE)[0]
        path = folder / f"{found.name.replace('-', '_')}-{found.version}-{tag}.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for each in found.files or ():
                if not {"..", "__pycache__"} & {*each.parts}:
                    archive.write(str(each.locate()), each)
    return folder


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


@pytest.mark.parametrize(
    "tool",
    ["uv tool run --python {python} --from {wheel}", "pipx run --python {python} --spec {wheel}"],
)
def test_wheel_works_alone(
    tool: str,
    wheel: Path,
    dependencies: Path,
    environment: dict[str, str],
    strava: Strava,
    josm_directory: Path,
) -> None:
    """Installed from the wheel, in an empty home and any folder, the program works."""
    name = tool.split()[0]
    require(None if find_spec(name) else f"This needs {name}, which 'make test' installs")
    words = [each.format(python=sys.executable, wheel=wheel) for each in tool.split()]
    environment |= {
        "STRAVA_SESSION": strava.open_session(),
        "PIPX_DEFAULT_BACKEND": "uv",  # with pip, pipx needs a network
        "UV_OFFLINE": "1",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(dependencies),
    }
    outcome = run(
        *[sys.executable, "-m", *words, "stravacookies", "josm-prefs"],
        environment=environment,
        folder=dependencies,
    )

    assert 0 == outcome.code, outcome.err
    written = {path.name for path in josm_directory.iterdir()}
    assert {"strava-heatmap.xml", "preferences.xml", "cartograph"} == written


def test_source_holds_exactly_what_the_clone_does(sdist: Path) -> None:
    """The source holds all files of the clone, except those that are made here."""
    parts = [part for part in ROOT.iterdir() if not any(map(part.match, MADE_HERE))]
    expected = {name for part in parts for name in files_of(part)}
    with tarfile.open(sdist) as archive:
        names = {name.removeprefix(f"{PACKAGE}/") for name in archive.getnames()}

    assert expected | {"PKG-INFO"} == names


def test_source_builds_the_same_wheel(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    """A wheel that is built from the source has the same content."""
    subprocess.run(["tar", "-xf", sdist, "-C", tmp_path], check=True, timeout=60)
    other = build("wheel", tmp_path, tmp_path / PACKAGE)

    assert other.read_bytes() == wheel.read_bytes()


def test_metadata(wheel: Path, sdist: Path) -> None:
    """The metadata are valid, as PyPI checks them, and contain the README."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"{PACKAGE}.dist-info/METADATA")
    with tarfile.open(sdist) as source:
        file = source.extractfile(f"{PACKAGE}/PKG-INFO")
        assert file
        assert text == file.read()
    metadata = Metadata.from_email(text)

    assert "text/markdown" == metadata.description_content_type
    assert (ROOT / "README.md").read_text(encoding="utf-8") == metadata.description


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

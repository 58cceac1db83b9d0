"""Advice on packages that fits how the program was installed."""

import re
import tomllib
from pathlib import Path

import pytest

from stravacookies.installation import EXTRAS, how_to_add

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("extra", EXTRAS)
@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        ("/home/m/.local/share/pipx/venvs/stravacookies", "pipx inject stravacookies {}"),
        (
            "/home/m/.local/share/uv/tools/stravacookies",
            "uv pip install --python '/my python' {}",
        ),
        ("/home/m/venv", "'/my python' -m pip install {}"),
    ],
)
def test_command(extra: str, prefix: str, command: str, tmp_path: Path) -> None:
    """The command is that of the tool that has installed the program; in a clone it is make's."""
    expected = command.format(" ".join(EXTRAS[extra]))
    package = tmp_path / "stravacookies"

    assert expected == how_to_add(extra, package, Path(prefix), "/my python")
    (tmp_path / "Makefile").touch()
    assert f"make {extra}" == how_to_add(extra, package, Path(prefix), "/my python")


@pytest.mark.parametrize("extra", EXTRAS)
def test_packages(extra: str) -> None:
    """The packages are those of the extra in pyproject.toml."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [re.split("[>;]", each)[0] for each in extras["optional-dependencies"][extra]]

    assert set(EXTRAS[extra]) <= set(named) <= {*EXTRAS[extra], "secretstorage"}

"""Advice on packages that fits how the program was installed."""

import re
import tomllib
from pathlib import Path

import pytest

from stravacookies.installation import BROWSER_EXTRA, how_to_add_browser_extra

ROOT = Path(__file__).parent.parent


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
def test_command(prefix: str, command: str, tmp_path: Path) -> None:
    """The command is that of the tool that has installed the program; in a clone it is make's."""
    expected = command.format(" ".join(BROWSER_EXTRA))
    package = tmp_path / "stravacookies"

    assert expected == how_to_add_browser_extra(package, Path(prefix), "/my python")
    (tmp_path / "Makefile").touch()
    assert "make browser" == how_to_add_browser_extra(package, Path(prefix), "/my python")


def test_packages() -> None:
    """The packages are those of the extra in pyproject.toml."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [re.split("[>;]", each)[0] for each in extras["optional-dependencies"]["browser"]]

    assert set(BROWSER_EXTRA) <= set(named) <= {*BROWSER_EXTRA, "secretstorage"}

"""The public API: its names, what importing it costs, and cookies in one call."""

import subprocess
import sys
from importlib import import_module
from inspect import getmembers, isclass
from pathlib import Path
from pkgutil import walk_packages

import pytest

import stravacookies
from stravacookies import CLASSIC
from stravacookies.cli.commands import SHORT_HELP
from stravacookies.credentials.candidates import Sources
from stravacookies.credentials.store import CredentialStore
from tests.command import Run
from tests.standin.server import StandIn

HEAVY = {"requests", "lxml", "jinja2", "psutil", "yt_dlp", "keyring"}


def test_public_names() -> None:
    """At most 15 names are public; each exists and is listed, and others do not exist."""
    names = stravacookies.__all__

    assert len(names) <= 15
    assert sorted(names) == names == [name for name in names if hasattr(stravacookies, name)]
    assert set(names) <= set(dir(stravacookies))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = stravacookies.nonsense


def test_errors() -> None:
    """The package defines at most 15 exceptions; each kind of failure has an exit code."""
    modules = [
        import_module(module.name)
        for module in walk_packages(stravacookies.__path__, "stravacookies.")
        if not module.name.endswith("__main__")
    ]
    members = {member for module in modules for _, member in getmembers(module, isclass)}
    found = {each for each in members if issubclass(each, Exception)}
    own = {each for each in found if each.__module__.startswith("stravacookies.")}
    public = {each for each in own if issubclass(each, stravacookies.StravacookiesError)}

    assert len(public) < len(own) <= 15
    assert {each for each in own if each.__module__ == "stravacookies.errors"} == public
    kinds = {each for each in public if each.__base__ is stravacookies.StravacookiesError}
    codes = {each.exit_code: each.__name__ for each in kinds}
    names = ["UsageError", "NotLoggedInError", "StravaError", "FileError", "JosmStateError"]
    assert dict(enumerate(names, 2)) == codes


@pytest.mark.parametrize(
    "modules",
    [
        ["stravacookies"],
        ["stravacookies.cli.main"],
        [f"stravacookies.cli.commands.cmd_{name.replace('-', '_')}" for name in SHORT_HELP],
    ],
    ids=["package", "command line", "commands"],
)
def test_import_is_light(modules: list[str]) -> None:
    """What takes long to import is imported when it is first used."""
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    process = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

    assert set() == HEAVY & set(process.stdout.split())


def test_fresh_cookies_need_no_requests(
    run: Run, josm_directory: Path, stand_in: StandIn, tmp_path: Path
) -> None:
    """A run that asks nothing of Strava imports nothing that could."""
    assert 0 == run("josm-prefs", STRAVA_SESSION=stand_in.strava.open_session()).code
    for name in ("requests", "lxml"):
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name} was imported')\n")
    outcome = run("josm-prefs", PYTHONPATH=str(tmp_path))

    assert (0, "") == (outcome.code, outcome.err)


@pytest.mark.usefixtures("fetcher")
def test_current_cookies(stand_in: StandIn, tmp_path: Path) -> None:
    """One call returns the kept cookies, or gets new ones and keeps them."""
    store = CredentialStore(tmp_path / "kept")
    with pytest.raises(stravacookies.NotLoggedInError):
        stravacookies.current_cookies(Sources(store, {}))
    user = Sources(store, {"STRAVA_SESSION": stand_in.strava.open_session()})
    first = stravacookies.current_cookies(user)
    kept = stravacookies.current_cookies(Sources(store, {}))

    assert (first, 1) == (kept, len(stand_in.requests))
    stravacookies.current_cookies(user, refresh=True)
    assert 2 == len(stand_in.requests)
    assert list(CLASSIC.cookies) == list(stravacookies.current_cookies(user, CLASSIC).values())

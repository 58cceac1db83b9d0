"""Fixtures: an empty home directory, the stand-in for Strava, and the command."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stravacookies.credentials.store import CredentialStore
from stravacookies.heatmap import CLASSIC, CURRENT
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.fetcher import CookieFetcher
from tests.command import Outcome, Run, environment_of, run_in_process, run_stravacookies
from tests.made_up import values
from tests.standin.server import StandIn
from tests.standin.strava import Strava


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run the tests in two processes for each core: they wait for as long as they compute.

    Source: https://pytest-xdist.readthedocs.io/en/stable/distribution.html
    """
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(autouse=True, scope="session")
def no_user_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide the home directory and the settings of the user who runs the tests."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in os.environ:
            if name.startswith(("XDG_", "STRAVA", "DBUS_")):
                monkeypatch.delenv(name)
        monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("no-user")))
        yield


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandIn]:
    """A running stand-in for Strava."""
    folder = tmp_path / "stand-in"
    folder.mkdir()
    with StandIn(Strava(), folder) as stand_in:
        yield stand_in


@pytest.fixture
def strava(stand_in: StandIn) -> Strava:
    """The Strava behind the stand-in."""
    return stand_in.strava


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home directory."""
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def josm_directory(home: Path) -> Path:
    """JOSM's preferences directory on Linux, still empty."""
    directory = home / ".config" / "JOSM"
    directory.mkdir(parents=True)
    return directory


@pytest.fixture
def export(home: Path, strava: Strava) -> Path:
    """A file of cookies that a browser add-on exported, from a browser that is logged in."""
    path = home / "cookies.json"
    path.write_text(json.dumps([{"name": "_strava4_session", "value": strava.open_session()}]))
    return path


@pytest.fixture
def environment(home: Path, stand_in: StandIn) -> dict[str, str]:
    """The environment of a user whose Strava is the stand-in and who is not logged in."""
    return environment_of(home, stand_in)


@pytest.fixture
def fetcher(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> CookieFetcher:
    """A fetcher whose requests go to the stand-in."""
    for name, value in stand_in.environment().items():
        monkeypatch.setenv(name, value)
    return CookieFetcher()


@pytest.fixture
def run(environment: dict[str, str], stand_in: StandIn, tmp_path: Path) -> Run:
    """Runs `stravacookies` in a process of its own.

    It must not print secrets, except for commands that print cookies.
    """

    def run(*arguments: str | Path, **variables: str) -> Outcome:
        outcome = run_stravacookies(
            *arguments, environment=environment | variables, folder=tmp_path
        )
        if not {"cookies", "url"} & set(arguments[:1]):
            given = {variables.get("STRAVA_SESSION", ""), variables.get("STRAVA_PASSWORD", "")}
            outcome.check_hides(stand_in.secrets() | {each for each in given if len(each) > 8})
        return outcome

    return run


@pytest.fixture
def run_here(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `stravacookies` in this process, for a user whose kept cookies are fresh.

    It does not need Strava. It must not print secrets, except for commands that print cookies.
    """
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(tmp_path)
    fresh = values(datetime.now(UTC) + timedelta(days=1))
    for host in (CURRENT, CLASSIC):
        CredentialStore().keep_cookies(HeatmapCookies.from_values(fresh, host.cookies), host)

    def run_here(*arguments: str | Path, **variables: str) -> Outcome:
        outcome = run_in_process(*arguments, environment=variables)
        if not {"cookies", "url", "render"} & set(arguments[:1]):
            outcome.check_hides(value for value in fresh.values() if len(value) > 8)
        return outcome

    return run_here


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path:
    """The folder for pictures. Without `--pictures`, tests that need it do not run."""
    folder: Path = request.config.getoption("--pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add an option for the pictures of real programs."""
    what = "take the documents' pictures, save them in this folder, and run no other test"
    parser.addoption("--pictures", type=Path, help=what)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose the tests that take pictures, or all others, of which those of real JOSMs are first.

    They take longest. As the last ones, they would leave the other processes without work.
    """
    takers: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        takes = isinstance(item, pytest.Function) and "pictures" in item.fixturenames
        (takers if takes else others).append(item)
    others.sort(key=lambda item: not item.get_closest_marker("josm"))
    items[:], unwanted = (takers, others) if config.getoption("--pictures") else (others, takers)
    config.hook.pytest_deselected(items=unwanted)

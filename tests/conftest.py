"""Fixtures: a scratch home, the stand-in for Strava, and the command as a user runs it."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stravacookies.cookies import HeatmapCookies
from stravacookies.heatmap import CLASSIC, TODAY
from stravacookies.strava import CookieFetcher
from stravacookies.vault import Vault
from tests.command import Outcome, environment_of, run_in_process, run_stravacookies
from tests.made_up import values
from tests.standin.server import StandIn
from tests.standin.strava import Strava


@pytest.fixture(autouse=True, scope="session")
def nothing_of_the_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test meets what the person who runs it keeps at home or has in the environment."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in os.environ:
            if name.startswith(("XDG_", "STRAVA")):
                monkeypatch.delenv(name)
        monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("nobody")))
        yield


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandIn]:
    """A Strava of the test's own, which serves."""
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
    """A home directory with nothing in it."""
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def josm_directory(home: Path) -> Path:
    """Where JOSM on Linux keeps its preferences, with nothing in it yet."""
    directory = home / ".config" / "JOSM"
    directory.mkdir(parents=True)
    return directory


@pytest.fixture
def environment(home: Path, stand_in: StandIn) -> dict[str, str]:
    """The environment of a user whose Strava is the stand-in, and who is not logged in."""
    return environment_of(home, stand_in)


@pytest.fixture
def fetcher(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> CookieFetcher:
    """A fetcher that finds the stand-in as a user's would find Strava."""
    for name, value in stand_in.environment().items():
        monkeypatch.setenv(name, value)
    return CookieFetcher()


Run = Callable[..., Outcome]


@pytest.fixture
def run(environment: dict[str, str], stand_in: StandIn, tmp_path: Path) -> Run:
    """Runs `stravacookies` with arguments and more variables, from a folder of no matter.

    Whatever it does, it shows no secret, unless it was asked to print cookies.
    """

    def run(*arguments: str | Path, **variables: str) -> Outcome:
        outcome = run_stravacookies(
            *arguments, environment=environment | variables, folder=tmp_path
        )
        if not {"cookies", "url"} & set(arguments[:1]):
            given = {variables.get("STRAVA_SESSION", ""), variables.get("STRAVA_PASSWORD", "")}
            secrets = stand_in.secrets() | {secret for secret in given if len(secret) > 8}
            assert [] == [secret for secret in secrets if secret in outcome.out + outcome.err]
        return outcome

    return run


@pytest.fixture
def run_here(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `stravacookies` in this process, which is quicker, with cookies that are fresh.

    So Strava need not be asked. Whatever it does, it shows no secret, unless it was asked to.
    """
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(tmp_path)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    vault = Vault(home / ".local" / "state" / "stravacookies")
    for host in (TODAY, CLASSIC):
        cookies = HeatmapCookies.from_values(values(tomorrow), host.cookies)
        vault.keep_cookies(cookies, host)

    secrets = {value for value in values(tomorrow).values() if len(value) > 8}

    def run_here(*arguments: str | Path, **variables: str) -> Outcome:
        outcome = run_in_process(*arguments, environment=variables)
        if not {"cookies", "url", "render"} & set(arguments[:1]):
            assert [] == [secret for secret in secrets if secret in outcome.out + outcome.err]
        return outcome

    return run_here


def require(missing: str | None) -> None:
    """Skip a test that lacks a part that it names; CI fails instead, and others are told."""
    if missing and os.environ.get("REQUIRE_REAL_PARTS"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


@pytest.fixture
def pictures(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where pictures go: the folder that `--pictures` names, or one that is forgotten."""
    folder: Path = request.config.getoption("--pictures") or tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests with real programs save what they show."""
    parser.addoption("--pictures", type=Path, help="save pictures of real programs in this folder")

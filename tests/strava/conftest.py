"""Fixtures for tests that talk to the stand-in for Strava."""

from collections.abc import Callable

import pytest

from tests.standin.strava import Request, Response, Strava


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the pauses before retries, which take no time here."""
    pauses: list[float] = []
    monkeypatch.setattr("stravacookies.strava.http.sleep", pauses.append)
    return pauses


@pytest.fixture
def override(strava: Strava, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that replaces the answers of the stand-in, except where it gives None."""
    real = strava.answer

    def override(answer: Callable[[Request], Response | None]) -> None:
        monkeypatch.setattr(strava, "answer", lambda request: answer(request) or real(request))

    return override

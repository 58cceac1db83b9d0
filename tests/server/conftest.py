"""What the tests of the server share."""

import pytest

from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.fetcher import CookieFetcher
from stravacookies.strava.session import Session
from tests.standin.server import StandIn
from tests.standin.strava import Strava


@pytest.fixture
def cookies(fetcher: CookieFetcher, strava: Strava, stand_in: StandIn) -> HeatmapCookies:
    """Cookies that open tiles."""
    cookies = fetcher.fetch(Session(strava.open_session()))
    stand_in.exchanges.clear()
    return cookies

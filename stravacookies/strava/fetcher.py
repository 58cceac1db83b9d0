"""Exchange an email and password for a session, and a session for heatmap cookies."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from stravacookies.deadline import Deadline
from stravacookies.errors import (
    LOG_IN_WITH_BROWSER,
    NOT_LOGGED_IN,
    TRY_LATER,
    ServerError,
    SessionRefusedError,
    StravaError,
)
from stravacookies.heatmap import CURRENT, TileHost
from stravacookies.strava import login_page
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.http import PATIENCE, Answer, HttpClient, unexpected
from stravacookies.strava.session import DOMAIN, Login, Session, cookies_by_name, usable_session

if TYPE_CHECKING:
    import requests

_Result = TypeVar("_Result")

_LOGIN = "https://www.strava.com/login"
_SESSION = "https://www.strava.com/session"

_SERVER_ERROR = (
    "{url} answered {status}. Strava may be in trouble, but it also answers like this to some"
    " sessions that have ended."
)


class CookieFetcher:
    """Asks Strava for heatmap cookies.

    Like `requests`, it respects `HTTPS_PROXY` and `REQUESTS_CA_BUNDLE`. It retries temporary faults
    up to three times, but never a login.

    Args:
        http: A session of `requests` to send with: its adapters, proxies, certificates and headers
            are used, but none of its cookies. By default a new one.
    """

    def __init__(self, http: "requests.Session | None" = None) -> None:
        self._http = HttpClient(http)

    def fetch(
        self, session: Session, host: TileHost = CURRENT, deadline: Deadline | None = None
    ) -> HeatmapCookies:
        """Exchange a session for heatmap cookies, with one request.

        Args:
            session: A session that is logged in.
            host: The tile host that the cookies are for.
            deadline: When to give up; by default after 45 seconds.

        Raises:
            SessionRefusedError: The session is not logged in.
            ServerError: Strava answered with an error of its own.
            NetworkError: Strava could not be reached, or did not answer in time.
            StravaError: Strava's answer lacks a cookie, or makes no sense.
        """
        self._http.set_cookies(session.cookies())
        answer = self._http.request_with_retries(
            host.method, host.cookies_url, deadline or Deadline(PATIENCE)
        )
        if answer.status // 100 == 5:
            finding = _SERVER_ERROR.format(url=answer.url, status=answer.status)
            raise ServerError(finding, f"{TRY_LATER} {LOG_IN_WITH_BROWSER}")
        if login_page.is_redirect_to_login(answer):
            raise SessionRefusedError(f"The session {NOT_LOGGED_IN}", LOG_IN_WITH_BROWSER)
        answer.expect_ok()
        # A cookie whose header was truncated has lost its domain, and perhaps a part of its value.
        whole = [cookie for cookie in self._http.cookies if cookie.domain == DOMAIN]
        values = cookies_by_name(whole)
        if values.keys().isdisjoint(host.cookies):  # if only some are missing, Strava is at fault
            raise SessionRefusedError(f"The session {NOT_LOGGED_IN}", LOG_IN_WITH_BROWSER)
        cookies = HeatmapCookies.from_values(values, host.cookies)
        if not cookies.is_fresh(timedelta(0)):
            raise StravaError(
                f"The cookies that Strava has just sent expired at {cookies.expires:%Y-%m-%d %H:%M}"
                " UTC: is the clock on this computer right?"
            )
        return cookies

    def log_in(self, login: Login, deadline: Deadline | None = None) -> Session:
        """Exchange an email and password for a session. Strava refuses most programs that try.

        Never retry after a refusal: Strava locks accounts for hours.

        Args:
            login: The email and password.
            deadline: When to give up; by default after 45 seconds.

        Raises:
            LoginRefusedError: Strava did not accept them, or wants something else, such as a
                captcha. The message says which.
            NetworkError: Strava could not be reached.
            StravaError: Strava's answer makes no sense.
        """
        deadline = deadline or Deadline(PATIENCE)
        self._http.set_cookies({})
        page = self._http.request_with_retries("GET", _LOGIN, deadline)
        fields = _within(deadline, page, login_page.form_fields)
        anonymous = self.session()
        fields |= {"email": login.email, "password": login.password, "remember_me": "on"}
        answer = self._http.request("POST", _SESSION, deadline, fields)
        _within(deadline, answer, login_page.check_answer)
        session = self.session()
        if not session or session == anonymous:
            raise unexpected(_SESSION, "no session that is logged in")
        return session

    def session(self) -> Session | None:
        """Return the session after the last call. Strava may have renewed it, so keep this one."""
        return usable_session(cookies_by_name(self._http.cookies))


def _within(deadline: Deadline, page: Answer, read: Callable[[Answer], _Result]) -> _Result:
    """Return what is read from a page; lxml takes minutes for a tag with 100,000 attributes."""
    try:
        return deadline.run(lambda: read(page))
    except TimeoutError:
        raise unexpected(page.url, "a page that takes too long to read") from None

"""What counts as a session, and where the environment has one."""

import pytest

from stravacookies.errors import BadSessionError
from stravacookies.session import (
    Login,
    Session,
    login_from_environment,
    session_from_environment,
    session_from_text,
)


@pytest.mark.parametrize(
    "text",
    ["abc123", "  abc123\n", "_strava4_session=abc123", '"abc123"', "_strava4_session=abc123 "],
)
def test_session_as_people_copy_it(text: str) -> None:
    """White space, quotes and the cookie's name are not part of the value."""
    assert Session("abc123") == session_from_text(text, "test")


@pytest.mark.parametrize(
    "text", ["", " ", "a b", "a;b", "a\nb", 'a"b', "a,b", "é", "_strava4_session="]
)
def test_no_session(text: str) -> None:
    """What no cookie can hold is refused, and not repeated."""
    with pytest.raises(BadSessionError) as error:
        session_from_text(text, "STRAVA_SESSION")

    assert str(error.value) == (
        "STRAVA_SESSION does not hold a Strava session: expected is the value of the browser's"
        " cookie _strava4_session, without spaces, quotes or semicolons."
    )


def test_environment() -> None:
    """Each variable is read; an empty one counts as not set."""
    assert Session("x") == session_from_environment({"STRAVA_SESSION": "x"})
    assert session_from_environment({"STRAVA_SESSION": ""}) is None
    assert Login("e", "p") == login_from_environment({"STRAVA_EMAIL": "e", "STRAVA_PASSWORD": "p"})
    assert login_from_environment({"STRAVA_EMAIL": "e"}) is None


def test_cookies_leave_out_what_is_not_there() -> None:
    """A session is sent with its remember cookies only if it has them."""
    assert {"_strava4_session": "s"} == Session("s").cookies()
    assert {
        "_strava4_session": "s",
        "strava_remember_id": "1",
        "strava_remember_token": "t",
    } == Session("s", "1", "t").cookies()


def test_repr_shows_no_secret() -> None:
    """Neither a session nor a login shows itself."""
    assert ("Session()", "Login()") == (repr(Session("s", "1", "t")), repr(Login("e", "p")))
